"""What an OFD says (GB/T 33190): the text objects of its pages, put together to lines by their places."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lxml import etree

from docctl.reading import text
from docctl.reading.errors import ReadingFailed
from docctl.reading.lines import CELL_GAP, Line, Piece, together
from docctl.reading.package import Package, resolve
from docctl.reading.repeats import paged

_PAGES: Final = 5_000
_TEXT: Final = 20_000_000
_MOST_DELTAS: Final = 100_000
#: A4 in millimetres, for a document that states no size.
_A4: Final = (210.0, 297.0)
_NO_TURN: Final = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def read(path: str) -> dict[str, Any]:
    """Read all pages of all documents in the file."""
    with Package(Path(path)) as package:
        pages = [lines for root in _documents(package) for lines in _pages(package, root)]
    told, starts = paged(pages)
    if told.length > _TEXT:
        raise ReadingFailed("too_long", "text")
    answer = told.answer(None, starts)
    return answer | {"html": text.paragraphs(answer["text"])}


def _documents(package: Package) -> list[str]:
    roots = [
        resolve("", found.text or "") for found in package.xml("OFD.xml").iterfind("{*}DocBody/{*}DocRoot")
    ]
    if not roots or not all(root in package for root in roots):
        raise ReadingFailed("unreadable", "no document")
    return roots


def _pages(package: Package, root: str) -> Iterator[list[Line]]:
    document = package.xml(root)
    folder = posixpath.split(root)[0]
    size = _size(document.find("{*}CommonData/{*}PageArea"), _A4)
    templates = {
        found.get("ID", ""): resolve(folder, found.get("BaseLoc", ""))
        for found in document.iterfind("{*}CommonData/{*}TemplatePage")
    }
    listed = document.findall("{*}Pages/{*}Page")
    if not 0 < len(listed) <= _PAGES:
        raise ReadingFailed("bomb" if listed else "unreadable", "pages")
    forms: dict[str, list[Piece]] = {}
    for place in listed:
        part = resolve(folder, place.get("BaseLoc", ""))
        if part not in package:
            yield []
            continue
        page = package.xml(part)
        _, height = _size(page.find("{*}Area"), size)
        pieces: list[Piece] = []
        for used in page.iterfind("{*}Template"):
            name = templates.get(used.get("TemplateID", ""), "")
            if name in package:
                if name not in forms:
                    forms[name] = list(_pieces(package.xml(name), height))
                pieces += [Piece(p.text, p.left, p.right, p.low, p.high) for p in forms[name]]
        pieces += _pieces(page, height)
        yield together(_in_order(pieces), max(height, 1.0), always_apart=False)


def _in_order(pieces: list[Piece]) -> list[Piece]:
    """Return pieces as they are read: line by line from above, from the left in each."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda one: -(one.low + one.high)):
        row = rows[-1][0] if rows else None
        if row is not None and (row.low + row.high) / 2 - (piece.low + piece.high) / 2 < 0.4 * (
            min(row.high - row.low, piece.high - piece.low)
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [piece for row in rows for piece in sorted(row, key=lambda one: one.left)]


def _pieces(page: etree._Element, height: float) -> Iterator[Piece]:
    for thing in page.iter("{*}TextObject"):
        left, top, *_ = _numbers(thing.get("Boundary"), 4) or (0.0, 0.0)
        a, b, c, d, e, f = _numbers(thing.get("CTM"), 6) or _NO_TURN
        size = (_numbers(thing.get("Size"), 1) or (4.0,))[0]
        along, up = math.hypot(a, b) or 1.0, (math.hypot(c, d) or 1.0) * size
        x, y = 0.0, 0.0
        for code in thing.iterchildren("{*}TextCode"):
            x = (_numbers(code.get("X"), 1) or (x,))[0]  # without its own it goes on from the one before
            y = (_numbers(code.get("Y"), 1) or (y,))[0]
            words, length = _words(code, size)
            if words.strip():
                start = left + a * x + c * y + e
                base = height - (top + b * x + d * y + f)
                yield Piece(words.strip(), start, start + length * along, base, base + up)


def _words(code: etree._Element, size: float) -> tuple[str, float]:
    """Return the characters of one run and how long it is; a tab stands where it leaps to a cell."""
    characters = "".join(map(str, code.itertext())).replace("\n", " ").replace("\t", " ")
    deltas = _deltas(code.get("DeltaX", ""), len(characters))
    words: list[str] = []
    for at, character in enumerate(characters):
        words.append(character)
        if at < len(deltas) and at + 1 < len(characters) and deltas[at] > (1 + CELL_GAP) * size:
            words.append("\t")
    return "".join(words), sum(deltas[: max(0, len(characters) - 1)]) + size


def _deltas(stated: str, most: int) -> list[float]:
    """Return the distances between characters; ``g 3 5`` stands for three times 5."""
    words = stated.split(maxsplit=_MOST_DELTAS)[:_MOST_DELTAS]
    found: list[float] = []
    at = 0
    while at < len(words) and len(found) < most:
        if words[at] == "g" and at + 2 < len(words):
            times = int(_number(words[at + 1]))
            found += [_number(words[at + 2])] * max(0, min(times, most - len(found)))
            at += 3
        else:
            found.append(_number(words[at]))
            at += 1
    return found


def _size(area: etree._Element | None, otherwise: tuple[float, float]) -> tuple[float, float]:
    found = None if area is None else area.find("{*}PhysicalBox")
    box = None if found is None else _numbers(found.text, 4)
    return (box[2], box[3]) if box else otherwise


def _numbers(stated: str | None, count: int) -> tuple[float, ...] | None:
    words = (stated or "").split(maxsplit=count)[:count]
    return tuple(map(_number, words)) if len(words) == count else None


def _number(word: str) -> float:
    try:
        found = float(word)
    except ValueError:
        return 0.0
    return found if math.isfinite(found) and abs(found) < 1e6 else 0.0
