"""What a workbook says, sheet by sheet: cells, boxes, comments, headers and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lxml import etree

from docctl.reading import said
from docctl.reading.docx_text import lines_in
from docctl.reading.errors import ReadingFailed
from docctl.reading.package import Package
from docctl.reading.xlsx_dates import Dates

_TEXT: Final = 20_000_000
#: Further columns of a table are not looked at.
_MOST_COLUMNS: Final = 100
#: Codes in headers and footers: what place follows, what is filled in, how it looks.
_PLACE: Final = re.compile(r"&([LCR])")
_CODE: Final = re.compile(r'&(?:"[^"]*"|\d+|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|&|.)')


def read(path: str) -> dict[str, Any]:
    """Read all cells: a line for each row, a tab between cells, a start for each sheet."""
    with Package(Path(path)) as package:
        book = _Book(package)
        told = said.Said()
        starts: list[int] = []
        furniture = set[tuple[str, str]]()
        for sheet in book.sheets:
            root = package.xml(sheet)
            starts.append(told.length)
            told.add("\n".join(book.rows(root, most=_TEXT - told.length)))
            for kind, line in _headers_and_footers(root):
                if (kind, line) not in furniture:  # each distinct one once
                    furniture.add((kind, line))
                    told.add(line, kind, joins=False)
            for kind, lines in _beside(package, sheet):
                told.add_lines(lines, kind)
    return told.answer(None, starts)


def grid(path: str) -> list[list[str]]:
    """Read all rows as cells, each in its column, also behind empty ones; rows without any are left out."""
    found: list[list[str]] = []
    with Package(Path(path)) as package:
        book = _Book(package)
        for sheet in book.sheets:
            found += book.cells(package.xml(sheet), most=_TEXT)
    return found


class _Book:
    """What the sheets of a workbook share: strings, the look of dates, their order."""

    def __init__(self, package: Package) -> None:
        main = package.main_part()
        root = package.xml(main)
        pointers = [r for r in package.relationships(main) if not r.external and r.part in package]
        sheets = {r.ident: r.part for r in pointers if r.kind == "worksheet"}
        listed = [
            next((value for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")
            for sheet in root.iterfind("{*}sheets/{*}sheet")
        ]
        in_order = [sheets[ident] for ident in listed if ident in sheets]
        self.sheets = list(dict.fromkeys([*in_order, *sheets.values()]))
        self._strings = [
            _said(item)
            for pointer in pointers
            if pointer.kind == "sharedStrings"
            for item in package.xml(pointer.part).iterchildren("{*}si")
        ]
        styles = next((package.xml(r.part) for r in pointers if r.kind == "styles"), None)
        self._dates = Dates(root, styles)

    def rows(self, root: etree._Element, *, most: int) -> Iterator[str]:
        """Yield the rows; a string used a million times is stored once, so the sum is watched."""
        for row in root.iter("{*}row"):
            line = "\t".join(filter(None, (self._cell(cell) for cell in row.iterchildren("{*}c"))))
            most -= len(line) + 1
            if most < 0:
                raise ReadingFailed("too_long", "cells")
            if line:
                yield line

    def cells(self, root: etree._Element, *, most: int) -> Iterator[list[str]]:
        """Yield the rows with each cell in its place; columns far to the right are not looked at."""
        for row in root.iter("{*}row"):
            line: list[str] = []
            for cell in row.iterchildren("{*}c"):
                place = _place_of(cell.get("r", ""), len(line))
                if place < _MOST_COLUMNS and (text := self._cell(cell)):
                    line += [""] * (place - len(line))
                    line.append(text)
                    most -= len(text) + 1
            if most < 0:
                raise ReadingFailed("too_long", "cells")
            if line:
                yield line

    def _cell(self, cell: etree._Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _said(cell)
        value = cell.findtext("{*}v") or ""
        if kind == "s":
            known = value.isdecimal() and int(value) < len(self._strings)
            return self._strings[int(value)] if known else ""
        return self._dates.shown(value, cell.get("s", "")) if kind == "n" else value


def _place_of(name: str, following: int) -> int:
    """Return the place of a cell from 0 by its name, B7 is 1; one without a name follows the last one."""
    letters = name.rstrip("0123456789").upper()
    if not letters or not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        return following
    place = 0
    for one in letters:
        place = place * 26 + ord(one) - ord("A") + 1
    return max(place - 1, following)


def _headers_and_footers(root: etree._Element) -> Iterator[tuple[str, str]]:
    for element in root.iterfind("{*}headerFooter/*"):
        name = etree.QName(element).localname
        kind = said.HEADER if name.endswith("Header") else said.FOOTER
        places = _PLACE.split((element.text or "").replace("\n", " "))
        words = (" ".join(_CODE.sub(_meant, place).split()) for place in (places[0], *places[2::2]))
        if line := "\t".join(filter(None, words)):
            yield kind, line


def _meant(code: re.Match[str]) -> str:
    return "&" if code[0] == "&&" else ""


def _beside(package: Package, sheet: str) -> Iterator[tuple[str, list[said.Piece]]]:
    """Yield the words of boxes and the comments of one sheet."""
    readers: Mapping[str, str] = {"drawing": said.BOX, "comments": said.COMMENT}
    for pointer in package.relationships(sheet):
        if pointer.kind not in readers or pointer.external or pointer.part not in package:
            continue
        root = package.xml(pointer.part)
        if pointer.kind == "drawing":
            yield said.BOX, lines_in(root)
        else:
            comments = root.iterfind("{*}commentList/{*}comment/{*}text")
            yield said.COMMENT, [(_said(comment) + "\n", None) for comment in comments]


def _said(element: etree._Element) -> str:
    """Join the runs of a string without the readings above its characters."""
    runs = element.iter("{*}t")
    return "".join(t.text or "" for t in runs if not _is_reading(t)).replace("\n", " ")


def _is_reading(text: etree._Element) -> bool:
    above = text.getparent()
    return above is not None and str(above.tag).endswith("}rPh")
