"""The page of findings, their answers, and the steps that wait for them (D-12)."""

from __future__ import annotations

import io
import zipfile

from docctl.domain.draft_checks import Check
from docctl.services.revisions.sign import review_revision
from tests.findings import drafted, must_answer, of
from tests.web.browser import Browser, words_of
from tests.world import PASSWORD, World


def test_d_12_the_page_quotes_the_words_and_says_what_is_expected(client: Browser, world: World) -> None:
    draft = drafted(world)
    client.sign_in("chen")
    beside = client.page(f"/documents/revisions/{draft}").cssselect("section.checks")[0]
    assert "时间不明确" in beside.text_content()
    page = client.page(f"/documents/revisions/{draft}/checks")
    marks = [one.text_content() for one in page.cssselect("tbody mark")]
    assert "及时" in marks
    assert "附录B" in marks
    assert "“及时”未规定时间" in page.text_content()
    (row,) = client.page(f"/documents/revisions/{draft}/checks?check=vague_time").cssselect("tbody tr")
    assert "各部门应及时填写记录" in row.text_content()
    assert not client.page(f"/documents/revisions/{draft}/checks?state=answered").cssselect("tbody tr")


def test_d_12_several_are_answered_at_once_and_the_reason_stands_beside_them(
    client: Browser, world: World
) -> None:
    draft = drafted(world)
    names = [one.name for one in of(world, draft).findings][:2]
    here = f"/documents/revisions/{draft}/checks"
    client.sign_in("chen")
    answer = client.submit(here, {"ids": names, "reason": " "})
    assert answer.status_code == 422
    assert "请填写理由" in answer.text
    assert answer.text.count(" checked") == 2  # what was chosen stays chosen
    answer = client.submit(here, {"ids": names, "reason": "按客户要求保留"}, follow_redirects=True)
    assert "已答复 2 项" in words_of(answer)
    assert answer.text.count("答复：按客户要求保留") == 2
    assert f">{world.clock().astimezone(world.house.zone):%Y-%m-%d %H:%M}</time>" in answer.text
    answer = client.submit(
        here, {"ids": names[:1], "reason": "仍须修改", "reopen": "1"}, follow_redirects=True
    )
    assert "重新打开：仍须修改" in answer.text


def test_d_12_nothing_chosen_says_so(client: Browser, world: World) -> None:
    here = f"/documents/revisions/{drafted(world)}/checks"
    client.sign_in("chen")
    answer = client.submit(here, {"reason": "保留"})
    assert (answer.status_code, "请至少选择一项" in answer.text) == (422, True)


def test_d_12_the_approver_sees_before_the_click_what_is_open_and_afterwards_the_answers(
    client: Browser, world: World
) -> None:
    draft = drafted(world)
    must_answer(world, Check.VAGUE_TIME)
    world.submitted(draft)
    review_revision(world.signing(draft), by=world.by("ouyang"), house=world.house)
    client.sign_in("zhao")
    page = client.page(f"/documents/revisions/{draft}")
    assert "尚有 1 项问题须修改或答复：时间不明确" in page.text_content()
    assert page.cssselect(".btn-off")
    answer = client.submit(f"/documents/revisions/{draft}/approve", {"password": PASSWORD})
    assert answer.status_code == 422
    assert "尚有 1 项问题须修改或答复" in answer.text

    (word,) = [one for one in of(world, draft).findings if one.check is Check.VAGUE_TIME]
    client.sign_in("chen")
    client.submit(f"/documents/revisions/{draft}/checks", {"ids": [word.name], "reason": "见作业指导书"})
    client.sign_in("zhao")
    assert "答复：见作业指导书" in client.get(f"/documents/revisions/{draft}/approve").text
    answer = client.submit(
        f"/documents/revisions/{draft}/approve", {"password": PASSWORD}, follow_redirects=True
    )
    assert world.revision(draft).approved_at is not None


def test_d_12_who_only_signs_reads_the_findings_and_answers_none(client: Browser, world: World) -> None:
    draft = drafted(world)
    world.submitted(draft)
    client.sign_in("ouyang")
    page = client.page(f"/documents/revisions/{draft}/checks")
    assert page.cssselect("tbody tr")
    assert not page.cssselect("tbody input[type=checkbox]")
    client.sign_in("zhang")
    assert client.get(f"/documents/revisions/{draft}/checks").status_code == 404


def test_d_12_the_findings_go_into_a_sheet(client: Browser, world: World) -> None:
    draft = drafted(world)
    client.sign_in("chen")
    answer = client.get(f"/documents/revisions/{draft}/checks/list.xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        text = "".join(
            book.read(one).decode("utf-8", "replace") for one in book.namelist() if one.endswith("xml")
        )
    assert "各部门应及时填写记录" in text


def test_d_12_the_setting_is_typed_in_words_and_tried_on_a_text(client: Browser, world: World) -> None:
    client.sign_in("chen")
    answer = client.get("/settings/rules/checks/edit")
    assert "时间不明确：仅提示" in answer.text
    answer = client.submit(
        "/settings/rules/checks/edit", {"checks": "时间不明确：须答复\n条款号：须答复", "reason": "内审"}
    )
    assert (answer.status_code, "没有名为“条款号”的检查项" in answer.text) == (422, True)
    answer = client.submit(
        "/settings/rules/checks/edit",
        {
            "checks": "时间不明确：须答复",
            "words_zh": "酌情",
            "words_en": "",
            "without": "nothing",
            "reason": "内审",
        },
        follow_redirects=True,
    )
    assert "没有代码为 nothing 的文件类型" in answer.text
    action = "/settings/rules/checks/tried"
    answer = client.submit("/settings/rules/checks", {"text": "各部门应定期检查。"}, action=action)
    assert "1 项" in words_of(answer)
    assert "“定期”未规定时间" in answer.text
    answer = client.submit("/settings/rules/checks", {"text": "各部门应每月检查。"}, action=action)
    assert "不会查出问题" in answer.text


def test_d_12_a_document_from_outside_is_not_checked(client: Browser, world: World) -> None:
    issued = world.issued(drafted(world))
    client.sign_in("chen")
    assert "此版本不做检查" in client.get(f"/documents/revisions/{issued}/checks").text
