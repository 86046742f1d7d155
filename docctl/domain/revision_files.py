"""Decides which files a revision may have beside its main one: annexes in their order, one source (V-13)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: So many annexes are read out, listed, compared and carried over with each revision.
MOST_ANNEXES: Final = 50
LONGEST_TITLE: Final = 200

MAIN: Final = "main"
ANNEX: Final = "annex"
SOURCE: Final = "source"


@dataclass(frozen=True, slots=True)
class RevisionFile:
    """A file as it stands, or is to stand, in a revision."""

    role: str
    name: str
    sha256: str
    title: str = ""


def may_have(files: Sequence[RevisionFile]) -> Verdict:
    """Say whether a revision may have these files: each once, one source, so many annexes (V-13)."""
    annexes = [one for one in files if one.role == ANNEX]
    if len(annexes) > MOST_ANNEXES:
        return Refused("V-13", "too_many_annexes", {"most": MOST_ANNEXES, "count": len(annexes)})
    for role in (MAIN, SOURCE):
        if sum(one.role == role for one in files) > 1:
            return Refused("V-13", f"one_{role}")
    seen: dict[str, RevisionFile] = {}
    for one in files:
        if (other := seen.setdefault(one.sha256, one)) is not one:
            return Refused("V-13", "file_twice", {"name": one.name, "other": other.name})
    long = next((one for one in annexes if len(one.title) > LONGEST_TITLE), None)
    if long is not None:
        return Refused("V-13", "annex_title_too_long", {"name": long.name, "longest": LONGEST_TITLE})
    return Allowed()


def tidy_title(text: str) -> str:
    """Return the title of an annex in one line; "" where it has none and is called by its file."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text)
    return " ".join(kept.split())
