"""Pages on which a form gets its fields, and on which they are filled in and corrected (F-2, F-4, C-1)."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

import pytest
from lxml import html

from docctl.domain.form_definition import Definition
from docctl.jobs.wait import settle
from docctl.queries.form_definitions import definition_at
from tests import filing
from tests.asking import CONCLUSION, asking, defined, revised
from tests.web.conftest import Browser, words_of
from tests.world import PASSWORD, World


@pytest.fixture
def draft(world: World) -> UUID:
    return world.draft("检验单", kind="form", number="QR-01")


def address(revision_id: UUID) -> str:
    return f"/documents/revisions/{revision_id}/fields"


def asks(world: World, revision_id: UUID) -> Definition:
    with world.house.uow.read() as session:
        return definition_at(session, revision_id)


def stepped(client: Browser, url: str, answer: Any, act: str, **changes: Any) -> Any:
    """Press a button of the page as it came back."""
    (form,) = html.fromstring(answer.text).cssselect("main form[method=post]")
    from tests.web.browser import filled

    return client.post(url, data={**filled(form), **changes, "act": act})


def test_f_2_a_form_gets_its_fields_without_any_script(client: Browser, world: World, draft: UUID) -> None:
    client.sign_in("chen")
    url = address(draft)
    assert f'href="{url}"' in client.get(f"/documents/revisions/{draft}").text
    answer = stepped(client, url, client.get(url), "add")
    first = {"n0": "不良类别", "t0": "choices", "m0": "外观\n尺寸\n\n性能"}
    answer = stepped(client, url, answer, "add", **first)
    assert answer.status_code == 200
    assert asks(world, draft).fields == ()  # nothing is kept before it is saved
    second = {"n1": "检验结论", "m1": "合格\n不合格", "r1": "1"}
    answer = stepped(client, url, answer, "up:1", **second)
    answer = stepped(client, url, answer, "down:1:0")
    answer = stepped(client, url, answer, "drop:1:2")
    answer = stepped(client, url, answer, "save")
    assert answer.status_code == 303
    found = asks(world, draft).fields
    assert [(one.name, one.required, one.takes_several) for one in found] == [
        ("检验结论", True, False),
        ("不良类别", False, True),
    ]
    assert [one.name for one in found[1].options] == ["尺寸", "外观"]
    shown = words_of(client.get(f"/documents/revisions/{draft}"))
    assert "○ 合格" in shown
    assert "多选" in shown


def test_f_2_what_is_renamed_keeps_its_key(client: Browser, world: World, draft: UUID) -> None:
    defined(world, draft, CONCLUSION)
    client.sign_in("chen")
    url = address(draft)
    answer = stepped(
        client, url, client.get(url), "save", n0="结论", o0=["通过", "不合格", "让步接收"], m0="报废"
    )
    assert answer.status_code == 303
    (field,) = asks(world, draft).fields
    assert (field.key, field.name) == ("f1", "结论")
    assert [(one.key, one.name) for one in field.options][:1] == [("o1", "通过")]
    assert field.options[3].key == "o4"


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"n0": " "}, "f-n0", "第 1 个字段没有名称"),
        ({"o0": ["合格", "", "让步接收"]}, "f-n0", "第 2 个选项没有名称"),
        ({"m0": "合 格"}, "f-n0", "有两个“合 格”选项"),
        ({"k0": "f9"}, None, "没有键为“f9”的字段"),
    ],
)
def test_f_2_a_refused_definition_comes_back_as_typed(
    client: Browser, world: World, draft: UUID, changes: dict[str, Any], place: str | None, sentence: str
) -> None:
    defined(world, draft, CONCLUSION)
    client.sign_in("chen")
    url = address(draft)
    answer = stepped(client, url, client.get(url), "save", **{"n0": "判定", **changes})
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert sentence in page.cssselect("main")[0].text_content()
    assert [one.get("href") for one in page.cssselect(".error-summary a")] == ([f"#{place}"] if place else [])
    if "n0" not in changes:
        assert page.cssselect("#f-n0")[0].get("value") == "判定"
    assert asks(world, draft).fields[0].name == "检验结论"


def test_f_2_what_somebody_else_changed_is_not_lost(client: Browser, world: World, draft: UUID) -> None:
    client.sign_in("chen")
    url = address(draft)
    before = client.get(url)
    defined(world, draft, CONCLUSION)
    answer = stepped(client, url, before, "save")
    assert answer.status_code == 422
    assert len(asks(world, draft).fields) == 1


def test_f_2_only_a_draft_of_a_form_has_the_page(client: Browser, world: World) -> None:
    client.sign_in("chen")
    procedure = world.draft()
    assert "填写字段" not in client.get(f"/documents/revisions/{procedure}").text
    assert "不是记录表格" in words_of(client.get(address(procedure)))
    form = asking(world)
    world.clock.forward(days=1)
    next_one = revised(world, form)
    client.sign_in("chen")
    assert "检验结论" in client.get(address(next_one)).text
    world.submitted(next_one)
    assert client.get(address(next_one)).status_code in {403, 409, 422}


def typed(**changes: Any) -> dict[str, Any]:
    file = (io.BytesIO("正文".encode()), "记录.txt")
    return {"title": "首检", "occurred_at": "2026-03-01T10:00", "file": file, **changes}


def test_f_4_a_record_is_filled_in_and_refused_where_a_field_is_empty(client: Browser, world: World) -> None:
    form = asking(world)
    client.sign_in("wang")
    url = f"/records/new/{form}"
    answer = client.submit(url, typed(**{"choice:f2": ["外观", "性能"]}))
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert "“检验结论”必填" in page.cssselect(".error-summary")[0].text_content()
    assert page.cssselect(".error-summary a")[0].get("href") == "#f-choice:f1"
    assert len(page.cssselect('input[name="choice:f2"][checked]')) == 2  # what was typed stays
    answer = client.submit(url, typed(**{"choice:f1": "合格", "choice:f2": ["外观", "性能"]}))
    assert answer.status_code == 303
    shown = words_of(client.get(answer.headers["Location"]))
    assert "检验结论" in shown
    assert "外观、性能" in shown


def test_c_1_an_answer_is_struck_on_the_page_and_named_in_the_timeline(client: Browser, world: World) -> None:
    form = asking(world)
    record = filing.filed(world, form, choices=(("f1", ("合格",)), ("f2", ("外观",))))
    client.sign_in("wang")
    assert "检验结论" in words_of(client.get(f"/records/{record}/correct"))
    url = f"/records/{record}/correct?field=choice:f2"
    changes = {"new": ["外观", "尺寸"], "reason": "slip", "password": PASSWORD}
    assert client.submit(url, changes, action=url).status_code == 303
    url = f"/records/{record}/correct?field=choice:f1"
    refused = client.submit(url, {"new": "合格", "reason": "slip", "password": PASSWORD}, action=url)
    assert refused.status_code == 422
    assert "更正后的内容与原值相同" in words_of(refused)
    assert (
        client.submit(url, {"new": "不合格", "reason": "slip", "password": PASSWORD}, action=url).status_code
        == 303
    )
    answer = client.get(f"/records/{record}")
    page = html.fromstring(answer.text)
    struck = [one.text_content().strip() for one in page.cssselect(".registered del")]
    assert {"合格", "外观"} <= set(struck)
    assert "外观、尺寸" in words_of(answer)
    timeline = page.cssselect(".timeline")[0].text_content()
    assert "检验结论" in timeline
    assert "choice:" not in words_of(answer)


def test_c_3_a_waiting_answer_is_named_where_the_keeper_decides(client: Browser, world: World) -> None:
    record = filing.filed(world, asking(world), choices=(("f1", ("合格",)),))
    why = {"reason": "other", "reason_text": "重判"}
    waiting = filing.corrected(world, record, field="choice:f1", new="不合格", **why)
    client.sign_in("li")
    assert "检验结论" in words_of(client.get(f"/records/{record}"))
    assert "检验结论" in words_of(client.get(f"/records/{record}/corrections/{waiting}"))


def test_s_3_choices_are_shown_narrowed_to_and_left_again(client: Browser, world: World) -> None:
    form = asking(world)
    for result in ("合格", "合格", "不合格"):
        filing.filed(world, form, title=f"首检 {result}", choices=(("f1", (result,)),))
    settle(world.house)
    client.sign_in("wang")
    page = client.page("/search?q=首检")
    (group,) = [one for one in page.cssselect(".facets section") if "检验结论" in one.text_content()]
    choices = {one.cssselect(".of")[0].text.strip(): one for one in group.cssselect("a")}
    assert {name: one.cssselect(".n")[0].text for name, one in choices.items()} == {
        "合格": "2",
        "不合格": "1",
    }
    one = client.page(choices["不合格"].get("href"))
    assert len(one.cssselect(".cards .what")) == 1
    chip = next(
        each for each in one.cssselect(".register-chips a") if "检验结论 不合格" in each.text_content()
    )
    both = next(
        each for each in one.cssselect(".facets a") if each.cssselect(".of")[0].text.strip() == "合格"
    )
    assert len(client.page(both.get("href")).cssselect(".cards .what")) == 3
    assert "choice" not in unquote_plus(chip.get("href"))
    saved = client.submit(
        f"/search/saved/new?{choices['不合格'].get('href').partition('?')[2]}", {"name": "不合格品"}
    )
    assert saved.status_code == 303
    assert "检验结论 不合格" in words_of(client.get("/search/saved"))
    client.sign_in("zhang")
    assert client.page(choices["不合格"].get("href")).cssselect(".cards .what") == []


def test_v_5_changed_fields_are_compared(client: Browser, world: World) -> None:
    form = asking(world)
    world.clock.forward(days=1)
    draft = revised(world, form)
    defined(world, draft, CONCLUSION)
    client.sign_in("chen")
    shown = words_of(client.get(f"/documents/revisions/{draft}/compare"))
    assert "填写字段" in shown
    assert "□ 外观" in shown
