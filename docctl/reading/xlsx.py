"""What the cells of a workbook say, sheet by sheet; numbers and dates in their stored form."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from lxml import etree

from docctl.reading.errors import ReadingFailed
from docctl.reading.package import Package

_TEXT: Final = 20_000_000


def read(path: str) -> dict[str, Any]:
    """Read all cells: a line for each row, a tab between cells, a start for each sheet."""
    with Package(Path(path)) as package:
        main = package.main_part()
        pointers = [r for r in package.relationships(main) if not r.external and r.part in package]
        shared = [
            _said(item)
            for pointer in pointers
            if pointer.kind == "sharedStrings"
            for item in package.xml(pointer.part).iterchildren("{*}si")
        ]
        sheets = [r.part for r in pointers if r.kind == "worksheet"]
        texts: list[str] = []
        starts: list[int] = []
        length = 0
        for sheet in dict.fromkeys(sheets):
            text = _sheet(package.xml(sheet), shared, most=_TEXT - length)
            starts.append(length)
            texts.append(text)
            length += len(text) + 1
    return {"text": "\n".join(texts), "html": None, "pages": starts or [0], "parts": []}


def _sheet(root: etree._Element, shared: list[str], *, most: int) -> str:
    """Return one sheet; a string used a million times is stored once, so the sum is watched."""
    rows: list[str] = []
    for row in root.iter("{*}row"):
        line = "\t".join(filter(None, (_cell(cell, shared) for cell in row.iterchildren("{*}c"))))
        most -= len(line) + 1
        if most < 0:
            raise ReadingFailed("too_long", "cells")
        if line:
            rows.append(line)
    return "\n".join(rows)


def _cell(cell: etree._Element, shared: list[str]) -> str:
    kind = cell.get("t")
    if kind == "inlineStr":
        return _said(cell)
    value = cell.findtext("{*}v") or ""
    if kind != "s":
        return value
    return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""


def _said(element: etree._Element) -> str:
    """Join the runs of a string without the readings above its characters."""
    runs = element.iter("{*}t")
    return "".join(t.text or "" for t in runs if not _is_reading(t)).replace("\n", " ")


def _is_reading(text: etree._Element) -> bool:
    above = text.getparent()
    return above is not None and str(above.tag).endswith("}rPh")
