"""What a PDF says page by page; the browser itself shows it."""

from __future__ import annotations

from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from docctl.reading import said
from docctl.reading.errors import ReadingFailed
from docctl.reading.pdf_lines import Line, lines_of
from docctl.reading.pdf_repeats import furniture

_PAGES: Final = 5_000
_TEXT: Final = 20_000_000


def read(path: str) -> dict[str, Any]:
    """Read the text layer; a scan without one gives empty pages."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = error.err_code == pdfium_c.FPDF_ERR_PASSWORD
        raise ReadingFailed("encrypted" if locked else "unreadable") from None
    try:
        return _read(document)
    finally:
        document.close()


def _read(document: pdfium.PdfDocument) -> dict[str, Any]:
    if not 0 < len(document) <= _PAGES:
        raise ReadingFailed("bomb" if len(document) else "unreadable", "pages")
    pages: list[list[Line]] = []
    length = 0
    for number in range(len(document)):
        pages.append(_page(document, number))
        length += sum(len(line.text) + 1 for line in pages[-1])
        if length > _TEXT:
            raise ReadingFailed("too_long", "text")
    if not length:
        return {"text": "", "html": None, "pages": [0] * len(pages), "parts": []}
    text = said.Said()
    starts: list[int] = []
    for lines, kinds in zip(pages, furniture(pages), strict=True):
        starts.append(text.length)
        if not lines:
            text.add("")
        for at, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
            text.add(line.text, kind, joins=at > 0)
    return text.answer(None, starts)


def _page(document: pdfium.PdfDocument, number: int) -> list[Line]:
    """Return the lines of one page; a broken page among good ones is left empty."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return []
    try:
        return lines_of(page)
    except pdfium.PdfiumError:
        return []
    finally:
        page.close()
