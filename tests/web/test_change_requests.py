"""Change requests as people meet them: asked, decided, answered by a revision, listed (V-2)."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

import pytest
from docx import Document as Docx
from lxml import html

from docctl.domain.change_requests import RequestKind
from tests.cli.terminal import Terminal
from tests.requests import asked, decided, revised
from tests.services.test_change_requests import needing
from tests.web.browser import Browser, words_of
from tests.web.test_documents import data_of
from tests.web.test_record_export import cells
from tests.world import World, docx_bytes

REVISIONS = "/documents/revisions"
REQUESTS = "/documents/change-requests"


@pytest.fixture
def revision(world: World) -> UUID:
    return world.issued(world.draft("记录控制程序", number="QP-01"))


def typed(**more: object) -> dict[str, object]:
    return {
        "kind": "change",
        "what": "4.2：每周改为每日",
        "reason": "每周检查不够",
        "basis": "内审发现 3",
        **more,
    }


def sent(client: Browser, revision: UUID, who: str = "wang", **more: object) -> str:
    client.sign_in(who)
    answer = client.submit(f"{REVISIONS}/{revision}/ask", typed(**more))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_v_2_a_request_goes_from_its_reader_to_the_revision_that_answers_it(
    client: Browser, world: World, revision: UUID
) -> None:
    client.sign_in("wang")
    assert client.page(f"{REVISIONS}/{revision}").cssselect(f"a[href='{REVISIONS}/{revision}/ask']")
    here = sent(
        client, revision, files=[(io.BytesIO(docx_bytes("x")), "a.docx"), (io.BytesIO(b"y"), "b.txt")]
    )
    shown = words_of(client.get(here))
    assert "GG-2026-001" in shown
    assert "待决定" in shown
    (first, second) = client.page(here).cssselect("a[download]")
    assert (first.text, second.text) == ("a.docx", "b.txt")
    assert data_of(client.get(second.get("href"))) == b"y"
    client.sign_in("ouyang")
    assert "决定更改申请" in words_of(client.get("/"))
    assert client.submit(here, {"action": "accept", "reason": "同意"}).status_code == 303
    assert "落实更改申请" in words_of(client.get("/"))
    client.sign_in("wang")
    assert "查看更改申请的结果" in words_of(client.get("/"))
    assert "欧阳雪受理：同意" in words_of(client.get(here))
    assert client.submit(here, action=f"{here}/see").status_code == 303
    assert "查看更改申请的结果" not in words_of(client.get("/"))
    client.sign_in("chen")
    request_id = here.rsplit("/", 1)[1]
    begun = client.page(f"{REVISIONS}/{revision}/revise?request={request_id}")
    assert begun.cssselect("#f-change_what")[0].text.strip() == "4.2：每周改为每日"
    assert begun.cssselect("#f-change_basis")[0].text.strip() == "内审发现 3"
    (box,) = begun.cssselect("input[name=answers]")
    assert (box.get("value"), box.get("checked") is not None) == (request_id, True)
    words = {"change_what": "改", "change_reason": "因", "answers": request_id}
    file = (io.BytesIO(docx_bytes("正文")), "b.docx")
    answer = client.submit(f"{REVISIONS}/{revision}/revise", {**words, "file": file})
    assert answer.status_code == 303
    draft = UUID(answer.headers["Location"].rsplit("/", 1)[1])
    assert "GG-2026-001" in words_of(client.get(f"{REVISIONS}/{draft}"))
    assert "正在落实" in words_of(client.get(here))
    world.clock.forward(days=1)
    world.issued(draft)
    client.sign_in("wang")
    assert "已随 QP-01 版本 A/1 办结" in words_of(client.get(here))


def test_v_2_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(
    client: Browser, world: World, revision: UUID
) -> None:
    client.sign_in("wang")
    answer = client.submit(f"{REVISIONS}/{revision}/ask", typed(reason="", wanted_on="2020-01-01"))
    assert answer.status_code == 422
    assert "4.2：每周改为每日" in answer.text
    answer = client.submit(f"{REVISIONS}/{revision}/ask", typed(wanted_on="2020-01-01"))
    assert "希望完成日期不能早于今天" in words_of(answer)
    here = sent(client, revision)
    client.sign_in("ouyang")
    assert client.submit(here, {"action": "accept", "reason": " "}).status_code == 422


def test_f_3_of_several_files_a_bad_one_is_refused_by_name_and_the_others_are_kept(
    client: Browser, world: World, revision: UUID
) -> None:
    client.sign_in("wang")
    good, bad = (io.BytesIO(docx_bytes("x")), "a.docx"), (io.BytesIO(b""), "leer.txt")
    answer = client.submit(f"{REVISIONS}/{revision}/ask", typed(files=[good, bad]))
    assert answer.status_code == 422
    assert "leer.txt" in words_of(answer)
    (kept,) = html.fromstring(answer.text).cssselect("input[name=files_id]")
    assert kept.get("checked") is not None
    more = (io.BytesIO(docx_bytes("z")), "c.docx")
    answer = client.submit(f"{REVISIONS}/{revision}/ask", typed(files=[more], files_id=kept.get("value")))
    assert [one.text for one in client.page(answer.headers["Location"]).cssselect("a[download]")] == [
        "a.docx",  # what was kept stands before what came
        "c.docx",
    ]


def test_a_2_who_asked_is_told_why_they_do_not_decide(client: Browser, world: World, revision: UUID) -> None:
    here = sent(client, revision, "chen")
    assert "申请人不能决定自己的申请" in words_of(client.get(here))


def test_v_2_the_form_says_that_a_request_is_needed(client: Browser, world: World, revision: UUID) -> None:
    needing(world, "procedure")
    client.sign_in("chen")
    assert "须先有受理的更改申请" in words_of(client.get(f"{REVISIONS}/{revision}"))
    page = client.page(f"{REVISIONS}/{revision}/revise")
    assert page.cssselect("#f-change_what") == []
    assert page.cssselect(f"a[href='{REVISIONS}/{revision}/ask']")
    request = decided(world, asked(world, revision))
    file = (io.BytesIO(docx_bytes("正文")), "b.docx")
    words = {"change_what": "改", "change_reason": "因", "file": file, "answers": None}
    answer = client.submit(f"{REVISIONS}/{revision}/revise", words)
    assert answer.status_code == 422
    assert "须先有受理的更改申请" in words_of(answer)
    again = {**words, "file": (io.BytesIO(docx_bytes("正文")), "b.docx"), "answers": str(request)}
    assert client.submit(f"{REVISIONS}/{revision}/revise", again).status_code == 303


def test_v_2_a_draft_is_edited_with_its_requests(client: Browser, world: World, revision: UUID) -> None:
    first, second = (decided(world, asked(world, revision)) for _ in range(2))
    draft = revised(world, revision, first)
    client.sign_in("chen")
    page = client.page(f"{REVISIONS}/{draft}/edit")
    ticked = {
        one.get("value"): one.get("checked") is not None for one in page.cssselect("input[name=answers]")
    }
    assert ticked == {str(first): True, str(second): False}
    words = {"title": "记录控制程序", "change_what": "改", "change_reason": "因", "answers_shown": "1"}
    assert client.submit(f"{REVISIONS}/{draft}/edit", {**words, "answers": str(second)}).status_code == 303
    assert "已受理" in words_of(client.get(f"{REQUESTS}/{first}"))
    assert "落实中" in words_of(client.get(f"{REQUESTS}/{second}"))


def test_v_2_a_new_document_is_asked_for_and_begun_from_its_request(client: Browser, world: World) -> None:
    client.sign_in("wang")
    said = typed(title="留样管理规定", unit_id=str(world.units["PZ"]), type_id=str(world.types["procedure"]))
    answer = client.submit(f"{REQUESTS}/new", said)
    here = answer.headers["Location"]
    client.sign_in("chen")
    client.submit(here, {"action": "accept", "reason": "同意"})
    (way,) = client.page(here).cssselect("a[href^='/documents/new?request=']")
    begun = client.page(way.get("href"))
    assert begun.cssselect("#f-title")[0].get("value") == "留样管理规定"
    assert begun.cssselect("#f-unit_id option[selected]")[0].get("value") == str(world.units["PZ"])
    assert begun.cssselect("input[name=answers]")[0].get("checked") is not None


def test_v_2_a_returned_request_is_reworded_and_one_is_taken_back(
    client: Browser, world: World, revision: UUID
) -> None:
    here = sent(client, revision)
    client.sign_in("chen")
    client.submit(here, {"action": "return", "reason": "写明条款"})
    client.sign_in("wang")
    assert "写明条款" in words_of(client.get(here))
    page = client.page(f"{here}/submit")
    assert page.cssselect("#f-what")[0].text.strip() == "4.2：每周改为每日"
    assert client.submit(f"{here}/submit", typed(what="4.3")).status_code == 303
    assert client.submit(f"{here}/take-back", {"reason": ""}).status_code == 422
    assert client.submit(f"{here}/take-back", {"reason": "不需要了"}).status_code == 303
    assert "王强撤回：不需要了" in words_of(client.get(here))


def test_v_2_what_was_accepted_is_declined_after_all(client: Browser, world: World, revision: UUID) -> None:
    request = decided(world, asked(world, revision))
    client.sign_in("chen")
    assert client.submit(f"{REQUESTS}/{request}/decline", {"reason": "停产"}).status_code == 303
    assert "陈静不予受理：停产" in words_of(client.get(f"{REQUESTS}/{request}"))


def test_d_7_the_register_is_filtered_and_exported(client: Browser, world: World, revision: UUID) -> None:
    client.sign_in("chen")
    assert "还没有更改申请" in words_of(client.get(REQUESTS))
    asked(world, revision)
    decided(world, asked(world, revision, kind=RequestKind.WITHDRAWAL))
    assert "2 项申请" in words_of(client.get(REQUESTS))
    assert "1 项申请" in words_of(client.get(f"{REQUESTS}?state=accepted"))
    assert "1 项申请" in words_of(client.get(f"{REQUESTS}?kind=change"))
    assert "没有符合条件" in words_of(client.get(f"{REQUESTS}?text=没有"))
    first = [one.text for one in client.page(f"{REQUESTS}?sort=number").cssselect("tbody a.row-link")]
    assert first == ["GG-2026-001", "GG-2026-002"]
    sheet = cells(data_of(client.get(f"{REQUESTS}/export?format=xlsx")))
    assert sheet.index("GG-2026-002") < sheet.index("GG-2026-001")
    document = Docx(io.BytesIO(data_of(client.get(f"{REQUESTS}/export?format=docx"))))
    assert "GG-2026-001" in "".join(cell.text for table in document.tables for cell in table._cells)
    client.sign_in("zhang")
    assert "0 项申请" in words_of(client.get(REQUESTS))


def test_v_2_the_pages_speak_english_too(client: Browser, world: World, revision: UUID) -> None:
    here = sent(client, revision)
    client.submit("/documents", {"language": "en"}, action="/language")
    assert "To be decided" in words_of(client.get(here))


def test_v_2_the_commands_do_the_same(world: World, revision: UUID) -> None:
    terminal = Terminal(world.house, no_wait=True)
    words = ("--what", "4.2 改为每日", "--reason", "不够", "--basis", "内审")
    assert terminal.ok("requests", "ask", "QP-01", *words, user="wang")["request"] == "GG-2026-001"
    assert terminal.refused("requests", "accept", "GG-2026-001", "--reason", "x", user="wang")[0] == 4
    terminal.ok("requests", "return", "GG-2026-001", "--reason", "写明", user="ouyang")
    terminal.ok("requests", "submit", "GG-2026-001", "--what", "4.2.1 改为每日", user="wang")
    terminal.ok("requests", "accept", "gg-2026-001", "--reason", "同意", user="ouyang")
    assert terminal.ok("inbox", user="wang")["tasks"][0]["verb"] == "see_request"
    terminal.ok("requests", "see", "GG-2026-001", user="wang")
    (listed,) = terminal.ok("requests", "list", "--state", "open", user="wang")["requests"]
    assert (listed["what"], listed["decision"], listed["wanted"]) == ("4.2.1 改为每日", "同意", None)
    new = ("--title", "留样", "--unit", "PZ", "--what", "x", "--reason", "y")
    terminal.ok("requests", "new", *new, user="wang")
    terminal.ok("requests", "decline", "GG-2026-002", "--reason", "已有", user="chen")
    terminal.ok("requests", "ask", "QP-01", "--what", "停用", "--reason", "y", "--withdrawal", user="wang")
    terminal.ok("requests", "take-back", "GG-2026-003", "--reason", "算了", user="wang")
    assert terminal.refused("requests", "show", "GG-2026-001", user="zhang")[0] == 4
    assert terminal.ok("requests", "show", "GG-2026-001", user="chen")["state"] == "accepted"


def test_v_2_a_command_revises_with_the_words_of_its_requests(
    world: World, revision: UUID, tmp_path: Path
) -> None:
    file = tmp_path / "b.docx"
    file.write_bytes(docx_bytes("正文"))
    decided(world, asked(world, revision))
    terminal = Terminal(world.house, no_wait=True)
    assert (
        terminal.refused("documents", "revise", "QP-01", file, user="chen")[1] == "V-2.change_reason_needed"
    )
    terminal.ok("documents", "revise", "QP-01", file, "--answers", "GG-2026-001", user="chen")
    assert terminal.ok("requests", "show", "GG-2026-001", user="chen")["state"] == "answering"
    decided(world, asked(world, revision))
    terminal.ok("documents", "edit", "QP-01", "--answers", "GG-2026-002", user="chen")
    assert terminal.ok("requests", "show", "GG-2026-001", user="chen")["state"] == "accepted"
