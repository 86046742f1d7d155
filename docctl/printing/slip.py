"""What the slip on a paper original shows, so that paper and register find each other (N-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docctl.printing.columns import Stretches
from docctl.printing.paper import Paper, write_paper
from docctl.printing.tables import cut_out, fact_table, header_table
from docctl.printing.wordml import paragraph, run


@dataclass(frozen=True, slots=True)
class Slip:
    """The slip of one record: its number, and labelled form, title, answers, date, place (N-4, C-1)."""

    heading: str
    number: str
    facts: tuple[tuple[str, str | Stretches], ...]
    note: str = ""
    #: The company's block, in place of the heading (D-14).
    header: tuple[tuple[str, ...], ...] = ()


def record_slip(
    target: Path, slips: Iterable[Slip], *, title: str, footer: str, demo_mark: str | None = None
) -> None:
    """Write slips below each other on A4, each with an edge to cut along and never over two pages (N-4)."""
    paper = Paper(title, footer, mark=demo_mark)
    write_paper(target, paper, _body(slips, paper.text_width))


def _body(slips: Iterable[Slip], width: int) -> Iterator[str]:
    inner = width - 300
    close = '<w:spacing w:before="60" w:after="20"/>'
    for slip in slips:
        heading = paragraph(run(slip.heading, points=9, ink="555555"), close)
        inside = [
            *(header_table(slip.header, inner) if slip.header else [heading]),
            paragraph(run(slip.number, points=20, bold=True), close),
            *fact_table(slip.facts, inner, abreast=1),
            paragraph(run(slip.note, points=8, ink="555555"), close),
        ]
        yield cut_out("".join(inside), width)
        yield paragraph("", '<w:spacing w:before="0" w:after="0" w:line="300" w:lineRule="exact"/>')
