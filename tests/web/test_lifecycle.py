"""Pages of suspension and reissue, links to what is obsolete, weights of signatures (V-1, V-4, V-6, A-3)."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest

from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests import filing, rules
from tests.web.conftest import Browser, words_of
from tests.web.test_documents import REVISIONS, withdrawn
from tests.world import World, docx_bytes


def revised(world: World, first: UUID) -> UUID:
    cmd = ReviseDocument(world.document_of(first).id, "条款", "改正", (world.upload("chen"),))
    return revise_document(cmd, by=world.by("chen"), house=world.house)


def test_v_6_a_revision_is_suspended_and_resumed_through_its_pages(client: Browser, world: World) -> None:
    here = f"{REVISIONS}/{world.issued(world.draft())}"
    client.sign_in("chen")
    page = client.page(here)
    assert page.cssselect(f'a[href="{here}/suspend"]')
    answer = client.submit(f"{here}/suspend", {"reason": " "})
    assert answer.status_code == 422
    assert "请填写此项" in words_of(answer)
    assert client.submit(f"{here}/suspend", {"reason": "第四条有误"}).status_code == 303
    page = client.page(here)
    assert page.cssselect(".banner.b-suspended")
    assert page.cssselect(".stamp.s-suspended")
    assert not page.cssselect(f'a[href="{here}/suspend"]')
    assert "暂停使用" in words_of(client.get("/documents?state=suspended"))
    copy = words_of(client.get(f"{here}/copy"))
    assert "副本标明“暂停使用”" in copy
    assert "受控副本" not in copy.replace("不发受控副本", "")
    client.sign_in("wang")
    assert "第四条有误" in words_of(client.get(here))
    assert client.get(f"{here}/resume").status_code == 403
    client.sign_in("chen")
    assert "第四条有误" in words_of(client.get(f"{here}/resume"))
    assert client.submit(f"{here}/resume", {"reason": "已改正"}).status_code == 303
    assert not client.page(here).cssselect(".banner")
    history = words_of(client.get(f"/documents/{world.document_of(UUID(here[-36:])).id}/history"))
    assert "暂停使用 2026-03-02 至 2026-03-02" in history


def test_v_6_before_its_day_the_button_says_why_not(client: Browser, world: World) -> None:
    here = f"{REVISIONS}/{world.issued(world.draft(), on=world.house.today() + timedelta(days=3))}"
    client.sign_in("chen")
    assert not client.page(here).cssselect(f'a[href="{here}/suspend"]')
    assert "要到 2026-03-05 才生效" in words_of(client.get(here))


def test_v_6_a_suspended_form_is_listed_and_not_filled(client: Browser, world: World) -> None:
    form = filing.a_form(world)
    revision_id = filing.row(world, filing.filed(world, form)).form_revision_id
    client.sign_in("chen")
    client.submit(f"{REVISIONS}/{revision_id}/suspend", {"reason": "栏目有误"})
    client.sign_in("wang")
    assert "暂停使用" in words_of(client.get("/records/new"))
    answer = client.get(f"/records/new/{form}")
    assert answer.status_code == 422
    assert "恢复之前不能按它归档记录" in words_of(answer)


@pytest.mark.parametrize(("after", "chosen"), [(2, "0"), (1, "1"), (0, "0")], ids=["not yet", "now", "never"])
def test_v_1_the_page_of_a_new_revision_suggests_a_reissue_and_the_user_decides(
    client: Browser, world: World, after: int, chosen: str
) -> None:
    first = world.issued(world.draft())
    world.clock.forward(minutes=1)
    second = world.issued(revised(world, first))
    rules.suggested_after(world, after)
    client.sign_in("chen")
    here = f"{REVISIONS}/{second}/revise"
    page = client.page(here)
    (checked,) = page.cssselect('input[name="reissue"][checked]')
    assert checked.get("value") == chosen
    words = words_of(client.get(here))
    assert "修改（A/2）" in words
    assert "换版（B/0）" in words
    assert ("已修改 1 次" in words) is (chosen == "1")
    other = "0" if chosen == "1" else "1"
    answer = client.submit(
        here,
        {
            "change_what": "条款",
            "change_reason": "改正",
            "reissue": other,
            "file": (io.BytesIO(docx_bytes("新版")), "b.docx"),
        },
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    started = UUID(answer.headers["Location"].rsplit("/", 1)[1])
    assert world.revision(started).label == ("A/2" if other == "0" else "B/0")


def test_v_4_a_link_to_what_is_obsolete_leads_readers_to_what_is_in_force(
    client: Browser, world: World
) -> None:
    first = world.issued(world.draft())
    world.clock.forward(days=1)
    second = world.issued(revised(world, first))
    client.sign_in("wang")
    answer = client.get(f"{REVISIONS}/{first}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{REVISIONS}/{second}")
    assert "您打开的版本已作废，这是现行版本" in words_of(client.get(answer.headers["Location"]))
    assert client.get(f"{REVISIONS}/{first}/copy").status_code == 404
    client.sign_in("chen")
    assert client.get(f"{REVISIONS}/{first}").status_code == 200


def test_x_3_no_link_leads_on_from_what_the_reader_may_not_know(client: Browser, world: World) -> None:
    first = world.issued(world.draft())
    draft = revised(world, first)
    gone = withdrawn(world, world.issued(world.draft("另一个")))
    client.sign_in("wang")
    for hidden in (draft, gone, world.draft("第三个")):
        assert client.get(f"{REVISIONS}/{hidden}").status_code == 404
    waiting = world.issued(draft, on=world.house.today() + timedelta(days=2))
    assert client.get(f"{REVISIONS}/{waiting}").status_code == 404
    withdrawn(world, waiting)
    world.clock.forward(days=3)
    client.sign_in("wang")
    assert client.get(f"{REVISIONS}/{waiting}").status_code == 404
    assert client.get(f"{REVISIONS}/{first}").status_code == 200


def test_a_3_meanings_of_signatures_show_their_weight(client: Browser, world: World) -> None:
    here = f"{REVISIONS}/{world.issued(world.draft())}"
    client.sign_in("wang")
    words = words_of(client.get("/settings/types"))
    for word in ("签名含义", "监销", "决定", "核查", "见证"):
        assert word in words
    assert "批准 决定 赵敏" in " ".join(words_of(client.get(here)).split())
