"""Scans and pictures through Tesseract: page by page, within bounds, and nothing where it is absent."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import helpers
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas
from uploads_made import a_pdf, a_png, a_zip

from docctl.reading import Kind, Programs, ReaderPool, Reading, images, read_text, reading_steps, steps
from docctl.reading.recognise import Recogniser, lines_in

Write = Callable[[str, bytes], Path]
Read = Callable[[str, bytes], Reading]
SIMPLE = "记录控制程序规定各部门保存期限"
TRADITIONAL = "記錄控制程序規定各部門保存期限"
ENGLISH = "Records of quality and safety"


@pytest.fixture(scope="module")
def sharp() -> Iterator[ReaderPool]:
    program, languages = helpers.tesseract()
    with ReaderPool(seconds=20, programs=Programs(recogniser=Recogniser(program, languages))) as pool:
        yield pool


@pytest.fixture
def read(sharp: ReaderPool, write: Write) -> Read:
    return lambda name, content: read_text(sharp, write(name, content), name)


def a_sheet(*lines: str, size: tuple[int, int] = (1400, 500), mode: str = "L") -> Image.Image:
    font = ImageFont.truetype(helpers.chinese_font(), 48)
    sheet = Image.new(mode, size, "white")
    draw = ImageDraw.Draw(sheet)
    for n, line in enumerate(lines):
        draw.text((80, 80 + 120 * n), line, font=font, fill="black")
    return sheet


def saved(sheet: Image.Image, kind: str, **more: object) -> bytes:
    target = io.BytesIO()
    sheet.save(target, kind, **more)
    return target.getvalue()


def a_scan(*sheets: Image.Image | None, mark: str = "") -> bytes:
    """A PDF whose pages are pictures, but for those that hold words of their own."""
    target = io.BytesIO()
    pdf = canvas.Canvas(target, pagesize=(595, 842))
    for sheet in sheets:
        if sheet is None:
            pdf.drawString(72, 700, "typed words of this page")
        else:
            pdf.drawImage(ImageReader(sheet), 0, 0, 595, 842)
        if mark:
            pdf.drawString(400, 20, mark)
        pdf.showPage()
    pdf.save()
    return target.getvalue()


def pages(reading: Reading) -> list[str]:
    ends = [*reading.pages[1:], len(reading.text) + 1]
    return [reading.text[start : end - 1] for start, end in zip(reading.pages, ends, strict=True)]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP"])
def test_a_picture_of_a_page_is_read_in_three_languages(read: Read, kind: str) -> None:
    reading = read(f"a.{kind.lower()}", saved(a_sheet(SIMPLE, TRADITIONAL, ENGLISH), kind))
    assert reading.kind is Kind(kind.lower())
    assert reading.text.splitlines() == [SIMPLE, TRADITIONAL, ENGLISH]
    assert (reading.pages, reading.problem) == ((0,), None)


def test_the_pages_of_a_tiff_are_its_pictures(read: Read) -> None:
    content = saved(a_sheet(SIMPLE), "TIFF", save_all=True, append_images=[a_sheet(ENGLISH)])
    assert pages(read("a.tif", content)) == [SIMPLE, ENGLISH]


def test_a_picture_taken_sideways_or_with_holes_is_read(read: Read) -> None:
    turned = a_sheet(SIMPLE).rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read("a.jpg", saved(turned, "JPEG", exif=exif)).text == SIMPLE
    clear = Image.new("RGBA", (1400, 500), (0, 0, 0, 0))
    clear.paste(a_sheet(ENGLISH, mode="RGBA"), mask=Image.new("L", (1400, 500), 255))
    clear.putalpha(Image.eval(a_sheet(ENGLISH), lambda value: 255 - value))
    assert read("b.png", saved(clear, "PNG")).text == ENGLISH


def test_scanned_pages_of_a_pdf_are_read_in_their_places(read: Read) -> None:
    tall = (1400, 1980)
    content = a_scan(a_sheet(SIMPLE, size=tall), None, a_sheet(ENGLISH, size=tall), mark="CamScanner")
    reading = read("a.pdf", content)
    assert [page.splitlines() for page in pages(reading)] == [
        ["CamScanner", SIMPLE, "CamScanner"],
        ["typed words of this page", "CamScanner"],
        ["CamScanner", ENGLISH, "CamScanner"],
    ]
    assert {reading.text[part.start : part.end] for part in reading.parts} == {"CamScanner"}


def test_what_scanned_pages_repeat_is_their_header(read: Read) -> None:
    sheets = []
    for line in (SIMPLE, TRADITIONAL):
        sheet = a_sheet("文件编号", size=(1400, 1980))
        ImageDraw.Draw(sheet).text(
            (80, 900), line, fill="black", font=ImageFont.truetype(helpers.chinese_font(), 48)
        )
        sheets.append(sheet)
    reading = read("a.pdf", a_scan(*sheets))
    assert pages(reading) == [f"文件编号\n{SIMPLE}", f"文件编号\n{TRADITIONAL}"]
    assert [(part.kind, part.end - part.start) for part in reading.parts] == [("header", 4)] * 2


def test_a_blank_scan_has_no_text(read: Read) -> None:
    assert read("a.pdf", a_scan(Image.new("L", (600, 800), "white"))).problem == "no_text"
    assert read("b.png", saved(Image.new("L", (600, 800), "white"), "PNG")).problem == "no_text"
    assert read("c.png", a_png()).problem == "no_text"


def test_a_pdf_with_words_is_not_recognised_again(read: Read) -> None:
    assert read("a.pdf", a_pdf("typed")).text == "typed"


def test_reading_lets_go_between_pages(sharp: ReaderPool, write: Write) -> None:
    path = write("a.pdf", a_scan(*[a_sheet(ENGLISH, size=(700, 990))] * 3))
    assert sum(1 for _ in reading_steps(sharp, path, "a.pdf")) >= 3


def test_pages_beyond_the_bound_are_not_recognised(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = steps._Budget

    def small() -> object:
        budget = whole()
        budget.pages = 1
        return budget

    monkeypatch.setattr(steps, "_Budget", small)
    found = pages(read("a.pdf", a_scan(*[a_sheet(ENGLISH, size=(700, 990))] * 2)))
    assert [bool(page) for page in found] == [True, False]


def test_a_page_that_takes_too_long_does_not_lose_the_others(write: Write) -> None:
    program, languages = helpers.tesseract()
    hasty = Recogniser(program, languages, seconds=0.01)
    with ReaderPool(programs=Programs(recogniser=hasty)) as pool:
        path = write("a.pdf", a_scan(a_sheet(ENGLISH, size=(700, 990)), None))
        assert read_text(pool, path, "a.pdf").text.strip() == "typed words of this page"


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        pytest.param("a.png", a_png(40_000, 40_000), "bomb", id="huge when unpacked"),
        pytest.param("a.png", a_png(3000, 3000), "unreadable", id="cut off"),
        pytest.param("a.jpg", b"\xff\xd8\xff\xe0" + bytes(500), "unreadable", id="only a head"),
        pytest.param("a.tif", b"II*\0\x08\0\0\0\xff\xff" + bytes(200), "unreadable", id="a wild directory"),
        pytest.param("a.gif", b"GIF89a" + bytes(50), "unreadable", id="no frame"),
    ],
)
def test_a_hostile_picture_gives_a_problem(read: Read, name: str, content: bytes, problem: str) -> None:
    reading = read(name, content)
    assert (reading.text, reading.problem) == ("", problem)


def test_a_tiff_whose_pages_go_in_circles_ends(read: Read) -> None:
    content = bytearray(saved(Image.new("L", (100, 100), "white"), "TIFF"))
    (first,) = (int.from_bytes(content[4:8], "little"),)
    count = int.from_bytes(content[first : first + 2], "little")
    content[first + 2 + 12 * count :][:4] = b""
    at = first + 2 + 12 * count
    content[at : at + 4] = first.to_bytes(4, "little")
    assert read("a.tif", bytes(content)).problem in {"no_text", "bomb", "unreadable"}


def test_a_scan_in_a_zip_is_read(read: Read) -> None:
    content = a_zip({"扫描.png": saved(a_sheet(SIMPLE), "PNG"), "后.txt": "后面的文字"})
    assert read("a.zip", content).text == f"扫描.png\n{SIMPLE}\n后.txt\n后面的文字"


def test_without_tesseract_a_picture_is_a_file_without_text(pool: ReaderPool, write: Write) -> None:
    reading = read_text(pool, write("a.png", a_png(300, 300)), "a.png")
    assert (reading.text, reading.problem) == ("", None)


@pytest.mark.parametrize(
    ("size", "fits"), [((63, 900), False), ((64, 64), True), ((6000, 4000), True)], ids=str
)
def test_pictures_are_brought_to_a_bearable_size(tmp_path: Path, size: tuple[int, int], fits: bool) -> None:
    picture = Image.linear_gradient("L").resize(size)
    target = tmp_path / "page.png"
    assert images.save(picture, str(target)) is fits
    if fits:
        with Image.open(target) as made:
            assert made.width * made.height <= images.WANTED


HEAD = "level page block par line word left top width height conf text".replace(" ", "\t")


def words(*placed: tuple[int, int, int, str]) -> str:
    """Tesseract's table for words 40 high: line, left, top, the word."""
    rows = [
        f"5\t1\t1\t1\t{line}\t1\t{x}\t{y}\t{40 * len(word)}\t40\t90.5\t{word}" for line, x, y, word in placed
    ]
    return "\n".join([HEAD, "1\t1\t0\t0\t0\t0\t0\t0\t1400\t1000\t-1\t", *rows])


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (words((1, 0, 0, "文件"), (1, 90, 0, "编号")), ["文件编号"]),
        (words((1, 0, 0, "are"), (1, 130, 0, "kept")), ["are kept"]),
        (words((1, 0, 0, "第"), (1, 50, 0, "1"), (1, 100, 0, "页")), ["第 1 页"]),
        (words((1, 0, 0, "编号"), (1, 200, 0, "QP")), ["编号\tQP"]),
        (words((1, 0, 0, "编号"), (2, 600, 4, "版本")), ["编号\t版本"]),
        (words((1, 0, 0, "编号"), (2, 0, 90, "版本")), ["编号", "版本"]),
        (words((1, 0, 0, "x")) + "\n5\t1\tnonsense\n\n5\t\t\t", ["x"]),
        ("", []),
    ],
)
def test_words_become_lines_and_cells(table: str, text: list[str]) -> None:
    assert [line.text for line in lines_in(table)] == text
