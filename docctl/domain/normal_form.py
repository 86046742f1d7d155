"""Decides when two written numbers are the same number, and which number a tail names (N-10)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

#: What is written for a hyphen: dashes, the minus, box lines, the long mark of kana.
_DASHES: Final = (
    "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2500\u2501\u2e3a\u2e3b\u30fc\ufe58\ufe63\uff0d\uff70"
)
_OPENING: Final = "[{〔【［｛「『〈《〖〘⟨⦅"
_CLOSING: Final = "]}〕】］｝」』〉》〗〙⟩⦆"

_ONE_KIND: Final = str.maketrans(
    dict.fromkeys(_DASHES, "-") | dict.fromkeys(_OPENING, "(") | dict.fromkeys(_CLOSING, ")")
)

#: Where a number falls into pieces that people use alone. The dot of a clause (4.2.4) is none.
_JOINT: Final = re.compile(r"[-/_()]+")


def tidy(text: str) -> str:
    """Return the text in one width, kind of dash and bracket, without blanks (N-10)."""
    # Dashes first: the small and wide ones would otherwise fall to other signs under NFKC.
    wide = unicodedata.normalize("NFKC", text.translate(_ONE_KIND)).translate(_ONE_KIND)
    return "".join(sign for sign in wide if not _is_blank(sign))


def normal(text: str) -> str:
    """Return the form in which numbers are compared and unique (N-10)."""
    folded = tidy(text).casefold()
    # Folding case can leave signs that compose anew; a normal form must stay when taken again.
    while (again := tidy(folded).casefold()) != folded:
        folded = again
    return folded


def tails(number: str) -> tuple[str, ...]:
    """Return the ends of a normal form by which people cite it, longest first (N-10).

    `t/ndf/tsp01` has `ndf/tsp01` and `tsp01`. An end without a digit names nothing,
    nor does a single sign.
    """
    ends = (number[joint.end() :] for joint in _JOINT.finditer(number) if joint.start() > 0)
    return tuple(end for end in ends if len(end) > 1 and any(sign.isdigit() for sign in end))


def resolve(text: str, numbers: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers that `text` may mean: the exact one, or all with this tail (N-10)."""
    wanted = normal(text)
    known = {shown: normal(shown) for shown in numbers}
    if exact := tuple(shown for shown, form in known.items() if form == wanted):
        return exact
    return tuple(shown for shown, form in known.items() if wanted in tails(form))


def _is_blank(sign: str) -> bool:
    # Format signs (zero-width space, soft hyphen, byte order mark) are as invisible as blanks.
    return sign.isspace() or unicodedata.category(sign) in {"Cf", "Cc"}
