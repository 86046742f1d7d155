"""How typed registration data is stored: without control signs, in one line or in several (C-6)."""

from __future__ import annotations

import unicodedata
from typing import Final

from docctl.domain.form_definition import FACT

#: Facts that may have several lines.
_LINES: Final = frozenset({"remarks", "reason_text"})


def clean_value(name: str, text: str) -> str:
    """Return a typed value as it is stored; remarks keep their lines, all else stands in one (C-6)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ["".join(_sign(sign) for sign in line) for line in lines]
    if name in _LINES or name.startswith(FACT):
        return "\n".join(line.rstrip() for line in kept).strip()
    return " ".join(" ".join(kept).split())


def _sign(sign: str) -> str:
    # Format signs and surrogates are invisible or cannot be stored; other blanks become one kind.
    category = unicodedata.category(sign)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category == "Cs" else sign
