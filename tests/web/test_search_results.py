"""Beside the hits: choices with counts, near numbers, saved searches, a file of all (S-1, S-3, S-6)."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

import pytest
from lxml import html

from docctl.jobs.wait import settle
from tests.beginnings import begun, settings_after
from tests.filing import a_form, filed, row, upload, voided
from tests.places import Place
from tests.web.browser import Browser
from tests.web.conftest import words_of
from tests.web.test_record_export import cells
from tests.world import World


def stocked(world: World) -> list[UUID]:
    """Bring a procedure into force and file two records of one unit and one of another."""
    world.issued(world.draft("记录控制程序", text="记录应清晰、完整，并便于查找。"))
    form = a_form(world)
    found = [
        filed(world, form, title="上盖划伤", uploads=(upload(world, "wang", "客户要求返工，记录已核对。"),)),
        filed(world, form, title="下盖划伤", keys=(("batch", "B-2026 07"),)),
        filed(world, form, "zhou", title="业主来电", uploads=(upload(world, "zhou", "业主的记录。"),)),
    ]
    settle(world.house)
    return found


settings = settings_after(stock=stocked)


@pytest.fixture
def stock(world: World, founded: Place) -> list[UUID]:
    """Return the three records of a company that has them."""
    return begun(founded, stocked)[1]


def titles(client: Browser, address: str) -> list[str]:
    return [one.text_content() for one in client.page(address).cssselect(".cards .what")]


def facet(client: Browser, address: str, name: str) -> dict[str, str]:
    found = client.page(address).cssselect(f"section[aria-labelledby=facet-{name}] a")
    return {one.cssselect(".of")[0].text.strip(): one.cssselect(".n")[0].text for one in found}


def test_s_3_choices_show_how_many_they_would_find(client: Browser, stock: list[UUID]) -> None:
    client.sign_in("zhou")
    assert facet(client, "/search?q=划伤 OR 记录 OR 业主", "state") == {"待归档接收": "3", "现行": "1"}
    units = facet(client, "/search?kind=record", "unit")
    assert sum(map(int, units.values())) == 3
    page = client.page("/search?q=划伤 OR 业主&kind=record")
    chips = [one.text_content() for one in page.cssselect(".register-chips a.chip")]
    assert chips[:3] == ["全部 3", "文件 0", "记录 3"]
    for one in page.cssselect(".facets a"):  # each choice finds what it says
        assert f"共 {one.cssselect('.n')[0].text} 项" in words_of(client.get(one.get("href")))


def test_x_3_choices_count_only_what_the_person_may_see(client: Browser, stock: list[UUID]) -> None:
    client.sign_in("zhang")
    assert titles(client, "/search?q=划伤 OR 记录") == ["QP-01 记录控制程序 A/0"]
    assert not client.page("/search?q=划伤 OR 记录").cssselect(".facets a")


def test_s_3_a_choice_is_left_again_where_it_was_made(client: Browser, stock: list[UUID]) -> None:
    client.sign_in("zhou")
    (chosen,) = client.page("/search?q=划伤&state=completed").cssselect(".facets a[aria-current]")
    assert "state" not in chosen.get("href")
    assert "q=" in chosen.get("href")
    none = client.page("/search?q=划伤&year=1999")
    assert "没有找到" in none.text_content()


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("批号:b-202607", 1),
        ("批号:B-20*", 1),
        ("填报人:王强", 2),
        ("填报人:zhou", 1),
        ("部门:生产部 kind:记录", 2),
        ("状态:待归档接收", 3),
        ("state:现行", 2),
        ("类型:程序文件", 1),
        ("逾期:否", 3),
        ("NOT 划伤 AND 种类:记录", 1),
    ],
)
def test_s_1_fields_are_named_in_the_words_of_the_pages(
    client: Browser, stock: list[UUID], typed: str, count: int
) -> None:
    client.sign_in("zhou")
    assert len(titles(client, f"/search?q={quote(typed)}")) == count


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('"记录', "引号"),
        ("(记录", "左括号"),
        ("记录)", "右括号"),
        ("记录 AND", "AND"),
        ("部门:", "字段"),
        ("日期:明天", "日期看不懂"),
        ("(" * 30 + "甲" + ")" * 30, "20 层"),
        ("记" * 10_000, "1000"),
        ("，。！", "标点"),
        ("\u202e\u200f", "标点"),
    ],
)
def test_s_1_what_cannot_be_asked_says_why_and_stays_typed(
    client: Browser, stock: list[UUID], typed: str, said: str
) -> None:
    client.sign_in("wang")
    answer = client.get("/search", query_string={"q": typed})
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    notice = page.cssselect(".notice")[0].text_content()
    assert said in notice
    assert "S-1" in notice
    assert page.cssselect("#q")[0].get("value") == typed


def test_s_1_half_characters_and_controls_are_answered(client: Browser, stock: list[UUID]) -> None:
    client.sign_in("wang")
    for typed in ("%ED%A0%80", "%00%01", "%FF%FE", "%E8%AE%B0%00%E5%BD%95"):
        assert client.get(f"/search?q={typed}").status_code in {200, 422}


def test_s_6_synonyms_are_found_on_request_and_named(client: Browser, stock: list[UUID]) -> None:
    client.sign_in("zhou")
    assert len(titles(client, "/search?q=客户")) == 1
    page = client.page("/search?q=客户&synonyms=1")
    assert len(page.cssselect(".cards li")) == 3  # the form is called 顾客投诉处理单
    assert "同义词：业主" in page.text_content()
    assert "业主" in [one.text_content() for one in page.cssselect(".snippet mark")]
    assert len(titles(client, "/search?q=“客户”&synonyms=1")) == 1


def test_s_3_a_number_with_a_slip_offers_the_near_ones(
    client: Browser, world: World, stock: list[UUID]
) -> None:
    number = row(world, stock[0]).number
    slipped = number[:-1] + ("7" if number[-1] != "7" else "8")
    client.sign_in("wang")
    page = client.page(f"/search?q={slipped}")
    assert "编号相近" in page.text_content()
    assert number in page.cssselect(".cards")[0].text_content()
    client.sign_in("zhang")  # who may not see it is not told of it
    assert number not in client.get(f"/search?q={slipped}").text


def test_s_3_numbers_are_offered_while_one_is_typed(client: Browser, world: World, stock: list[UUID]) -> None:
    number = row(world, stock[0]).number
    client.sign_in("wang")
    offered = [one["number"] for one in client.get(f"/search/suggest?q={number[:7]}").json]
    assert number in offered
    assert client.get("/search/suggest?q=(").json == []
    assert client.get('/search/suggest?q="QR').json == []
    assert client.get("/search/suggest?q=").json == []
    client.sign_in("zhang")
    assert number not in [one["number"] for one in client.get(f"/search/suggest?q={number[:7]}").json]


def test_s_3_the_result_leaves_as_a_file_without_what_is_hidden_or_gone(
    client: Browser, world: World, stock: list[UUID]
) -> None:
    client.sign_in("zhou")
    assert "业主来电" in cells(client.get("/search/export?kind=record").data)
    narrowed = cells(client.get("/search/export?q=划伤&kind=record").data)
    assert "上盖划伤" in narrowed
    assert "业主来电" not in narrowed
    assert "找到 2 项" in narrowed
    voided(world, stock[0])
    assert "上盖划伤" not in cells(client.get("/search/export?q=划伤").data)
    client.sign_in("zhang")
    assert "划伤" not in cells(client.get("/search/export?kind=record").data)
    wrong = client.get("/search/export?q=(记录")
    assert (wrong.status_code, "/search?q=" in wrong.headers["Location"]) == (303, True)


def test_s_3_a_search_is_kept_with_all_its_filters_and_let_go(client: Browser, stock: list[UUID]) -> None:
    client.sign_in("wang")
    page = client.page("/search?q=划伤&state=completed&obsolete=1&sort=number")
    (save,) = [one for one in page.cssselect("a.chip") if one.text_content() == "保存检索"]
    form = client.page(save.get("href"))
    assert form.cssselect("#f-name")[0].get("value") == "划伤"
    client.submit(save.get("href"), {"name": "划伤，待接收"})
    (kept,) = client.page("/search").cssselect(".saved a.row-link")
    assert kept.text_content() == "划伤，待接收"
    for part in ("state=completed", "obsolete=1", "sort=number"):
        assert part in kept.get("href")
    assert len(titles(client, kept.get("href"))) == 2
    assert "划伤 · 状态 待归档接收 · 含已作废 · 按编号" in words_of(client.get("/search"))
    client.sign_in("zhou")
    assert not client.page("/search").cssselect(".saved")
    client.sign_in("wang")
    (rename,) = client.page("/search/saved").cssselect(".saved .saved-acts a")
    assert client.page(rename.get("href")).cssselect("#f-name")[0].get("value") == "划伤，待接收"
    refused = client.submit(rename.get("href"), {"name": " "})
    assert refused.status_code == 422
    client.submit(rename.get("href"), {"name": "待接收的划伤"})
    assert "已改名为“待接收的划伤”" in words_of(client.get("/search/saved"))
    (drop,) = client.page("/search/saved").cssselect(".saved form")
    client.submit("/search/saved", action=drop.get("action"))
    assert "还没有保存的检索" in words_of(client.get("/search/saved"))
