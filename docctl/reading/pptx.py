"""What a presentation says, slide by slide; footers of slides and notes are told from their text."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from lxml import etree

from docctl.reading import said, text
from docctl.reading.docx_text import lines_in
from docctl.reading.errors import ReadingFailed
from docctl.reading.package import Package

_TEXT: Final = 20_000_000
_SLIDES: Final = 5_000
#: Placeholders that repeat on slides: footer, date, number, header.
_FURNITURE: Final = {"ftr": said.FOOTER, "dt": said.FOOTER, "sldNum": said.FOOTER, "hdr": said.HEADER}
#: What stands beside a slide, and what it is.
_BESIDE: Final = {
    "notesSlide": said.NOTE,
    "comments": said.COMMENT,
    "diagramData": said.DIAGRAM,
    "chart": said.DIAGRAM,
}


def read(path: str) -> dict[str, Any]:
    """Read all slides in their order: a page for each, shapes in the order in which they lie."""
    with Package(Path(path)) as package:
        slides = _slides(package)
        told = said.Said()
        starts: list[int] = []
        for part in slides:
            starts.append(told.length)
            _add_slide(told, package, part)
            if told.length > _TEXT:
                raise ReadingFailed("too_long", "text")
    answer = told.answer(None, starts)
    return answer | {"html": text.paragraphs(answer["text"])}


def _slides(package: Package) -> list[str]:
    """Return the parts of the slides in the order of the presentation's list."""
    main = package.main_part()
    parts = {
        pointer.ident: pointer.part
        for pointer in package.relationships(main)
        if pointer.kind == "slide" and not pointer.external and pointer.part in package
    }
    listed: list[str] = []
    for item in package.xml(main).iterfind("{*}sldIdLst/{*}sldId"):
        ident = next((value for name, value in item.attrib.items() if str(name).endswith("}id")), "")
        if ident in parts and parts[ident] not in listed:
            listed.append(parts[ident])
    if len(listed) > _SLIDES:
        raise ReadingFailed("bomb", "slides")
    return listed


def _add_slide(told: said.Said, package: Package, part: str) -> None:
    root = package.xml(part)
    before = told.length
    furniture: list[tuple[str, etree._Element]] = []
    for shape in list(root.iter("{*}sp")):
        kind = _placeholder(shape)
        if kind in _FURNITURE and (around := shape.getparent()) is not None:
            around.remove(shape)
            furniture.append((_FURNITURE[kind], shape))
    told.add_lines(lines_in(root))
    for name, shape in furniture:
        told.add_lines(lines_in(shape), name)
    for pointer in package.relationships(part):
        if pointer.kind in _BESIDE and not pointer.external and pointer.part in package:
            _add_beside(told, package, pointer.part, _BESIDE[pointer.kind])
    if told.length == before:
        told.add("")  # a slide of pictures is a page too


def _add_beside(told: said.Said, package: Package, part: str, kind: str) -> None:
    root = package.xml(part)
    for shape in list(root.iter("{*}sp")):
        if _placeholder(shape) in {*_FURNITURE, "sldImg"} and (around := shape.getparent()) is not None:
            around.remove(shape)
    lines = lines_in(root)
    if kind == said.COMMENT:
        lines += [((element.text or "") + "\n", None) for element in root.iter("{*}text")]
    told.add_lines(lines, kind)


def _placeholder(shape: etree._Element) -> str:
    found = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if found is None else found.get("type", "")
