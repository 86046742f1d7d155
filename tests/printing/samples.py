"""Stamps, sources and readers of results for the tests of printing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pypdfium2
from lxml import etree
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from docctl.printing import Stamp

A4 = (595.0, 842.0)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def a_stamp(**facts: Any) -> Stamp:
    usual = {
        "word": "受控",
        "lines": ("QP-07 A/1", "分发号 03 质量部", "打印 2026-11-21 10:02"),
        "footer": "QP-07 A/1 第 {page} 页 共 {pages} 页",
        "colour": "force",
    }
    return Stamp(**{**usual, **facts})


def an_obsolete_stamp() -> Stamp:
    return a_stamp(word="作废", colour="obsolete", watermark="作废")


def a_pdf(path: Path, sizes: Iterable[tuple[float, float]] = (A4,)) -> Path:
    canvas = Canvas(str(path))
    for number, size in enumerate(sizes, 1):
        canvas.setPageSize(size)
        canvas.drawString(size[0] / 3, size[1] / 2, f"body {number}")
        canvas.showPage()
    canvas.save()
    return path


def changed(path: Path, change: Any) -> Path:
    """Apply a change to an opened PDF and keep it under the same name."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path)
    return path


def texts(path: Path) -> list[str]:
    """Return the text of each page, as a reader could copy it."""
    with pypdfium2.PdfDocument(path) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def seen(path: Path, page: int = 0) -> Image.Image:
    """Return the page as it looks on the screen, one pixel a point."""
    with pypdfium2.PdfDocument(path) as pdf:
        picture: Image.Image = pdf[page].render(scale=1).to_pil().convert("RGB")
        return picture


def inked(picture: Image.Image, box: tuple[float, float, float, float]) -> bool:
    """Say whether a part of the picture, given in shares of its sides, is not white."""
    across, up = picture.size
    part = picture.crop((int(box[0] * across), int(box[1] * up), int(box[2] * across), int(box[3] * up)))
    return min(low for low, _ in part.getextrema()) < 200


def a_docx(path: Path) -> Path:
    document = docx.Document()
    document.add_paragraph("the body")
    document.save(str(path))
    return path


def xml_of(path: Path, name: str) -> Any:
    with zipfile.ZipFile(path) as package:
        return etree.parse(io.BytesIO(package.read(name))).getroot()


def names_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return package.namelist()


def plain(root: Any) -> str:
    """Return the text of a WordprocessingML part with its fields as {PAGE}."""
    words = []
    for node in root.iter(f"{W}t", f"{W}instrText"):
        words.append(f"{{{node.text.strip()}}}" if node.tag == f"{W}instrText" else node.text)
    return "".join(words)
