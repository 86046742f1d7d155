"""Uploads never run, in the page or as downloads; their names stay in their header (F-3, X-2)."""

from __future__ import annotations

import io

from docx import Document as Docx
from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree
from werkzeug.http import parse_options_header

from docctl.jobs.wait import settle
from tests.filing import a_form, filed, files
from tests.security.test_injection import PNG, dangers
from tests.web.browser import Browser
from tests.world import World


def hostile_docx() -> bytes:
    """Return a docx whose links and texts are scripts."""
    document = Docx()
    document.add_paragraph("<script>alert(1)</script><img src=x onerror=alert(2)>")
    for target in ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "https://evil.test/x"):
        paragraph = document.add_paragraph("前文 ")
        kind = RELATIONSHIP_TYPE.HYPERLINK
        link = etree.SubElement(paragraph._p, f"{{{paragraph._p.nsmap['w']}}}hyperlink")
        link.set(f"{{{paragraph._p.nsmap['r']}}}id", document.part.relate_to(target, kind, is_external=True))
        run = paragraph.add_run("请点这里")
        link.append(run._r)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_docx_brings_no_script_and_no_link_out(client: Browser, world: World) -> None:
    record = filed(world, a_form(world), uploads=(world.upload("wang", hostile_docx(), name="a.docx"),))
    settle(world.house)
    client.sign_in("wang")
    text = client.get(f"/records/{record}").text
    assert "请点这里" in text
    assert dangers(text) == []
    for bad in ("javascript:", "evil.test", "data:text/html"):
        assert bad not in text


def test_x_2_a_downloaded_file_cannot_run_here(client: Browser, world: World) -> None:
    form_id = a_form(world)
    client.sign_in("wang")
    for name, start in (
        ("a.html", b"<!doctype html><script>alert(1)</script>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("a.txt", b"<!doctype html><script>alert(1)</script>"),
        ("a.xml", b"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'><script>1</script></x>"),
        ("a.js", b"alert(1)//" + b" " * 30),
        ("a.pdf.html", b"%PDF-1.4 <script>alert(1)</script>"),
    ):
        data = start + b" " * len(name)  # no two are the same
        record = filed(world, form_id, uploads=(world.upload("wang", data, name=name),))
        settle(world.house)
        assert dangers(client.get(f"/records/{record}").text) == []
        file_id = files(world, record)[0].id
        answer = client.get(f"/records/{record}/files/{file_id}/download")
        assert answer.data == data
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.mimetype in {"text/plain", "application/octet-stream", "application/pdf"}
        shown = client.get(f"/records/{record}/files/{file_id}")
        assert shown.status_code == (200 if answer.mimetype == "application/pdf" else 404)
        assert shown.mimetype in {"text/html", "application/pdf"}


def test_x_2_a_picture_is_shown_by_what_it_is(client: Browser, world: World) -> None:
    polyglot = PNG + b"<script>alert(1)</script>"
    record = filed(world, a_form(world), uploads=(world.upload("wang", polyglot, name="a.png"),))
    client.sign_in("wang")
    answer = client.get(f"/records/{record}/files/{files(world, record)[0].id}")
    assert answer.mimetype == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


NAMES = [
    ("中文 名.txt", "中文 名.txt"),
    ('a"; filename="evil.exe.txt', None),
    ("a\r\nSet-Cookie: x=1.txt", None),
    ("../../etc/passwd.txt", "passwd.txt"),
    ("..\\..\\windows\\a.txt", "a.txt"),
    ("a\x00.exe.txt", None),
    ("\u202etxt.exe.txt", None),
    ("=cmd|' /C calc'!A0.txt", None),
    ("é" * 300 + ".txt", None),
    (".txt", None),
    ("con.txt", "_con.txt"),
]


def test_5_4_a_file_name_stays_inside_its_header(client: Browser, world: World) -> None:
    client.sign_in("wang")
    form_id = a_form(world)
    for place, (name, expected) in enumerate(NAMES):
        upload = world.upload("wang", f"文字一行 {place}".encode(), name=name)
        record = filed(world, form_id, uploads=(upload,))
        answer = client.get(f"/records/{record}/files/{files(world, record)[0].id}/download")
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        header = answer.headers["Content-Disposition"]
        header.encode("latin-1")
        assert not any(sign in header for sign in "\r\n\0")
        how, options = parse_options_header(header)
        assert how == "attachment"
        assert options.keys() <= {"filename", "filename*"}
        told = options["filename"]
        assert not set('/\\<>:"|?*\r\n\0\u202e') & set(told)
        if expected:
            assert expected in told
