"""What a PDF says page by page; the browser itself shows it."""

from __future__ import annotations

from typing import Any, Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from docctl.reading.errors import ReadingFailed

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
    texts: list[str] = []
    starts: list[int] = []
    length = 0
    for number in range(len(document)):
        text = _page(document, number)
        starts.append(length)
        texts.append(text)
        length += len(text) + 1
        if length > _TEXT:
            raise ReadingFailed("too_long", "text")
    text = "\n".join(texts)
    if not text.strip():
        text, starts = "", [0] * len(starts)
    return {"text": text, "html": None, "pages": starts}


def _page(document: pdfium.PdfDocument, number: int) -> str:
    """Return the text of one page; a broken page among good ones is left empty."""
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return ""
    try:
        text_page = page.get_textpage()
        try:
            text: str = text_page.get_text_bounded(errors="ignore")
        finally:
            text_page.close()
    except pdfium.PdfiumError:
        return ""
    finally:
        page.close()
    clean = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    # U+FFFE marks a hyphen at the end of a line: the word goes on in the next
    return clean.replace("\ufffe\n", "").replace("\ufffe", "")
