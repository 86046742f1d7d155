"""What a check found at a place of a text, and the stretch of the text around it (D-12)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Final

#: Where the stretch around a place ends.
_END: Final = re.compile(r"[。；;!！?？\n\f\t\r]|\.(?=\s|$)")
#: So much is quoted on each side at most, and of the words themselves, in characters.
_AROUND: Final = 60
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class TextFact:
    """What a check found: of which kind, about what, and where.

    `kind` is a `Check`, or `cites`: something cited, with its number, name and edition as written. `what`
    names the subject and, with the kind, tells one finding from another. `quote` is a stretch of the text in
    which `from_` to `to` are the words found; `start` is their place in the text, -1 for none. `more` says
    what the sentence about it needs besides. `times`: so often it stands in the text.
    """

    kind: str
    what: str
    start: int
    quote: str = ""
    from_: int = 0
    to: int = 0
    more: str = ""
    name: str = ""
    number: str = ""
    label: str = ""
    clause: str = ""
    page: int = 0
    times: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return the fact as JSON can carry it."""
        return asdict(self)


def stretch(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Return the sentence around a place, cut to what fits in a line, and where in it the place is."""
    end = min(end, start + _LONGEST)
    begin = max(0, start - _AROUND)
    before = [match.end() for match in _END.finditer(text, begin, start)]
    left = before[-1] if before else begin
    after = _END.search(text, end, end + _AROUND)
    right = after.start() + (text[after.start()] in "。；;") if after else min(len(text), end + _AROUND)
    while left < start and text[left].isspace():
        left += 1
    quote = re.sub(r"\s", " ", text[left:right]).rstrip()
    return quote, start - left, min(end - left, len(quote))


__all__ = ["TextFact", "stretch"]
