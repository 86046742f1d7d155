"""Files of every kind cut off, filled up, empty, huge, or two things at once: a reading comes back."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from kinds_made import a_mail, a_msg, a_pptx, a_shape, a_slide, a_text, an_attachment, an_ofd
from PIL import Image
from uploads_made import a_docx, a_pdf, a_zip, an_ole

from docctl.reading import ReaderPool, accept, examine, read_text

Write = Callable[[str, bytes], Path]


def a_workbook() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet().write_row(0, 0, ["编号", "QP-01"])
    return target.getvalue()


def a_picture(kind: str) -> bytes:
    target = io.BytesIO()
    Image.linear_gradient("L").save(target, kind)
    return target.getvalue()


KINDS = {
    "a.docx": a_docx("第一条"),
    "a.xlsx": a_workbook(),
    "a.pptx": a_pptx([a_slide(a_shape("第一页"))]),
    "a.pdf": a_pdf("page one", "page two"),
    "a.ofd": an_ofd([a_text(20, 40, "第一页")]),
    "a.txt": "第一条 目的和适用范围".encode("gb18030"),
    "a.rtf": rb"{\rtf1\ansi\ansicpg936 \'b5\'da\'d2\'bb{\b bold}\par}",
    "a.html": "<html><body><table><tr><td>编号</td></tr></table></body></html>".encode(),
    "a.eml": a_mail(("a.docx", a_docx("附件"))),
    "a.msg": a_msg({"0037": "题", "1000": "正文"}, an_attachment("a.txt", "附件".encode())),
    "a.zip": a_zip({"a.txt": "里面的字", "b.docx": a_docx("里面")}),
    "a.doc": an_ole({"WordDocument": b"\xec\xa5" + bytes(5000), "1Table": bytes(5000)}),
    "a.xls": an_ole({"Workbook": b"\x09\x08\x10\x00" + bytes(5000)}),
    "a.ppt": an_ole({"PowerPoint Document": bytes(5000), "Current User": bytes(30)}),
    "a.png": a_picture("PNG"),
    "a.jpg": a_picture("JPEG"),
    "a.tif": a_picture("TIFF"),
}
#: What reading may find in a file that is not what it should be.
FOUND = {None, "no_text", "unreadable", "encrypted", "bomb", "no_program", "memory", "timeout", "too_long"}


@pytest.fixture(params=KINDS, ids=str)
def named(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    name = str(request.param)
    return name, KINDS[name]


def check(pool: ReaderPool, path: Path) -> None:
    """Read it; whatever came out has the right shape, and the next file is read by the same pool."""
    reading = read_text(pool, path, path.name)
    assert reading.problem in FOUND
    assert all(0 <= start <= len(reading.text) for start in reading.pages)
    assert all(0 <= part.start < part.end <= len(reading.text) for part in reading.parts)
    for for_document in (True, False):
        accept(reading, path.name, for_document=for_document)
        examine(path, path.name, size_limit=1 << 40, for_document=for_document)
    good = path.with_name("good.txt")
    good.write_text("good")
    assert read_text(pool, good, "good.txt").text == "good"


def test_a_sound_file_is_read(pool: ReaderPool, write: Write, named: tuple[str, bytes]) -> None:
    name, content = named
    reading = read_text(pool, write(name, content), name)
    if name.endswith((".doc", ".xls", ".ppt")):
        assert reading.problem == "no_program"
    elif name.endswith((".png", ".jpg", ".tif")):
        assert (reading.text, reading.problem) == ("", None)
    else:
        assert reading.text.strip()


def test_a_file_cut_off_anywhere(pool: ReaderPool, write: Write, named: tuple[str, bytes]) -> None:
    name, content = named
    for share in (0.01, 0.2, 0.5, 0.8, 0.99):
        check(pool, write(name, content[: max(1, int(len(content) * share))]))


def test_an_empty_file(pool: ReaderPool, write: Write, named: tuple[str, bytes]) -> None:
    check(pool, write(named[0], b""))


def test_a_file_with_noise_in_it(pool: ReaderPool, write: Write, named: tuple[str, bytes]) -> None:
    name, content = named
    chance = random.Random(name)
    for _ in range(6):
        noisy = bytearray(content)
        for _ in range(1 + len(noisy) // 200):
            noisy[chance.randrange(len(noisy))] = chance.randrange(256)
        check(pool, write(name, bytes(noisy)))


def test_a_file_of_five_hundred_megabytes(pool: ReaderPool, write: Write, named: tuple[str, bytes]) -> None:
    name, content = named
    path = write(name, content)
    with path.open("r+b") as file:
        file.truncate(500 << 20)  # nothing follows: it takes no room on the disk
    check(pool, path)


@pytest.mark.parametrize("other", ["a.pdf", "a.zip", "a.html", "a.png"])
def test_a_file_that_is_also_another(
    pool: ReaderPool, write: Write, named: tuple[str, bytes], other: str
) -> None:
    name, content = named
    for both in (content + KINDS[other], KINDS[other] + content):
        check(pool, write(name, both))


@pytest.mark.parametrize("other", sorted(KINDS))
def test_a_file_under_the_name_of_another(
    pool: ReaderPool, write: Write, named: tuple[str, bytes], other: str
) -> None:
    check(pool, write(other, named[1]))
