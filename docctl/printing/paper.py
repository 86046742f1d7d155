"""How a docx of our own is made: A4, one set of type, a foot with page numbers, a body in pieces.

The body is streamed into the file, so that a list of any length takes the same memory.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from docctl.printing.characters import one_line
from docctl.printing.stamp import INK
from docctl.printing.wordml import element, footer_runs, paragraph, run

_BODY: Final = "word/document.xml"
_FACTS: Final = "docProps/core.xml"
_END: Final = b"<w:sectPr"
_SIDE_MM: Final = 18
_TWIPS: Final = 1440 / 25.4


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet: which way it lies, what its foot says, and the mark of a demonstration above each page."""

    title: str
    footer: str
    landscape: bool = False
    mark: str | None = None

    @property
    def text_width(self) -> int:
        """The width between the margins in twentieths of a point."""
        return round(((297 if self.landscape else 210) - 2 * _SIDE_MM) * _TWIPS)


def write_paper(target: Path, paper: Paper, body: Iterable[str]) -> None:
    """Write a docx whose body is these elements, in this order."""
    skeleton = io.BytesIO()
    _skeleton(paper).save(skeleton)
    with (
        zipfile.ZipFile(skeleton) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result,
    ):
        for name in source.namelist():
            if name not in {_BODY, _FACTS}:
                result.writestr(name, source.read(name))
        result.writestr(_FACTS, _facts(paper))
        before, after = _around_body(source.read(_BODY))
        with result.open(_BODY, "w", force_zip64=True) as stream:
            stream.write(before)
            for piece in body:
                stream.write(piece.encode())
            stream.write(after)


def _around_body(xml: bytes) -> tuple[bytes, bytes]:
    place = xml.rindex(_END)
    return xml[:place], xml[place:]


def _facts(paper: Paper) -> str:
    """Tell the title only: the library's template brings an author and a date of its own."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        "<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(one_line(paper.title))}</dc:title></cp:coreProperties>"
    )


def _skeleton(paper: Paper) -> Document:
    document = docx.Document()
    _set_type(document)
    section = document.sections[0]
    short, long = Mm(210), Mm(297)
    section.page_width, section.page_height = (long, short) if paper.landscape else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(_SIDE_MM)
    section.top_margin, section.bottom_margin = Mm(16), Mm(17)
    section.header_distance, section.footer_distance = Mm(7), Mm(8)
    if paper.mark:
        mark = run(one_line(paper.mark), points=10.5, bold=True, ink=INK["demo"])
        _fill(section.header, paragraph(mark, '<w:jc w:val="right"/>'))
    foot = footer_runs(paper.footer, points=8, ink="444444")
    _fill(section.footer, paragraph(foot, '<w:jc w:val="center"/>'))
    return document


def _set_type(document: Document) -> None:
    normal = document.styles["Normal"]
    normal.font.size = Pt(10)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for side, face in (("ascii", "Arial"), ("hAnsi", "Arial"), ("eastAsia", "宋体"), ("cs", "Arial")):
        fonts.set(qn(f"w:{side}"), face)


def _fill(place: Any, xml: str) -> None:
    place.is_linked_to_previous = False
    root = place.part.element
    for old in list(root):
        root.remove(old)
    root.append(element(xml))
