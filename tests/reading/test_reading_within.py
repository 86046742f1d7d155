"""Mails, Outlook messages and archives: what they say, and each file in them under its name."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from kinds_made import a_mail, a_message, a_msg, an_attachment
from uploads_made import OLE, a_docx, a_pdf, a_zip, an_ole

from docctl.reading import Kind, ReaderPool, Reading, lzfu, read_text, steps

Write = Callable[[str, bytes], Path]
Read = Callable[[str, bytes], Reading]


@pytest.fixture
def read(pool: ReaderPool, write: Write) -> Read:
    return lambda name, content: read_text(pool, write(name, content), name)


def said(reading: Reading) -> list[tuple[str, str]]:
    return [(part.kind, reading.text[part.start : part.end]) for part in reading.parts]


def test_a_mail_says_its_head_its_body_and_its_attachments(read: Read) -> None:
    reading = read("a.eml", a_mail(("规定.docx", a_docx("第一条")), ("b.pdf", a_pdf("page one", "two"))))
    assert (reading.kind, reading.media_type) == (Kind.EML, "message/rfc822")
    assert reading.text.splitlines() == [
        "From: 张三 <a@example.com>",
        "To: b@example.com",
        "Subject: 纠正措施通知",
        "正文",
        "规定.docx",
        "第一条",
        "b.pdf",
        "page one",
        "two",
    ]
    assert [one for one in said(reading) if one[0] == "attachment"] == [
        ("attachment", "规定.docx"),
        ("attachment", "b.pdf"),
    ]
    assert ("header", "From: 张三 <a@example.com>\nTo: b@example.com\nSubject: 纠正措施通知") in said(reading)
    assert reading.html is not None
    assert "<p>第一条</p>" in reading.html


def test_a_mail_in_html_only_is_read_and_shown_clean(read: Read) -> None:
    content = (
        b"From: a\nSubject: =?gb2312?B?zajWqg==?=\nMIME-Version: 1.0\n"
        b"Content-Type: text/html; charset=gb2312\n"
        b"Content-Transfer-Encoding: 8bit\n\n" + "<p onclick='x()'>内容</p><script>x()</script>".encode("gbk")
    )
    reading = read("a.eml", content)
    assert reading.text == "From: a\nSubject: 通知\n内容"
    assert reading.html is not None
    assert "script" not in reading.html
    assert "onclick" not in reading.html


def test_heads_in_raw_bytes_are_read(read: Read) -> None:
    content = (
        b"From: a\nSubject: "
        + "质量体系文件发布通知".encode("gbk")
        + b"\n\n"
        + "内容如下，请各部门".encode("gbk")
    )
    assert read("a.eml", content).text == "From: a\nSubject: 质量体系文件发布通知\n内容如下，请各部门"


def test_a_mail_in_a_mail_and_a_zip_in_it_are_read(read: Read) -> None:
    inner = a_mail(("c.zip", a_zip({"d.txt": "最里面的文字"})), body="里面", subject="里信")
    reading = read("a.eml", a_mail(("inner.eml", inner), body="外面"))
    assert [name for kind, name in said(reading) if kind == "attachment"] == ["inner.eml", "c.zip", "d.txt"]
    assert reading.text.endswith("d.txt\n最里面的文字")


def test_a_forwarded_mail_is_read_as_its_part(read: Read) -> None:
    content = (
        b"Subject: fw\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        b"Content-Type: message/rfc822\n\nSubject: first\n\nthe words\n--x--\n"
    )
    assert read("a.eml", content).text == "Subject: fw\n\nfirst.eml\nSubject: first\nthe words"


def test_the_pictures_of_a_signature_are_not_listed(read: Read) -> None:
    content = (
        b"Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
        b"Content-Type: text/html\n\n<p>words</p>\n--x\nContent-Type: image/png; name=logo.png\n"
        b"Content-ID: <1>\nContent-Disposition: inline\n\nabc\n--x--\n"
    )
    assert read("a.eml", content).text == "Subject: x\nwords"


@pytest.mark.parametrize(
    "content",
    [
        b"Subject: x",
        b"Subject: =?utf-8?B?!!!!?=\n\nbody",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: text/plain; charset=nonsense\n\nbody",
        b"Content-Transfer-Encoding: base64\nSubject: y\n\n!!!",
        b"Content-Type: message/rfc822\n\n",
        b"Subject: " + b"x" * 100_000 + b"\n\n",
        a_mail(("a.docx", a_docx()))[:1500],
    ],
)
def test_a_damaged_mail_gives_what_it_says(read: Read, content: bytes) -> None:
    assert read("a.eml", content).problem in {None, "no_text"}


def test_a_mail_of_endless_parts_is_stopped(read: Read) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1500))
    assert read("a.eml", b"MIME-Version: 1.0\n" + deep).problem in {None, "unreadable", "no_text", "timeout"}
    many = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\npart\n" * 3000
    assert read("b.eml", many).problem == "bomb"


def test_an_outlook_message_says_its_head_body_and_attachments(read: Read) -> None:
    content = a_msg(
        {
            "0037": "纠正措施",
            "1000": "正文\r\n第二行",
            "0C1A": "张三",
            "0C1F": "a@example.com",
            "0E04": "李四",
        },
        an_attachment("规定.docx", a_docx("第一条")),
    )
    reading = read("a.msg", content)
    assert (reading.kind, reading.media_type) == (Kind.MSG, "application/vnd.ms-outlook")
    assert reading.text.splitlines() == [
        "From: 张三 a@example.com",
        "To: 李四",
        "Date: 2019-04-17 18:40:00+00:00",
        "Subject: 纠正措施",
        "正文",
        "第二行",
        "规定.docx",
        "第一条",
    ]
    assert said(reading)[-1] == ("attachment", "规定.docx")


def test_a_message_within_a_message_is_told_in_its_place(read: Read) -> None:
    inner = a_message(
        {"0037": "里", "1000": "里面的话"}, an_attachment("c.txt", "附件文字".encode()), before=24
    )
    reading = read("a.msg", a_msg({"0037": "外", "1000": "外面"}, an_attachment("inner", inner)))
    assert "外面\ninner\n" in reading.text
    assert "Subject: 里\n里面的话" in reading.text
    assert reading.text.endswith("c.txt\n附件文字")


def test_old_messages_in_a_code_page_are_read(read: Read) -> None:
    reading = read(
        "a.msg", a_msg({"0037": "纠正措施记录".encode("gbk"), "1000": "各部门按本程序执行".encode("gbk")})
    )
    assert reading.text.endswith("Subject: 纠正措施记录\n各部门按本程序执行")


def test_a_message_with_html_or_packed_rtf_only_is_read(read: Read) -> None:
    page = "<html><body><p>网页正文</p></body></html>".encode()
    assert read("a.msg", a_msg({"1013": page})).text.endswith("网页正文")
    plain = rb"{\rtf1\ansi words in rtf}"
    packed = struct.pack("<IIII", len(plain) + 12, len(plain), 0x414C454D, 0) + plain
    assert read("b.msg", a_msg({"1009": packed})).text.endswith("words in rtf")


def test_packed_rtf_is_unpacked_with_what_its_window_knows() -> None:
    # the example of the published format: a run of the window's own words, then repeated ones
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af862696420d03e0c"
        "7273312e206d616d6c20202e6564"
    )
    assert lzfu.unpack(packed[:3]) == b""
    assert len(lzfu.unpack(packed)) <= 200
    assert lzfu.unpack(bytes(16) + b"x") == b""


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_message_that_is_cut_off_loses_no_worker(read: Read, share: float) -> None:
    content = a_msg({"0037": "题", "1000": "文" * 9000}, an_attachment("a.txt", b"x" * 9000))
    reading = read("a.msg", content[: int(len(content) * share)])
    assert reading.problem in {None, "no_text", "unreadable"}
    assert read("b.msg", a_msg({"1000": "好"})).text.endswith("好")


def test_files_in_a_zip_are_read_under_their_names(read: Read) -> None:
    content = a_zip(
        {"甲/一.txt": "第一份文件的内容", "乙.docx": a_docx("第二条"), "__MACOSX/x": "x", "空.txt": ""}
    )
    reading = read("a.zip", content)
    assert (reading.kind, reading.media_type, reading.problem) == (Kind.ZIP, "application/zip", None)
    assert reading.text == "甲/一.txt\n第一份文件的内容\n乙.docx\n第二条\n空.txt"
    assert [name for _, name in said(reading)] == ["甲/一.txt", "乙.docx", "空.txt"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_that_do_not_say_their_encoding_are_read(read: Read, encoding: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("NAME.txt", "内容内容内容")
    raw = "质量记录".encode(encoding)
    assert len(b"NAME.txt") <= len(raw + b".txt")
    content = target.getvalue()
    name = raw + b".txt"
    grown = content.replace(b"NAME.txt", name)
    # lengths of the name in the local header and the directory, and where the directory begins
    more = len(name) - len(b"NAME.txt")
    grown = bytearray(grown)
    struct.pack_into("<H", grown, 26, len(name))
    directory = grown.index(b"PK\x01\x02")
    struct.pack_into("<H", grown, directory + 28, len(name))
    end = grown.index(b"PK\x05\x06")
    size, start = struct.unpack_from("<II", grown, end + 12)
    struct.pack_into("<II", grown, end + 12, size + more, start + more)
    assert read("a.zip", bytes(grown)).text == "质量记录.txt\n内容内容内容"


def test_a_zip_in_zips_is_opened_to_a_depth(read: Read) -> None:
    content = a_zip({"0.txt": "最里"})
    for n in range(1, 8):
        content = a_zip({f"{n}.zip": content})
    reading = read("a.zip", content)
    assert [name for _, name in said(reading)] == ["7.zip", "6.zip", "5.zip", "4.zip"]
    assert "最里" not in reading.text


def test_a_zip_of_many_files_is_read_to_a_count_and_names_the_others(read: Read) -> None:
    reading = read("a.zip", a_zip({f"{n}.txt": f"words of file {n}" for n in range(205)}))
    assert sum("words" in line for line in reading.text.splitlines()) == 200
    assert len(reading.parts) == 205


def test_a_zip_beyond_its_bytes_names_what_it_does_not_read(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = steps._Budget

    def small() -> object:
        budget = whole()
        budget.bytes = 100
        return budget

    monkeypatch.setattr(steps, "_Budget", small)
    reading = read("a.zip", a_zip({"a.txt": "few words", "b.txt": "x y " * 100, "c.txt": "more words"}))
    assert reading.text == "a.txt\nfew words\nb.txt\nc.txt\nmore words"


def test_a_damaged_or_hostile_file_in_a_zip_harms_no_other(read: Read) -> None:
    content = a_zip(
        {
            "bad.docx": a_docx()[:-200],
            "bad.pdf": b"%PDF-1.7 nothing",
            "bad.doc": OLE + bytes(600),
            "bad.msg": an_ole({"__properties_version1.0": b"x"}),
            "good.txt": "good words",
        }
    )
    reading = read("a.zip", content)
    assert reading.text.splitlines()[-1] == "good words"
    assert (len(reading.parts), reading.problem) == (5, None)


def test_a_bomb_in_a_zip_is_not_unpacked(read: Read) -> None:
    bomb = a_zip({"x": b"\0" * (64 << 20)})
    assert read("a.zip", a_zip({"bomb.zip": bomb})).problem in {None, "bomb", "no_text"}
    assert read("b.zip", bomb).text == ""


def test_a_zip_cut_off_is_a_file_without_text(read: Read) -> None:
    reading = read("a.zip", a_zip({"a.txt": "words"})[:-10])
    assert (reading.kind, reading.text, reading.problem) == (Kind.OTHER, "", None)


def test_names_in_a_zip_are_no_paths(read: Read, tmp_path: Path) -> None:
    name = f"{uuid4().hex}.txt"
    assert read("a.zip", a_zip({f"../../{name}": "x"})).text == ""
    assert read("b.eml", a_mail((f"../../{name}", b"words of it"))).text.endswith("words of it")
    assert not any(path.name == name for path in tmp_path.parent.rglob("*.txt"))
