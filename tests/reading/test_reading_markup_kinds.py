"""RTF and HTML: their words, by their own rules; nothing fetched, nothing run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from docctl.reading import Kind, ReaderPool, Reading, read_text

Write = Callable[[str, bytes], Path]
Read = Callable[[str, bytes], Reading]


@pytest.fixture
def read(pool: ReaderPool, write: Write) -> Read:
    return lambda name, content: read_text(pool, write(name, content), name)


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(part.kind, reading.text[part.start : part.end]) for part in reading.parts]


def escaped(words: str, encoding: str) -> str:
    return "".join(f"\\'{byte:02x}" for byte in words.encode(encoding))


def an_rtf(body: str) -> bytes:
    return (
        r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\fcharset136 MingLiU;}"
        r"{\f2\fcharset0 Arial;}}{\colortbl;\red0\green0\blue0;}{\info{\title hidden}}"
        f"{body}}}"
    ).encode("ascii")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (escaped("记录控制程序", "gbk"), "记录控制程序"),
        (r"\f1 " + escaped("記錄", "big5") + r"\f0 " + escaped("记录", "gbk"), "記錄记录"),
        (r"{\f1 " + escaped("記錄", "big5") + "}" + escaped("记录", "gbk"), "記錄记录"),
        (r"\uc1\u35760?\u24405?", "记录"),
        (r"\uc2\u35760\'3f\'3f\u24405 ??x", "记录x"),
        (r"\uc0\u-10187\u-9161", "\U0000d835\U0000dc37".encode("utf-16", "surrogatepass").decode("utf-16")),
        (r"one\par two\line three\tab four", "one\ntwo\nthree\tfour"),
        (r"a\~b\_c\{d\}\\", "a\u00a0b-c{d}\\"),
        (r"\trowd a\cell b\cell\row\trowd c\cell d\par\cell\row end", "a\tb\nc\td\nend"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}", "shown"),
        (r"{\pict\pngblip 89504e47}{\object\objdata 0102}after", "after"),
        (r"{\*\unknown not said}said", "said"),
        (r"kept{\deleted gone}\deleted gone\deleted0 kept", "keptkept"),
    ],
)
def test_words_of_an_rtf(read: Read, body: str, text: str) -> None:
    reading = read("a.rtf", an_rtf(body))
    assert (reading.kind, reading.text, reading.problem) == (Kind.RTF, text, None)


def test_headers_notes_comments_and_boxes_of_an_rtf_are_parts(read: Read) -> None:
    box = r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt boxed\par}}{\shprslt again}}"
    body = (
        r"{\header number QP-01\par}{\headerf number QP-01\par}{\footer page\par}"
        rf"body{{\footnote noted}}{{\*\annotation meant}}{box}\par end"
    )
    reading = read("a.rtf", an_rtf(body))
    assert reading.text == "body\nend\nnumber QP-01\npage\nboxed\nnoted\nmeant"
    assert said(reading) == [
        ("header", "number QP-01"),
        ("footer", "page"),
        ("box", "boxed"),
        ("note", "noted"),
        ("comment", "meant"),
    ]


def test_binary_in_an_rtf_is_skipped_not_read(read: Read) -> None:
    content = an_rtf("before@after").replace(b"@", b"{\\pict\\bin5 }{\\}}}")
    assert read("a.rtf", content).text == "beforeafter"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (an_rtf("whole")[:-1], "whole"),
        (an_rtf("whole") + b"}}}}", "whole"),
        (an_rtf(r"whole\bin999999999 "), "whole"),
        (an_rtf(r"whole\bin-5 "), "whole"),
        (an_rtf(r"whole\u99999999999 "), "whole9"),
    ],
)
def test_a_damaged_rtf_gives_what_it_says(read: Read, content: bytes, text: str) -> None:
    assert read("a.rtf", content).text.startswith(text.rstrip("9"))


def test_an_rtf_of_endless_groups_is_unreadable(read: Read) -> None:
    assert read("a.rtf", an_rtf("{" * 200_000)).problem == "unreadable"
    assert read("b.rtf", an_rtf("{" * 500 + "x" + "}" * 500)).text == "x"


def test_an_rtf_of_fifty_megabytes_of_picture_is_read(read: Read) -> None:
    picture = "{\\pict " + ("89504e47" * 16 + "\n") * 400_000 + "}"
    assert read("a.rtf", an_rtf(picture + "after")).text == "after"


def test_an_rtf_under_the_name_of_a_doc_is_read_as_one(read: Read) -> None:
    assert (read("a.doc", an_rtf("x")).kind, read("a.doc", an_rtf("x")).text) == (Kind.RTF, "x")


PAGE = "<html><head><meta charset='{0}'><title>题</title></head><body><p>记录控制程序</p></body></html>"


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "gb18030", "utf-16"])
def test_html_is_read_in_its_encoding(read: Read, encoding: str) -> None:
    reading = read("a.html", PAGE.format(encoding).encode(encoding))
    assert (reading.kind, reading.text) == (Kind.HTML, "记录控制程序")
    assert reading.media_type == "application/octet-stream"
    assert reading.html is not None
    assert "<p>记录控制程序</p>" in reading.html


def test_a_page_that_states_another_encoding_than_its_own_is_read(read: Read) -> None:
    assert read("a.html", PAGE.format("utf-8").encode("gb18030")).text == "记录控制程序"


def test_rows_and_blocks_of_html_are_lines(read: Read) -> None:
    page = (
        "<div>一<p>二<br>三</p></div>四<ul><li>甲</li><li>乙</li></ul><table><tr><th>编号</th>"
        "<td><p>QP</p><p>01</p></td></tr><tr><td>x</td></tr></table><b>粗</b>体"
    )
    assert read("a.htm", page.encode()).text == "一\n二\n三\n四\n甲\n乙\n编号\tQP 01\nx\n粗体"


@pytest.mark.parametrize(
    "page",
    [
        "<script>alert('secret')</script>seen",
        "<style>secret</style>seen",
        "<noscript>secret</noscript>seen",
        "<svg><text>secret</text></svg>seen",
        "<!-- secret -->seen",
        "<iframe src='file:///etc/passwd'>secret</iframe>seen",
        "<img src='http://127.0.0.1/secret.png'>seen",
        "<a href='javascript:secret()'>seen</a>",
        "<link rel=stylesheet href='http://127.0.0.1/secret.css'>seen",
        "<p onclick='secret()'>seen</p>",
        "<object data='secret.swf'>secret</object>seen",
        "<form action='/secret'><textarea>secret</textarea></form>seen",
    ],
)
def test_html_neither_runs_nor_leads_away(read: Read, page: str) -> None:
    reading = read("a.html", page.encode())
    assert reading.text == "seen"
    assert reading.html is not None
    assert "secret" not in reading.html.replace("<p>secret</p>", "")


@pytest.mark.parametrize(
    "page",
    [
        '<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><p>&a;seen</p>',
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1/x.dtd"><p>seen</p>',
    ],
)
def test_a_document_type_in_html_loads_nothing(read: Read, page: str) -> None:
    text = read("a.html", page.encode()).text
    assert text.endswith("seen")
    assert "root:" not in text


def test_html_of_endless_depth_ends(read: Read) -> None:
    reading = read("a.html", b"<div>" * 20_000 + b"deep")
    assert reading.problem in {None, "no_text", "unreadable"}
    assert read("b.html", b"<p>after</p>").text == "after"


@pytest.mark.parametrize("content", [b"<", b"<html", b"<!--", b"<p>x", b"<table><td>x"])
def test_html_that_is_cut_off_is_read(read: Read, content: bytes) -> None:
    assert read("a.html", content).problem in {None, "no_text"}
