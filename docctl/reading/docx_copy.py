"""What of a docx the converter gets to see: a new package of text, lists and pictures, and no more.

Whatever leads outside, runs, or stands around the zip is not copied. Style sheets are thinned,
because the converter reads them slowly and uses only names and numbering.
"""

from __future__ import annotations

import io
import zipfile
from typing import Final

from lxml import etree

from docctl.reading.package import Package, relationships_part

_TYPES: Final = "[Content_Types].xml"
_PARTS: Final = frozenset({"footnotes", "endnotes", "numbering"})
_OF_STYLE: Final = frozenset({"name", "pPr"})


def for_converter(package: Package, body: etree._Element) -> io.BytesIO:
    """Return a new package with `body` as its main part and the parts that show with it."""
    main = package.main_part()
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
        _write(target, _TYPES, package.xml(_TYPES))
        _copy_pointers(package, target, "")
        _copy_body(package, target, main, body)
        for pointer in package.relationships(main):
            if pointer.external or pointer.part not in package:
                continue
            if pointer.kind in _PARTS:
                _copy_body(package, target, pointer.part, package.xml(pointer.part))
            elif pointer.kind == "styles":
                _write(target, pointer.part, _thinned(package.xml(pointer.part)))
    copy.seek(0)
    return copy


def _copy_body(package: Package, target: zipfile.ZipFile, part: str, root: etree._Element) -> None:
    """Copy a part with its pointers and pictures, once."""
    if part in target.namelist():
        return
    _write(target, part, root)
    _copy_pointers(package, target, part)
    for pointer in package.relationships(part):
        there = pointer.part in package and not pointer.external
        if pointer.kind == "image" and there and pointer.part not in target.namelist():
            target.writestr(pointer.part, package.bytes(pointer.part))


def _copy_pointers(package: Package, target: zipfile.ZipFile, part: str) -> None:
    name = relationships_part(part)
    if name not in package:
        return
    root = package.xml(name)
    for element in root.findall("{*}Relationship"):
        if element.get("TargetMode") == "External":
            # the converter stumbles over a pointer that is missing, not over one to nowhere
            element.set("Target", "#")
    _write(target, name, root)


def _thinned(root: etree._Element) -> etree._Element:
    """Keep of each style what the converter asks for."""
    for style in list(root):
        if not str(style.tag).endswith("}style"):
            root.remove(style)
            continue
        for child in list(style):
            if etree.QName(child).localname not in _OF_STYLE:
                style.remove(child)
    return root


def _write(target: zipfile.ZipFile, name: str, root: etree._Element) -> None:
    target.writestr(name, etree.tostring(root))
