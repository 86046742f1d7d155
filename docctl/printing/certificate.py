"""What the certificate of destruction shows: facts, every item, statements, signatures (R-6, R-7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docctl.printing.columns import Column, Row
from docctl.printing.paper import Paper, write_paper
from docctl.printing.tables import box_table, fact_table, register_table
from docctl.printing.wordml import paragraph, run

Signature = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class CertificateData:
    """A certificate (销毁清册): `statements` say what was looked at, and what is not claimed (R-7).

    `signatures` are (meaning, name, time, digest); `footer` holds `{page}` and `{pages}`; `demo_mark` stands
    above every page.
    """

    title: str
    company: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    statements: tuple[str, ...]
    signatures: tuple[Signature, ...]
    footer: str
    demo_mark: str | None = None


def certificate_docx(target: Path, data: CertificateData) -> None:
    """Write the certificate: A4 across, the head of the list on every page, x of y below (R-6)."""
    paper = Paper(data.title, data.footer, landscape=True, mark=data.demo_mark)
    write_paper(target, paper, _body(data, paper.text_width))


def _body(data: CertificateData, width: int) -> Iterator[str]:
    centred = '<w:spacing w:before="0" w:after="60"/><w:jc w:val="center"/>'
    yield paragraph(run(data.company, points=11), centred)
    yield paragraph(run(data.title, points=18, bold=True), centred)
    yield from fact_table(data.facts, width)
    yield _gap()
    yield from register_table(data.columns, data.rows, width)
    yield _gap()
    for number, statement in enumerate(data.statements, 1):
        hanging = '<w:spacing w:before="20" w:after="20"/><w:ind w:left="340" w:hanging="340"/>'
        yield paragraph(run(f"{number}.\t{statement}", points=9), f"<w:keepLines/>{_tab(340)}{hanging}")
    yield _gap()
    yield from box_table(
        [_signed(*each) for each in data.signatures], width, abreast=max(min(len(data.signatures), 4), 2)
    )
    yield _gap()


def _signed(meaning: str, name: str, time: str, digest: str) -> list[str]:
    """Show meaning, printed name and time together, and the digest of what was signed."""
    close = '<w:spacing w:before="30" w:after="30"/>'
    return [
        paragraph(run(meaning, points=9, ink="555555"), close),
        paragraph(run(name, points=13, bold=True), close),
        paragraph(run(time, points=9), close),
        paragraph(run(digest, points=6.5, ink="555555"), close),
    ]


def _gap() -> str:
    return paragraph("", '<w:spacing w:before="0" w:after="0" w:line="160" w:lineRule="exact"/>')


def _tab(place: int) -> str:
    return f'<w:tabs><w:tab w:val="left" w:pos="{place}"/></w:tabs>'
