"""Pages where two legal entities have one number: both are listed with their entities (N-10, O-4)."""

from __future__ import annotations

import pytest

from docctl.models.documents import Document
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from tests.entities import NAME, second_entity
from tests.web.conftest import Browser
from tests.world import World

NUMBER, OURS = "JL-QP-07", "示例精密科技有限公司"


@pytest.fixture
def two(world: World) -> tuple[Document, Document]:
    world.units["YF"] = second_entity(world)["YF"]
    ours = world.document_of(world.issued(world.draft("甲程序", number=NUMBER)))
    return ours, world.document_of(world.issued(world.draft("乙程序", number=NUMBER, unit="YF")))


def test_n_10_a_number_leads_to_one_item_or_to_both_with_their_entities(
    client: Browser, two: tuple[Document, Document]
) -> None:
    client.sign_in("chen")
    page = client.page(f"/documents/find?number={NUMBER}")
    links = {one.get("href") for one in page.cssselect("main a")}
    assert {f"/documents/{one.id}" for one in two} <= links
    assert OURS in page.text_content()
    assert NAME in page.text_content()
    answer = client.get(f"/documents/find?number=nb:{NUMBER}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/documents/{two[1].id}")


def test_n_1_the_register_has_a_column_for_the_entity_only_where_there_are_several(
    client: Browser, world: World
) -> None:
    world.issued(world.draft("甲程序", number=NUMBER))
    client.sign_in("chen")
    assert "法人实体" not in client.get("/documents/numbers").text
    second_entity(world)
    page = client.page("/documents/numbers")
    assert "法人实体" in page.text_content()
    assert OURS in page.cssselect("table")[0].text_content()


def test_n_3_voiding_asks_which_entity_is_meant(client: Browser, world: World) -> None:
    world.units["YF"] = second_entity(world)["YF"]
    for unit in ("PZ", "YF"):
        cmd = ReserveNumber(world.types["procedure"], "备用", world.units[unit])
        shown = reserve_number(cmd, by=world.by("chen"), house=world.house)
    client.sign_in("chen")
    answer = client.submit("/documents/numbers/void", {"number": shown, "reason": "不用了"})
    assert answer.status_code == 422
    assert f"NB:{shown}" in answer.text
    hrefs = {
        one.get("href") for one in client.page("/documents/numbers").cssselect("a[href*='numbers/void']")
    }
    assert hrefs == {f"/documents/numbers/void?number={code}%3A{shown}" for code in ("NB", "SLJM")}
    assert (
        client.submit("/documents/numbers/void", {"number": f"NB:{shown}", "reason": "不用了"}).status_code
        == 303
    )
