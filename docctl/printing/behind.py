"""What follows a file on pages of its own: signatures, history, temporary changes (A-3, V-2, V-14)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from docctl.printing.columns import Column
from docctl.printing.tables import header_table, register_table
from docctl.printing.wordml import paragraph, run

_HEAD: Final = 14.0
_MIDDLE: Final = 11.0
_TEXT: Final = 10.0
#: Whatever the styles of the document say, our lines stand at the margin.
_PLAIN: Final = '<w:ind w:left="0" w:right="0" w:firstLine="0"/><w:jc w:val="left"/>'


@dataclass(frozen=True, slots=True)
class Listed:
    """A table under a heading; each column with its label and its share of the width."""

    heading: str
    columns: tuple[tuple[str, float], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Behind:
    """Pages behind a file: they begin on a new one with a title, what they belong to, tables, then lines."""

    title: str
    head: tuple[tuple[str, ...], ...] = ()
    lines: tuple[str, ...] = ()
    tables: tuple[Listed, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return one of the keyword argument `behind` of the jobs."""
        return asdict(self)

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> Behind:
        """Rebuild it from `as_json`, also after it travelled as JSON."""
        tables = tuple(
            Listed(
                one["heading"],
                tuple((label, share) for label, share in one["columns"]),
                tuple(tuple(row) for row in one["rows"]),
            )
            for one in facts["tables"]
        )
        head = tuple(tuple(row) for row in facts["head"])
        return cls(facts["title"], head, tuple(facts["lines"]), tables)


def behind_docx(behind: Sequence[Behind], width: int) -> Iterator[str]:
    """Write the pages as elements of a docx body, `width` in twentieths of a point."""
    for one in behind:
        head = f'<w:pageBreakBefore/><w:spacing w:before="0" w:after="120"/>{_PLAIN}'
        yield paragraph(run(one.title, points=_HEAD, bold=True), head)
        for row in one.head:
            yield "".join(header_table([row], width))
        for table in one.tables:
            heading = f'<w:keepNext/><w:spacing w:before="160" w:after="60"/>{_PLAIN}'
            yield paragraph(run(table.heading, points=_MIDDLE, bold=True), heading)
            columns = [Column(label, share) for label, share in table.columns]
            yield "".join(register_table(columns, table.rows, width))
        for line in one.lines:
            yield paragraph(run(line, points=_TEXT), f'<w:spacing w:before="60" w:after="0"/>{_PLAIN}')
