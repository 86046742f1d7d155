"""An external document is registered as a new document, with its issuer's number beside ours (D-9)."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from docctl.models.documents import Document
from docctl.models.trail import EventRow
from tests.cli.terminal import Terminal
from tests.web.conftest import Browser
from tests.world import World, docx_bytes

LAW = {"origin": "external", "issuer": "国务院", "issuer_number": "国务院令第291号"}


def new(client: Browser, world: World, **more: Any) -> TestResponse:
    values = {
        "type_id": str(world.types["procedure"]),
        "title": "电信条例",
        "unit_id": str(world.units["PZ"]),
        "file": (io.BytesIO(docx_bytes("为了规范电信市场秩序。")), "a.docx"),
        **more,
    }
    return client.submit("/documents/new", values, content_type="multipart/form-data")


def the_document(world: World, title: str = "电信条例") -> Document:
    with world.house.uow.read() as session:
        return session.scalars(select(Document).where(Document.title == title)).one()


def test_d_9_an_external_document_is_registered_shown_and_filtered(client: Browser, world: World) -> None:
    client.sign_in("chen")
    answer = new(client, world, **LAW)
    assert answer.status_code == 303
    document = the_document(world)
    assert document.is_external
    assert (document.issuer, document.issuer_number) == ("国务院", "国务院令第291号")
    assert document.number.startswith("QP-")  # ours, beside theirs
    shown = client.page(answer.headers["Location"]).text_content()
    assert "外来文件" in shown
    assert "国务院令第291号" in shown
    listed = client.page("/documents?origin=external").text_content()
    assert "电信条例" in listed
    assert "国务院令第291号" in listed
    assert "电信条例" not in client.page("/documents?origin=own").text_content()
    found = client.get("/documents/find?number=国务院令第 291 号")
    assert found.status_code in {302, 303}  # by its number there (N-9)
    with world.house.uow.read() as session:
        event = session.scalars(select(EventRow).where(EventRow.action == "document.created")).all()[-1]
        assert '"external":true' in event.facts


def test_d_9_what_is_missing_or_too_much_stands_beside_its_field(client: Browser, world: World) -> None:
    client.sign_in("chen")
    missing = new(client, world, origin="external", issuer=" ", issuer_number="YD/T 1")
    assert missing.status_code == 422
    assert "请写明外来文件由谁发布" in missing.text
    assert "e-issuer" in missing.text
    assert "YD/T 1" in missing.text
    own = new(client, world, origin="own", issuer="国务院")
    assert own.status_code == 422
    assert "本公司文件没有外部发布机构" in own.text
    assert new(client, world, origin="own").status_code == 303
    assert not the_document(world).is_external


def test_d_9_the_command_registers_and_lists_them(world: World, tmp_path: Any) -> None:
    terminal = Terminal(world.house)
    path = tmp_path / "a.docx"
    path.write_bytes(docx_bytes("为了规范电信市场秩序。"))
    call = ("documents", "new", path, "--type", "procedure", "--title", "电信条例", "--external")
    assert terminal.refused(*call, user="chen") == (3, "D-9.issuer_needed")
    made = terminal.ok(*call, "--issuer", "国务院", "--issuer-number", "国务院令第291号", user="chen")
    terminal.ok("documents", "new", path, "--type", "procedure", "--title", "记录程序", user="chen")
    (listed,) = terminal.ok("documents", "list", "--origin", "external", user="chen")["documents"]
    assert (listed["number"], listed["issuer"]) == (made["number"], "国务院")
    assert listed["issuer_number"] == "国务院令第291号"
    (own,) = terminal.ok("documents", "list", "--origin", "own", user="chen")["documents"]
    assert own["title"] == "记录程序"
    assert terminal.ok("documents", "show", "国务院令第291号", user="chen")["number"] == made["number"]
