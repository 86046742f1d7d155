"""What may stand in a document's registration data."""

from __future__ import annotations

import unicodedata
from typing import Final

from docctl.domain.verdicts import Refused, RuleRefused

LONGEST_TITLE: Final = 500


def clean_title(text: str, *, rule: str = "D-14") -> str:
    """Return a title in one line; raise RuleRefused for an empty one or more than 500 characters."""
    kept = "".join(
        " " if unicodedata.category(letter)[0] in "CZ" and letter != "\u3000" else letter for letter in text
    )
    title = " ".join(kept.split())
    if not title:
        raise RuleRefused(Refused(rule, "title_needed"))
    if len(title) > LONGEST_TITLE:
        raise RuleRefused(Refused(rule, "title_too_long", {"longest": LONGEST_TITLE, "length": len(title)}))
    return title
