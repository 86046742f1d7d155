"""Plain texts in the encodings that offices save."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from docctl.reading import ReadingFailed, encodings, text

Write = Callable[[str, bytes], Path]
SIMPLE = "第一条 目的\n为了规范公司的记录，使各部门的工作都有据可查，制定本程序。\n1.1 适用范围：全公司。"
TRADITIONAL = (
    "第一條 目的\n為了規範公司的記錄，使各部門的工作都有據可查，制定本程序。\n1.1 適用範圍：全公司。"
)
ENGLISH = "Records are kept for ten years.\nNobody signs their own work."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_simplified_chinese_is_read(encoding: str) -> None:
    assert encodings.decode(SIMPLE.encode(encoding)) == SIMPLE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "big5", "utf-16", "utf-32"])
def test_traditional_chinese_is_read(encoding: str) -> None:
    assert encodings.decode(TRADITIONAL.encode(encoding)) == TRADITIONAL


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("words", [SIMPLE, TRADITIONAL, ENGLISH, SIMPLE.replace("\n", "")])
def test_utf_16_without_its_mark_is_read(encoding: str, words: str) -> None:
    assert encodings.decode(words.encode(encoding)) == words


def test_traditional_text_saved_as_gbk_is_read() -> None:
    assert encodings.decode(TRADITIONAL.encode("gbk")) == TRADITIONAL


def test_readings_with_tones_between_characters_are_read() -> None:
    words = "業(yè)務(wù)記錄(lù)與產(chǎn)品"
    assert encodings.decode(words.encode("gbk")) == words
    assert encodings.decode(words.encode("utf-16-le")) == words


def test_rare_characters_beyond_gbk_are_read() -> None:
    words = SIMPLE + "𠮷㐂"
    assert encodings.decode(words.encode("gb18030")) == words


def test_accents_of_the_west_are_no_chinese() -> None:
    words = "Müller hält die Prüfung für gültig."
    assert encodings.decode(words.encode("cp1252")) == words


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_text_cut_inside_a_character_is_read(encoding: str) -> None:
    read = encodings.decode((SIMPLE + "末").encode(encoding)[:-1])
    assert read is not None
    assert read.rstrip("\ufffd") == SIMPLE


def test_a_single_broken_character_does_not_lose_the_text() -> None:
    broken = (SIMPLE * 20).encode() + b"\xff" + SIMPLE.encode()
    read = encodings.decode(broken)
    assert read is not None
    assert read.count("\ufffd") == 1


@pytest.mark.parametrize(
    "data",
    [bytes(600), bytes(range(256)), b"\x00\x01\x02" * 100, b"\xff\xfe\x00\xd8\x41\x00", b"MZ\x90\x00\x03"],
)
def test_what_is_no_text_is_not_made_one(data: bytes) -> None:
    assert encodings.decode(data) is None


def test_a_large_text_is_read_whole() -> None:
    words = SIMPLE * 5000
    assert encodings.decode(words.encode("gb18030")) == words


def test_lines_become_paragraphs_and_nothing_else(write: Write) -> None:
    path = write("a.txt", '一、<script>alert(1)</script>\r\n\r\n二 & "三"\r四'.encode())
    assert text.read(str(path)) == {
        "text": '一、<script>alert(1)</script>\n\n二 & "三"\n四',
        "html": "<p>一、&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>二 &amp; &quot;三&quot;</p>\n<p>四</p>",
        "pages": [0],
        "parts": [],
    }


def test_form_feeds_part_pages_and_control_characters_go(write: Write) -> None:
    read = text.read(str(write("a.txt", b"one and \x07 a few words more\n\ftwo")))
    assert read["text"][read["pages"][1] :] == "two"
    assert "\x07" not in read["text"]


def test_what_no_encoding_fits_is_unreadable(write: Write) -> None:
    with pytest.raises(ReadingFailed, match="unreadable"):
        text.read(str(write("a.txt", bytes(range(256)))))
