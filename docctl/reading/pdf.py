"""What a PDF says page by page; the browser itself shows it."""

from __future__ import annotations

import contextlib
import itertools
from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from docctl.reading import images
from docctl.reading.errors import ReadingFailed
from docctl.reading.lines import Line
from docctl.reading.pdf_lines import lines_of
from docctl.reading.repeats import paged

_PAGES: Final = 5_000
_TEXT: Final = 20_000_000
#: A page with no more characters, under a picture, is a scan with the mark of its program.
_FEW: Final = 60
_COVERED: Final = 0.5
_OBJECTS: Final = 10_000
_DOTS: Final = 300


def read(path: str) -> dict[str, Any]:
    """Read the text layer; a scan without one gives empty pages, and `scans` names those."""
    with contextlib.closing(_opened(path)) as document:
        return _read(document)


def draw(path: str, number: int, target: str) -> dict[str, Any]:
    """Write page `number` (from 0) to `target` as a grey PNG; `drawn` is false for one that is blank."""
    with contextlib.closing(_opened(path)) as document:
        try:
            with contextlib.closing(document[number]) as page:
                width, height = page.get_size()
                scale = min(_DOTS / 72, (images.WANTED / max(width * height, 1.0)) ** 0.5)
                bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
                drawn = images.save(bitmap.to_pil(), target)
        except pdfium.PdfiumError:
            drawn = False
        return {"pages": len(document), "drawn": drawn}


def _opened(path: str) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = error.err_code == pdfium_c.FPDF_ERR_PASSWORD
        raise ReadingFailed("encrypted" if locked else "unreadable") from None
    if not 0 < len(document) <= _PAGES:
        raise ReadingFailed("bomb" if len(document) else "unreadable", "pages")
    return document


def _read(document: pdfium.PdfDocument) -> dict[str, Any]:
    pages: list[list[Line]] = []
    scans: list[int] = []
    length = 0
    for number in range(len(document)):
        lines, is_scan = _page(document, number)
        pages.append(lines)
        if is_scan:
            scans.append(number)
        length += sum(len(line.text) + 1 for line in lines)
        if length > _TEXT:
            raise ReadingFailed("too_long", "text")
    if not length:
        return {"text": "", "html": None, "pages": [0] * len(pages), "parts": [], "scans": scans}
    told, starts = paged(pages)
    return told.answer(None, starts) | {"scans": scans}


def _page(document: pdfium.PdfDocument, number: int) -> tuple[list[Line], bool]:
    """Return the lines of one page and whether it is a picture; a broken page among good ones is empty."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return [], False
    try:
        lines = lines_of(page)
        few = sum(len(line.text) for line in lines) <= _FEW
        return lines, few and _is_picture(page)
    except pdfium.PdfiumError:
        return [], False
    finally:
        page.close()


def _is_picture(page: pdfium.PdfPage) -> bool:
    """Say whether pictures cover most of a page: scanners add a line of text of their own."""
    left, low, right, high = page.get_bbox()
    covered = 0.0
    for thing in itertools.islice(page.get_objects((pdfium_c.FPDF_PAGEOBJ_IMAGE,), max_depth=3), _OBJECTS):
        x1, y1, x2, y2 = thing.get_bounds()
        covered += max(0.0, min(x2, right) - max(x1, left)) * max(0.0, min(y2, high) - max(y1, low))
    return bool(covered > _COVERED * (right - left) * (high - low))
