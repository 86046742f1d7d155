"""Pages of distribution: the list, copies and what becomes of them, readers, both registers (D-1 to D-8)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.domain.copy_states import CopyStatus
from tests import handing as h
from tests.web.browser import Browser, words_of
from tests.web.test_record_export import cells
from tests.world import World


def base(revision_id: UUID) -> str:
    return f"/documents/revisions/{revision_id}/distribution"


def unit(world: World, code: str = "SC") -> str:
    return f"unit:{world.units[code]}"


@pytest.fixture
def first(world: World) -> UUID:
    return h.distributed(world, h.to_unit(world, copies=2, reads=True), h.to_wall(world))


def test_d_8_a_draft_gets_its_list_and_loses_an_entry(client: Browser, world: World) -> None:
    client.sign_in("chen")
    draft = world.draft()
    assert "发放范围还是空的" in client.page(base(draft)).text_content()
    add = f"{base(draft)}/add"
    assert client.submit(add, {"holder": unit(world), "copies": "2", "reads": "1"}).status_code == 303
    wall = {"holder": unit(world), "place": "一车间公告栏"}
    assert client.submit(add, wall).status_code == 303
    assert client.submit(add, {"person": "王强", "medium": "screen"}).status_code == 303
    found = [(one.holder, one.copies, one.reads) for one in h.entries(world, draft)]
    assert found == [("生产部", 2, True), ("一车间公告栏（生产部）", 1, False), ("王强", 1, False)]
    page = client.page(base(draft))
    assert "一车间公告栏" in page.text_content()
    remove = page.xpath("//a[contains(@href, '/remove')]/@href")[1]
    assert client.submit(remove, {}).status_code == 303
    assert [one.holder for one in h.entries(world, draft)] == ["生产部", "王强"]


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ({}, "D-8"),
        ({"holder": "unit:nonsense"}, "D-8"),
        ({"holder": "poem:1"}, "D-8"),
        ({"person": "没有人"}, "O-1"),
        ({"person": "wang", "copies": "0"}, "D-8"),
        ({"person": "wang", "copies": "51"}, "D-8"),
        ({"person": "wang", "copies": "多"}, ""),
        ({"person": "wang", "place": "墙上"}, "D-1"),
    ],
)
def test_d_8_what_may_not_be_listed_comes_back_as_typed(
    client: Browser, world: World, typed: dict[str, str], rule: str
) -> None:
    client.sign_in("chen")
    draft = world.draft()
    answer = client.submit(f"{base(draft)}/add", {**typed, "reads": "1"})
    assert answer.status_code == 422
    assert rule in words_of(answer)
    assert h.entries(world, draft) == []
    if "person" in typed:
        assert f'value="{typed["person"]}"' in answer.text


def test_d_8_after_issue_a_change_needs_its_reason(client: Browser, world: World, first: UUID) -> None:
    client.sign_in("chen")
    typed = {"holder": unit(world, "KF"), "copies": "1"}
    bare = client.submit(f"{base(first)}/add", typed)
    assert bare.status_code == 422
    assert "请写明原因" in words_of(bare)
    assert client.submit(f"{base(first)}/add", {**typed, "reason": "新业务"}).status_code == 303
    page = client.page(base(first))
    assert "新业务" in page.text_content()
    remove = page.xpath("//a[contains(@href, '/remove')]/@href")[0]
    assert client.submit(remove, {}).status_code == 422
    assert client.submit(remove, {"reason": "合并"}).status_code == 303
    assert [one.recall_reason for one in h.copies(world, first)] == ["合并", "合并", "", ""]
    assert "应回收" in client.page(base(first)).text_content()


def test_d_1_a_holder_receives_and_control_takes_back(client: Browser, world: World, first: UUID) -> None:
    copy = h.copies(world, first)[0]
    place = f"/documents/distribution/copies/{copy.id}"
    client.sign_in("li")
    assert f'href="{place}"' in client.get("/").text
    assert "由文控登记收回" in client.page(place).text_content()  # the reason before the click
    assert client.submit(f"{place}/receive", {"on": copy.issued_on.isoformat()}).status_code == 303
    early = client.submit(f"{place}/return", {"on": copy.issued_on.isoformat(), "reason": "不用了"})
    assert early.status_code == 422
    assert "D-2" in early.text
    client.sign_out()
    world.clock.forward(days=1)
    h.followed(world, first)
    client.sign_in("chen")
    page = client.page(base(first))
    assert "有 3 份副本应回收" in page.text_content()
    assert client.submit(f"{place}/return", {"on": world.house.today().isoformat()}).status_code == 303
    twice = client.submit(f"{place}/return", {"on": world.house.today().isoformat()})
    assert twice.status_code == 422
    assert "不能再次登记" in words_of(twice)


def test_d_2_a_copy_is_destroyed_with_a_witness_recalled_or_lost(
    client: Browser, world: World, first: UUID
) -> None:
    one, two, wall = (f"/documents/distribution/copies/{each.id}" for each in h.copies(world, first))
    client.sign_in("chen")
    today = world.house.today().isoformat()
    typed = {"on": today, "reason": "破损"}
    for witness in ("", "chen", "没有人"):
        refused = client.submit(f"{one}/destroy", {**typed, "witness": witness})
        assert refused.status_code == 422
        assert "破损" in refused.text
    assert client.submit(f"{one}/destroy", {**typed, "witness": "李秀兰"}).status_code == 303
    assert "李秀兰" in client.page(one).text_content()
    assert client.submit(f"{two}/lose", {**typed, "reason": ""}).status_code == 422
    assert client.submit(f"{two}/lose", typed).status_code == 303
    assert client.submit(f"{wall}/recall", {"reason": "公告栏拆除"}).status_code == 303
    assert "公告栏拆除" in client.page(wall).text_content()
    states = [each.status for each in h.copies(world, first)]
    assert states == [CopyStatus.DESTROYED, CopyStatus.LOST, CopyStatus.ISSUED]


def test_d_4_a_reader_confirms_on_the_page_of_the_document(
    client: Browser, world: World, first: UUID
) -> None:
    client.sign_in("wang")
    place = f"/documents/revisions/{first}"
    assert f'href="{place}"' in client.get("/").text
    assert "我已阅读" in client.page(place).text_content()
    token = client.page(place).cssselect("[name=csrf_token]")[0].get("value")
    assert client.post(f"{base(first)}/read", data={"csrf_token": token}).status_code == 303
    assert h.readers(world, first)[world.people["wang"]]
    assert "我已阅读" not in client.page(place).text_content()
    client.sign_out()
    client.sign_in("chen")
    assert "应读 2 人，已读 1 人" in client.page(base(first)).text_content()
    assert "我已阅读" not in client.page(place).text_content()


def test_d_7_both_registers_and_their_files(client: Browser, world: World, first: UUID) -> None:
    client.sign_in("chen")
    copy = h.copies(world, first)[0]
    h.received(world, copy.id)
    assert "没有应回收的副本" in client.page("/documents/distribution/recalls").text_content()
    text = client.page("/documents/distribution").text_content()
    for words in ("发放记录", "003", "一车间公告栏", "在手", "3 份"):
        assert words in text
    narrowed = client.page("/documents/distribution?state=received&medium=paper&text=生产部")
    assert "002" not in narrowed.text_content()
    sheet = cells(client.get("/documents/distribution/export").data)
    assert all(words in sheet for words in ("001", "002", "003", "李秀兰", "在手", "待签收"))
    assert "002" not in cells(client.get("/documents/distribution/export?state=received").data)
    printed = client.get("/documents/distribution/export?format=docx")
    assert printed.data.startswith(b"PK")
    assert printed.mimetype.endswith("wordprocessingml.document")
    world.clock.forward(days=1)
    h.followed(world, first)
    h.destroyed(world, copy.id)
    client.sign_in("chen")  # a day later the session is over
    recalls = client.page("/documents/distribution/recalls").text_content()
    assert "李秀兰" in recalls  # who watched
    assert "已销毁" in recalls
    past = client.page(f"/documents/distribution?as_of={copy.issued_on.isoformat()}").text_content()
    assert "在手" in past
    assert "已销毁" not in past.split("分发号")[-1]
    assert "破损" in cells(client.get("/documents/distribution/export?recalls=1").data)


def test_x_3_copies_of_others_are_not_there(client: Browser, world: World, first: UUID) -> None:
    copy = h.copies(world, first)[0]
    client.sign_in("zhang")
    place = f"/documents/distribution/copies/{copy.id}"
    for path in (place, f"{place}/receive", f"{place}/lose", base(first), f"{base(first)}/add"):
        assert client.get(path).status_code == 404, path
    assert "还没有发放受控副本" in client.page("/documents/distribution").text_content()
    assert client.get(f"/documents/revisions/{first}").status_code == 200
    assert base(first) not in client.get(f"/documents/revisions/{first}").text


def test_d_1_a_posted_copy_is_put_up_and_taken_down_with_its_days(
    client: Browser, world: World, first: UUID
) -> None:
    wall = h.copies(world, first)[-1].id
    here = f"/documents/distribution/copies/{wall}"
    client.sign_in("li")
    assert "张贴副本" in client.get("/").text
    assert "登记张贴" in client.get(here).text
    assert client.submit(f"{here}/receive", {}).status_code == 303
    assert "张贴副本" not in client.get("/").text
    h.recalled(world, wall)
    assert "撤下张贴的副本" in client.get("/").text
    client.sign_out()
    client.sign_in("chen")
    page = client.get(f"{here}/return").text
    assert "登记撤下" in page
    assert "撤下日期" in page
    assert client.submit(f"{here}/return", {}).status_code == 303
    row = h.copy_row(world, wall)
    assert (row.received_on, row.closed_on) == (world.house.today(), world.house.today())
    words = words_of(client.get(here))
    assert "张贴" in words
    assert "撤下" in words


def test_d_4_control_reminds_from_the_page_once_a_day(client: Browser, world: World, first: UUID) -> None:
    client.sign_in("chen")
    assert client.submit(base(first), action=f"{base(first)}/remind").status_code == 303
    page = client.get(base(first))
    assert "今天已提醒过" in words_of(page)
    assert f"{base(first)}/remind" not in page.text
