"""How a child process is asked to stamp an upload: by dotted name, with paths and JSON, answered in JSON.

A failure is an answer too, because an exception would lose its code at the process border.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docctl.printing.behind import Behind
from docctl.printing.errors import PrintingFailed
from docctl.printing.stamp import Stamp
from docctl.printing.stamp_docx import stamp_docx
from docctl.printing.stamp_pdf import stamp_pdf
from docctl.printing.text_pdf import text_to_pdf

Answer = dict[str, Any]
Pages = Sequence[Mapping[str, Any]]


def stamp_docx_job(source: str, target: str, *, stamp: Mapping[str, Any], behind: Pages = ()) -> Answer:
    """Run `stamp_docx`; what stands `behind` begins a new page (D-3, V-14)."""
    pages = _behind(behind)
    return _answer(lambda: stamp_docx(Path(source), Path(target), Stamp.from_json(stamp), pages))


def stamp_pdf_job(source: str, target: str, *, stamp: Mapping[str, Any], behind: Pages = ()) -> Answer:
    """Run `stamp_pdf`; what stands `behind` follows on pages of its own (D-3, V-14)."""
    pages = _behind(behind)
    return _answer(lambda: stamp_pdf(Path(source), Path(target), Stamp.from_json(stamp), pages))


def text_to_pdf_job(
    source: str, target: str, *, stamp: Mapping[str, Any], title: str, behind: Pages = ()
) -> Answer:
    """Run `text_to_pdf` on a file that holds the text in UTF-8 (D-3)."""
    pages = _behind(behind)

    def print_text() -> int:
        try:
            text = Path(source).read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise PrintingFailed("unreadable", "no UTF-8") from error
        return text_to_pdf(text, Path(target), Stamp.from_json(stamp), title, pages)

    return _answer(print_text)


def _behind(pages: Pages) -> list[Behind]:
    return [Behind.from_json(one) for one in pages]


def printed(answer: Answer) -> int:
    """Return the count that a job answered with; raise its PrintingFailed in the asking process."""
    if "failed" in answer:
        raise PrintingFailed(str(answer["failed"]), str(answer.get("detail", "")))
    return int(answer["count"])


def _answer(work: Callable[[], int]) -> Answer:
    try:
        return {"count": work()}
    except PrintingFailed as error:
        return {"failed": error.code, "detail": error.detail}
