"""The search page: for each person their own totals, and nothing that is gone (S-1 to S-4, X-3)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.jobs.wait import settle
from tests.beginnings import begun, settings_after
from tests.filing import a_form, filed, upload, voided
from tests.places import Place
from tests.web.conftest import Browser, words_of
from tests.world import World


def scratched(world: World) -> UUID:
    """Bring a procedure into force and file a record of the production unit."""
    world.issued(world.draft("记录控制程序", text="记录应清晰、完整，并便于查找。"))
    one = filed(world, a_form(world), uploads=(upload(world, "wang", "上盖侧边划伤，记录已核对。"),))
    settle(world.house)
    return one


settings = settings_after(scratch=scratched)


@pytest.fixture
def scratch(world: World, founded: Place) -> UUID:
    """Return the record of a company that has it."""
    return begun(founded, scratched)[1]


def titles(client: Browser, address: str) -> list[str]:
    return [one.text_content() for one in client.page(address).cssselect(".cards .what")]


def test_the_box_on_every_page_leads_to_the_search(client: Browser, scratch: UUID) -> None:
    client.sign_in("wang")
    form = client.page("/documents").cssselect("header form[role=search]")[0]
    assert (form.get("action"), form.get("method")) == ("/search", "get")
    assert client.page("/search?q=划伤").cssselect("header input[name=q]")[0].get("value") == "划伤"


@pytest.mark.parametrize("typed", ["“记录应清晰”", "記錄應清晰", "便于查找", "QP"])
def test_s_2_a_phrase_is_found_in_either_script(client: Browser, scratch: UUID, typed: str) -> None:
    client.sign_in("wang")
    (title,) = titles(client, f"/search?q={typed}")
    assert "记录控制程序" in title


def test_s_3_a_hit_shows_what_matched_and_leads_to_its_item(client: Browser, scratch: UUID) -> None:
    client.sign_in("wang")
    page = client.page("/search?q=“上盖侧边”")
    assert [one.text_content() for one in page.cssselect(".snippet mark")] == ["上盖侧边"]
    assert page.cssselect(".cards a.row-link")[0].get("href") == f"/records/{scratch}"
    page = client.page("/search?q=“便于查找”")
    assert page.cssselect(".cards a.row-link")[0].get("href").startswith("/documents/")
    assert [one.text_content() for one in page.cssselect(".cards .state")] == ["现行"]


def test_x_3_each_role_sees_its_own_total(client: Browser, scratch: UUID) -> None:
    totals = {}
    for who in ("wang", "li", "zhou", "zhang", "ouyang"):
        client.sign_in(who)
        totals[who] = len(titles(client, "/search?q=划伤"))
    assert totals == {"wang": 1, "li": 1, "zhou": 1, "zhang": 0, "ouyang": 0}


def test_s_4_a_voided_record_is_gone_while_the_worker_stands(
    client: Browser, world: World, scratch: UUID
) -> None:
    client.sign_in("wang")
    assert len(titles(client, "/search?q=记录&sort=number")) == 2
    voided(world, scratch)
    page = client.page("/search?q=记录&sort=number")
    assert len(page.cssselect(".cards li")) == 1
    assert "共 1 项" in page.cssselect(".pages")[0].text_content()


def test_x_3_a_narrowed_search_keeps_what_was_typed(client: Browser, scratch: UUID) -> None:
    client.sign_in("wang")
    assert len(titles(client, "/search?q=记录&kind=record")) == 1
    page = client.page("/search?q=记录&unit=SC&state=completed&from=2020-01-01")
    chips = [one.get("href") for one in page.cssselect(".register-chips a.chip")]
    assert any("unit=SC" not in one and "state=completed" in one for one in chips)
    assert page.cssselect(".filter-fields input[name=q]")[0].get("value") == "记录"
    assert page.cssselect("select[name=unit] option[selected]")[0].get("value") == "SC"


def test_nothing_found_and_nothing_asked_say_how_to_search(client: Browser, scratch: UUID) -> None:
    client.sign_in("wang")
    assert "这样检索" in words_of(client.get("/search"))
    nothing = words_of(client.get("/search?q=并无此句"))
    assert "没有找到" in nothing
    assert "这样检索" in nothing


@pytest.mark.parametrize(("typed", "status"), [("，。", 422), ("记" * 1001, 422), ("记" * 1000, 200)])
def test_s_1_a_search_that_cannot_be_answered_says_why(
    client: Browser, scratch: UUID, typed: str, status: int
) -> None:
    client.sign_in("wang")
    answer = client.get("/search", query_string={"q": typed})
    assert answer.status_code == status
    assert ("S-1" in answer.text) == (status == 422)


@pytest.mark.parametrize(
    "nonsense", ["page=x", "page=-1", "page=9999999", "from=2026-99-99", "sort=x&state=x&kind=x", "unit=<b>"]
)
def test_nonsense_in_the_address_counts_as_absent(client: Browser, scratch: UUID, nonsense: str) -> None:
    client.sign_in("wang")
    assert client.get(f"/search?q=记录&{nonsense}").status_code == 200


def test_an_index_that_is_being_made_says_so(client: Browser, world: World) -> None:
    client.sign_in("wang")
    page = client.page("/search?q=记录")
    assert "索引正在重建" in page.text_content()
    assert page.cssselect(".n-warning a")[0].get("href") == "/search?q=%E8%AE%B0%E5%BD%95"


def test_s_4_a_partial_index_is_told_above_the_hits_and_where_nothing_is_found(
    client: Browser, scratch: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.sign_in("wang")
    assert "还在补建" not in client.get("/search?q=没有的词").text
    monkeypatch.setattr("docctl.queries.search.FAR", -1)
    page = client.page("/search?q=没有的词")
    assert "还在补建" in page.cssselect(".n-warning")[0].text_content()
    assert page.cssselect(".n-warning a")[0].text_content() == "再检索一次"
    assert "索引还没有补建完" in page.cssselect(".empty")[0].text_content()


def test_the_search_stands_in_english_too(client: Browser, scratch: UUID) -> None:
    client.sign_in("wang")
    client.set_cookie("docctl-language", "en")
    text = words_of(client.get("/search?q=划伤"))
    assert "1 result" in text
