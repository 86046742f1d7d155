"""The code on a controlled copy: the same modules on PDF and docx, quiet around, nothing else moved (D-3)."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from docctl.printing.mark import QUIET, SIDE, modules, picture
from docctl.printing.stamp import Stamp
from docctl.printing.stamp_docx import stamp_docx
from docctl.printing.stamp_pdf import stamp_pdf
from tests.printing.samples import A4, a_docx, a_pdf, a_stamp, changed

ADDRESS = "https://docs.example.com/c/q3JH0m1cQ0mUoVwB7mJt2A"
EDGE = 15.0


def read_off(image: Image.Image, left: float, top: float, side: float) -> list[list[bool]]:
    """Return the modules that are seen in a square of a picture, by the middle of each."""
    count = len(modules(ADDRESS))
    step, grey = side / count, image.convert("L")

    def dark(row: int, column: int) -> bool:
        at = (round(left + (column + 0.5) * step), round(top + (row + 0.5) * step))
        value = grey.getpixel(at)
        assert isinstance(value, int)
        return value < 128

    return [[dark(row, column) for column in range(count)] for row in range(count)]


def test_d_3_a_code_is_quiet_around_and_differs_with_its_address() -> None:
    rows = modules(ADDRESS)
    assert all(len(one) == len(rows) for one in rows)
    frame = [*rows[:QUIET], *rows[-QUIET:], *(one[:QUIET] + one[-QUIET:] for one in rows)]
    assert not any(one for line in frame for one in line)
    assert rows[QUIET][QUIET : QUIET + 7] == [True] * 7  # the corner that a reader looks for
    assert modules(f"{ADDRESS}x") != rows


@pytest.mark.parametrize("turn", [0, 90])
def test_d_3_a_pdf_bears_the_code_on_every_page_and_only_where_wanted(tmp_path: Path, turn: int) -> None:
    def turned(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Rotate = turn

    source = changed(a_pdf(tmp_path / "a.pdf", [A4, A4]), turned)
    marked, plain = tmp_path / "b.pdf", tmp_path / "c.pdf"
    stamp_pdf(source, marked, a_stamp(mark=ADDRESS))
    stamp_pdf(source, plain, a_stamp())
    scale = 4
    with pypdfium2.PdfDocument(marked) as pdf:
        for page in pdf:
            image = page.render(scale=scale).to_pil()
            assert read_off(image, EDGE * scale, EDGE * scale, SIDE * scale) == modules(ADDRESS)
    with pypdfium2.PdfDocument(plain) as pdf:
        image = pdf[0].render(scale=scale).to_pil()
    assert read_off(image, EDGE * scale, EDGE * scale, SIDE * scale) != modules(ADDRESS)


@pytest.mark.parametrize(
    "lines", [("分发号 001",), ("持有 " + "某某事业部第一车间" * 20,)], ids=["short", "long"]
)
def test_d_3_the_code_and_the_word_have_each_a_corner_however_long_a_name_is(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    marked, plain = tmp_path / "b.pdf", tmp_path / "c.pdf"
    source = a_pdf(tmp_path / "a.pdf", [A4])
    stamp_pdf(source, marked, a_stamp(mark=ADDRESS, lines=lines))
    stamp_pdf(source, plain, a_stamp(lines=lines))
    assert left_of(marked, "受控") > EDGE + SIDE
    assert (left_of(plain, "受控") > EDGE + SIDE) == (
        len(lines[0]) < 100
    )  # without a code the line is longer
    with pypdfium2.PdfDocument(marked) as pdf:
        image = pdf[0].render(scale=4).to_pil()
    assert read_off(image, EDGE * 4, EDGE * 4, SIDE * 4) == modules(ADDRESS)


def left_of(path: Path, word: str) -> float:
    """Return where a word on the first page begins."""
    with pypdfium2.PdfDocument(path) as pdf:
        text = pdf[0].get_textpage()
        found = text.search(word).get_next()
        assert found is not None
        return float(text.get_charbox(found[0])[0])


def test_d_3_a_docx_bears_the_code_in_its_header_once_and_stays_sound(tmp_path: Path) -> None:
    marked, plain = tmp_path / "b.docx", tmp_path / "c.docx"
    stamp_docx(a_docx(tmp_path / "a.docx"), marked, a_stamp(mark=ADDRESS))
    stamp_docx(a_docx(tmp_path / "a.docx"), plain, a_stamp())
    with zipfile.ZipFile(marked) as package:
        (name,) = (one for one in package.namelist() if one.startswith("word/media/"))
        image = Image.open(io.BytesIO(package.read(name)))
        assert read_off(image, 0, 0, image.width) == modules(ADDRESS)
    with zipfile.ZipFile(plain) as package:
        assert not [one for one in package.namelist() if one.startswith("word/media/")]
    header = docx.Document(str(marked)).sections[0].header
    assert len(header.part.element.xpath(".//w:drawing")) == 1


def test_d_3_a_stamp_with_its_mark_survives_its_way_to_the_child() -> None:
    stamp = a_stamp(mark=ADDRESS)
    assert Stamp.from_json(stamp.as_json()) == stamp
    assert picture(ADDRESS).startswith(b"\x89PNG")
