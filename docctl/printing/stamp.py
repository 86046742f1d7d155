"""What a stamp says: its word, the lines beside it, the foot of a page, the word across it (D-3, V-4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from docctl.printing.characters import one_line

Colour = Literal["force", "obsolete", "draft", "demo"]

#: Dark enough for black and white paper; obsolete is red as on screen.
INK: Final[Mapping[Colour, str]] = {
    "force": "1B6E3C",
    "obsolete": "B3261E",
    "draft": "5F6368",
    "demo": "6A3FA0",
}
#: A word such as 第 or "page" before the number, not a title that has no spaces.
_LEAD: Final = 8
_FIELD: Final = re.compile(r"(\{pages?\})")


@dataclass(frozen=True, slots=True)
class Stamp:
    """The stamp of a copy: 受控, 作废, 仅供参考, 演示 or the like, on every page (D-3).

    `lines` stand beside the word: number and revision, copy number and holder, print time. `footer` holds
    `{page}` and `{pages}`. `watermark` goes across every page, as on obsolete copies (V-4). `mark` is the
    address whose code stands at the top left of every page of a controlled copy.
    """

    word: str
    lines: tuple[str, ...]
    footer: str
    colour: Colour
    watermark: str | None = None
    mark: str | None = None

    def __post_init__(self) -> None:
        if self.colour not in INK:
            raise ValueError(f"no such stamp colour: {self.colour}")

    @property
    def ink(self) -> str:
        """The colour as RRGGBB."""
        return INK[self.colour]

    def as_json(self) -> dict[str, Any]:
        """Return the keyword argument `stamp` of the jobs."""
        return asdict(self)

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Stamp:
        """Rebuild the stamp from `as_json`, also after it travelled as JSON."""
        lines: Sequence[str] = facts["lines"]
        return cls(**{**facts, "lines": tuple(lines)})


def footer_parts(template: str) -> Iterator[str]:
    """Yield the texts and the fields `{page}`, `{pages}` of a footer in turn."""
    return (part for part in _FIELD.split(one_line(template)) if part)


def numbered(template: str, page: int, pages: int) -> str:
    """Fill in a footer; braces that are no field stay, since a number may contain them."""
    values = {"{page}": str(page), "{pages}": str(pages)}
    return "".join(values.get(part, part) for part in footer_parts(template))


def footer_halves(template: str) -> tuple[str, str]:
    """Split a footer into what may be cut where room is short, and the page numbers with their words."""
    head, field, tail = one_line(template).partition("{page}")
    if not field:
        return head, ""
    start, gap, lead = head.rstrip().rpartition(" ")
    space = " " if head.endswith(" ") else ""
    if not gap or len(lead) > _LEAD:
        return head, field + tail
    return start, f"{lead}{space}{field}{tail}"
