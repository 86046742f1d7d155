"""Somebody from outside learns neither that a record is held or to be disposed of, nor who is there (O-7)."""

from __future__ import annotations

from datetime import timedelta

from docctl.jobs.projection import follow
from docctl.services.holds.place import PlaceHold, place_hold
from tests import handing as h
from tests import lists
from tests.filing import a_form, filed
from tests.partners import a_partner, bound, shared
from tests.web.browser import Browser, words_of
from tests.world import World


def test_o_7_neither_holds_nor_disposal_lists_are_told(client: Browser, world: World) -> None:
    a_partner(world)
    _, (listed,) = lists.proposed_list(world, items=1)
    held = filed(world, a_form(world, number="QR-1199"), title="供方来料")
    place_hold(PlaceHold("诉讼", "法院来函", (held,)), by=world.by("zhou"), house=world.house)
    until = world.house.today() + timedelta(days=3)
    bound(world, until)
    for one in (listed, held):
        shared(world, "record", one, until)
    while follow(world.house):
        pass
    client.sign_in("zhao")
    assert "冻结" in client.page(f"/records/{held}").text_content()
    assert "清册" in client.page(f"/records/{listed}").text_content()
    client.sign_in("gast")
    for place in (f"/records/{listed}", f"/records/{held}", "/records"):
        text = client.page(place).cssselect("main")[0].text_content()
        assert not any(word in text for word in ("冻结", "暂缓处置", "清册")), (place, text)

    def found(state: str) -> list[str]:
        return [one.get("href") for one in client.page(f"/records?state={state}").cssselect("tbody a")]

    def sought(query: str) -> set[str]:
        links = client.page(f"/search?{query}").cssselect("main a")
        return {href for one in links if (href := str(one.get("href"))) == f"/records/{listed}"}

    page = client.page("/search?kind=record").cssselect("main")[0]
    assert "清册" not in page.text_content()
    assert not sought("q=state:on_list") | sought("q=state:已列入清册")
    assert sought("q=state:accepted") == sought("kind=record&state=accepted") == sought("kind=record")

    both = {f"/records/{listed}", f"/records/{held}"}
    assert set(found("held")) == set(found("on_list")) == both
    assert set(found("accepted") + found("due")) == {f"/records/{listed}"}


def test_o_7_a_name_that_is_typed_tells_nobody_from_outside_who_is_there(
    client: Browser, world: World
) -> None:
    a_partner(world)
    bound(world, world.house.today())
    revision = h.distributed(world, h.to_unit(world, "GYS"))
    (copy,) = h.copies(world, revision)
    here = f"/documents/distribution/copies/{copy.id}"
    client.sign_in("gast")
    for act in ("return", "lose"):
        told = set()
        for name in ("李秀兰", "没有这个人", ""):
            page = client.submit(f"{here}/{act}", {"on": "2020-01-01", "witness": name, "reason": ""})
            assert page.status_code == 422
            told.add(words_of(page))
        assert len(told) == 1, act


def test_o_7_an_empty_inbox_leads_nobody_from_outside_to_a_closed_page(client: Browser, world: World) -> None:
    a_partner(world)
    bound(world, world.house.today())
    client.sign_in("gast")
    empty = client.page("/").cssselect("main .empty a")
    assert [one.get("href") for one in empty] == ["/records"]
