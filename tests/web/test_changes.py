"""Temporary changes as people meet them: written, signed, read with the document, in print, listed (V-14)."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from docx import Document as Docx
from pypdfium2 import PdfDocument

from tests.cli.terminal import Terminal
from tests.reading.uploads_made import a_pdf
from tests.web.browser import Browser, words_of
from tests.web.test_documents import data_of
from tests.web.test_record_export import cells
from tests.web.test_validity import token
from tests.world import PASSWORD, World, docx_bytes

REVISIONS = "/documents/revisions"
CHANGES = "/documents/changes"


@pytest.fixture
def revision(world: World) -> UUID:
    return world.issued(world.draft("记录控制程序", number="QP-01"))


def typed(world: World, **more: object) -> dict[str, object]:
    today = world.house.today()
    return {
        "place": "4.2.3",
        "text": "将“每周”改为“每日”。",
        "reason": "设备检修",
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=9)).isoformat(),
        **more,
    }


def written(client: Browser, world: World, revision: UUID, **more: object) -> str:
    """Write a change as 陈静, return its page."""
    client.sign_in("chen")
    answer = client.submit(f"{REVISIONS}/{revision}/change", typed(world, **more))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def approved(client: Browser, world: World, revision: UUID, **more: object) -> str:
    here = written(client, world, revision, **more)
    signs = {"approver_id": str(world.people["zhao"]), "password": PASSWORD}
    assert client.submit(f"{here}/submit", signs).status_code == 303
    client.sign_in("zhao")
    assert client.submit(f"{here}/approve", {"password": PASSWORD}).status_code == 303
    return here


def test_v_14_a_change_goes_from_its_draft_to_the_page_of_its_document(
    client: Browser, world: World, revision: UUID
) -> None:
    client.sign_in("chen")
    page = client.page(f"{REVISIONS}/{revision}")
    assert page.cssselect(f"a[href='{REVISIONS}/{revision}/change']")
    here = written(client, world, revision)
    assert "草稿" in words_of(client.get(here))
    assert "每日" not in words_of(client.get(f"{REVISIONS}/{revision}"))
    signs = {"approver_id": str(world.people["zhao"]), "password": PASSWORD}
    assert client.submit(f"{here}/submit", signs).status_code == 303
    assert "等待赵敏批准" in words_of(client.get(here))
    client.sign_in("zhao")
    assert "批准临时更改" in words_of(client.get("/"))
    assert client.submit(f"{here}/approve", {"password": PASSWORD}).status_code == 303
    assert "批准临时更改" not in words_of(client.get("/"))
    client.sign_in("wang")
    shown = words_of(client.get(f"{REVISIONS}/{revision}"))
    assert "临时更改 1：4.2.3" in shown
    assert "将“每周”改为“每日”。" in shown
    assert client.page(f"{REVISIONS}/{revision}").cssselect(f"a[href='{REVISIONS}/{revision}/change']") == []
    world.clock.forward(days=10)
    client.sign_in("wang")
    assert "每日" not in words_of(client.get(f"{REVISIONS}/{revision}"))


def test_v_14_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(
    client: Browser, world: World, revision: UUID
) -> None:
    client.sign_in("chen")
    late = (world.house.today() + timedelta(days=400)).isoformat()
    answer = client.submit(f"{REVISIONS}/{revision}/change", typed(world, last_day=late))
    assert answer.status_code == 422
    assert "临时更改最长 183 天" in words_of(answer)
    assert "将“每周”改为“每日”。" in answer.text
    here = written(client, world, revision)
    answer = client.submit(f"{here}/submit", {"approver_id": str(world.people["zhao"]), "password": "falsch"})
    assert answer.status_code == 422
    assert client.submit(f"{here}/discard", {"reason": " "}).status_code == 422


def test_v_14_who_wrote_it_is_told_why_they_cannot_approve_it(
    client: Browser, world: World, revision: UUID
) -> None:
    here = written(client, world, revision)
    signs = {"approver_id": str(world.people["zhao"]), "password": PASSWORD}
    client.submit(f"{here}/submit", signs)
    assert "编制人不能批准自己编制的内容" in words_of(client.get(here))


def test_v_14_a_next_revision_is_told_what_holds_beside_the_one_in_force(
    client: Browser, world: World, revision: UUID
) -> None:
    approved(client, world, revision)
    client.sign_in("chen")
    answer = client.submit(
        f"{REVISIONS}/{revision}/revise",
        {"change_what": "4.2.3", "change_reason": "纳入", "file": (io.BytesIO(docx_bytes("正文")), "b.docx")},
    )
    assert "有 1 项临时更改" in words_of(client.get(answer.headers["Location"]))


def pages_of(pdf: bytes) -> list[str]:
    with PdfDocument(pdf) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def copied(client: Browser, revision: UUID) -> bytes:
    return data_of(client.post(f"{REVISIONS}/{revision}/copy", data={"csrf_token": token(client)}))


def test_v_14_it_is_printed_with_a_docx_and_named_in_its_stamp(
    client: Browser, world: World, revision: UUID
) -> None:
    client.sign_in("wang")
    assert "临时更改" not in "".join(
        one.text for one in Docx(io.BytesIO(copied(client, revision))).paragraphs
    )
    approved(client, world, revision)
    client.sign_in("wang")
    document = Docx(io.BytesIO(copied(client, revision)))
    body = "\n".join(one.text for one in document.paragraphs)
    assert "临时更改 1　4.2.3" in body
    assert "将“每周”改为“每日”。" in body
    assert "批准：赵敏" in body
    assert "含临时更改 1" in document.sections[0].header._element.xml


@pytest.mark.parametrize("name", ["a.pdf", "a.txt"])
def test_v_14_it_is_printed_on_pages_of_its_own_behind_a_pdf(
    client: Browser, world: World, name: str
) -> None:
    content = a_pdf("text") if name.endswith("pdf") else "正文".encode()
    client.sign_in("chen")
    answer = client.submit(
        "/documents/new",
        {
            "type_id": str(world.types["procedure"]),
            "title": "检验程序",
            "unit_id": str(world.units["PZ"]),
            "number": "QP-07",
            "file": (io.BytesIO(content), name),
        },
    )
    revision = world.issued(UUID(answer.headers["Location"].rsplit("/", 1)[1]))
    client.sign_in("wang")
    before = pages_of(copied(client, revision))
    approved(client, world, revision)
    client.sign_in("wang")
    after = pages_of(copied(client, revision))
    assert len(after) == len(before) + 1
    assert "将“每周”改为“每日”。" in after[-2]  # before the signatures
    assert f"第{len(after)}页" in after[-1]


def test_d_7_the_register_is_filtered_paged_and_exported(
    client: Browser, world: World, revision: UUID
) -> None:
    client.sign_in("chen")
    assert "还没有临时更改" in words_of(client.get(CHANGES))
    approved(client, world, revision)
    written(client, world, revision, place="5.1", last_day=world.house.today().isoformat())
    client.sign_in("chen")
    assert "2 项" in words_of(client.get(CHANGES))
    assert "1 项" in words_of(client.get(f"{CHANGES}?state=in_force"))
    assert "没有符合条件" in words_of(client.get(f"{CHANGES}?text=没有"))
    sheet = cells(data_of(client.get(f"{CHANGES}/export?format=xlsx")))
    assert sheet.index("4.2.3") < sheet.index("5.1")
    document = Docx(io.BytesIO(data_of(client.get(f"{CHANGES}/export?format=docx"))))
    assert "每日" in "".join(cell.text for table in document.tables for cell in table._cells)
    client.sign_in("wang")
    assert "1 项" in words_of(client.get(CHANGES))


def test_v_14_the_commands_do_the_same(world: World, revision: UUID) -> None:
    terminal = Terminal(world.house, no_wait=True)
    until = (world.house.today() + timedelta(days=3)).isoformat()
    words = ("--where", "4.2.3", "--says", "改为每日", "--reason", "检修", "--ends", until)
    terminal.ok("changes", "write", "QP-01", *words, user="chen")
    terminal.ok("changes", "submit", "QP-01", "1", "--approver", "zhao", user="chen")
    terminal.ok("changes", "approve", "QP-01", "1", user="zhao")
    data = terminal.ok("changes", "list", "--state", "in_force", user="wang")
    assert [(one["number"], one["change"], one["text"]) for one in data["changes"]] == [
        ("QP-01", 1, "改为每日")
    ]
    shown = terminal.ok("documents", "show", "QP-01", user="wang")
    assert [one["text"] for one in shown["changes"]] == ["改为每日"]
    terminal.ok("changes", "revoke", "QP-01", "1", "--reason", "结束", user="chen")
    assert terminal.ok("changes", "show", "QP-01", "1", user="chen")["state"] == "revoked"
    assert terminal.refused("changes", "show", "QP-01", "2", user="chen")[1] == "X-3.not_found"
