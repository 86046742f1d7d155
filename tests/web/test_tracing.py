"""Every record of a key in order of time, from its records, from hits, while it is typed, as a file (S-7)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from docctl.jobs.wait import settle
from tests.beginnings import outcome_of, settings_after
from tests.filing import a_form, filed, voided
from tests.web.browser import Browser
from tests.web.conftest import words_of
from tests.web.test_record_export import cells
from tests.world import START, World

BATCH = "B-2026 07"


def stocked(world: World) -> dict[str, UUID]:
    """File three records of one batch out of their order, one of another, one that somebody else may see."""
    form = a_form(world)
    earlier = [START - timedelta(days=days) for days in (1, 9, 4, 3)]
    found = {
        "装配": filed(world, form, title="装配", occurred_at=earlier[0], keys=(("batch", "b－202607"),)),
        "进货": filed(
            world, form, title="进货", occurred_at=earlier[1], keys=(("batch", BATCH), ("part", "MX-7"))
        ),
        "发货": filed(
            world,
            form,
            title="发货",
            occurred_at=earlier[2],
            keys=(("batch", BATCH), ("order", "DD-9"), ("customer", "宏远")),
        ),
        "别的": filed(world, form, title="别的", occurred_at=earlier[3], keys=(("order", BATCH),)),
        "他处": filed(world, form, "zhou", title="他处", keys=(("batch", BATCH), ("order", "DD-10"))),
    }
    settle(world.house)
    return found


stock = outcome_of(stocked)
settings = settings_after(stock=stocked)


def titles(client: Browser, address: str) -> list[str]:
    return [one.text_content().strip() for one in client.page(address).cssselect("td.k-title")]


def test_s_7_every_record_of_a_key_is_listed_in_order_of_time(
    client: Browser, stock: dict[str, UUID]
) -> None:
    client.sign_in("wang")
    address = "/records?key=batch:B-202607"
    assert titles(client, address) == ["进货", "发货", "装配"]
    assert titles(client, address + "&sort=occurred&order=desc") == ["装配", "发货", "进货"]
    page = client.page(address)
    assert "追溯：批号 B-202607" in page.cssselect("h1")[0].text_content()
    beside = {one.get("href"): one.cssselect(".n")[0].text for one in page.cssselect(".beside a")}
    assert beside == {
        "/records?key=customer%3A%E5%AE%8F%E8%BF%9C": "1",
        "/records?key=order%3ADD-9": "1",
        "/records?key=part%3AMX-7": "1",
    }
    assert titles(client, "/records?key=batch:B-2026") == []
    for nonsense in ("batch:", "poem:x", "batch"):
        assert len(titles(client, f"/records?key={nonsense}")) == 4


def test_x_3_a_key_leads_to_what_the_person_may_see(client: Browser, stock: dict[str, UUID]) -> None:
    client.sign_in("zhou")
    assert "他处" in titles(client, "/records?key=batch:B-202607")
    client.sign_in("zhang")
    assert titles(client, "/records?key=batch:B-202607") == []
    assert client.page("/records?key=batch:B-202607").cssselect(".beside") == []
    assert client.get("/search/suggest?q=B-2026").get_json() == []


def test_s_7_records_and_hits_lead_to_their_keys(client: Browser, stock: dict[str, UUID]) -> None:
    client.sign_in("wang")
    page = client.page(f"/records/{stock['发货']}")
    assert page.xpath("//a[@href='/records?key=order%3ADD-9']/text()") == ["DD-9"]
    hits = client.page("/search?q=批号:B-202607 发货")
    links = {one.text: one.get("href") for one in hits.cssselect(".cards .links a")}
    assert links["订单号 DD-9"] == "/records?key=order%3ADD-9"
    assert set(links) == {"批号 B-2026 07", "订单号 DD-9", "顾客 宏远"}


def test_s_7_a_key_is_offered_while_it_is_typed(
    client: Browser, world: World, stock: dict[str, UUID]
) -> None:
    client.sign_in("wang")
    offered = client.get("/search/suggest?q=b-2026").get_json()
    (batch, order) = offered
    assert batch["title"] == "3 份记录"
    assert batch["number"] in ('批号:"B-2026 07"', "批号:b－202607")
    assert order["number"].startswith("订单号:")
    found = client.get("/search", query_string={"q": batch["number"]})
    assert "共 3 项" in words_of(found)
    assert client.get("/search/suggest?q=b").get_json() == []
    voided(world, stock["装配"], "wang")
    assert client.get("/search/suggest?q=b-2026").get_json()[0]["title"] == "2 份记录"


def test_s_7_the_export_takes_the_same_key(client: Browser, stock: dict[str, UUID]) -> None:
    client.sign_in("wang")
    told = cells(client.get("/records/export?key=batch:B-202607").data)
    assert told.index("进货") < told.index("发货") < told.index("装配")
    assert "别的" not in told
    (link,) = client.page("/records?key=batch:B-202607").cssselect("a[download]")
    assert link.get("href").startswith("/records/export?key=batch%3AB-202607")


@pytest.mark.parametrize("kind", ["batch", "order", "part", "customer", "project", "vehicle", "machine"])
def test_s_7_every_kind_of_key_is_filed_found_and_followed(client: Browser, world: World, kind: str) -> None:
    filed(world, a_form(world), title="有键", keys=((kind, "K 1"),))
    settle(world.house)
    client.sign_in("wang")
    assert titles(client, f"/records?key={kind}:k1") == ["有键"]
    assert "共 1 项" in words_of(client.get(f"/search?q={kind}:k1"))
    form = world_form(client)
    assert form.cssselect(f"input[name={kind}]")


def world_form(client: Browser):  # type: ignore[no-untyped-def]
    (first, *_) = client.page("/records/new").xpath("//a[starts-with(@href, '/records/new/')]/@href")
    return client.page(first)


def test_s_3_what_is_offered_is_a_listbox_that_the_search_box_controls(
    client: Browser, stock: dict[str, UUID]
) -> None:
    client.sign_in("wang")
    page = client.page("/search")
    (box,) = page.cssselect("input[data-suggest]")
    (offered,) = page.xpath(f"//ul[@id='{box.get('aria-controls')}']")
    assert (box.get("role"), offered.get("role")) == ("combobox", "listbox")
    assert box.get("aria-expanded") == "false"
    assert offered.get("aria-label") == "提示"
    assert offered.get("hidden") is not None
