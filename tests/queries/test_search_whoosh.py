"""The product with the engine that is all Python: found, counted, followed, gone (S-1 to S-4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from docctl.config import Settings, WrongSetting
from docctl.jobs.projection import follow, lag, rebuild
from docctl.jobs.wait import settle
from docctl.queries.search import Asked, SearchPage, search
from docctl.services.house import House
from search.tantivy import TantivyEngine
from search.whoosh import WhooshEngine
from tests.filing import a_form, filed, upload, voided
from tests.world import Clock, World, build_house


@pytest.fixture
def house(settings: Settings, clock: Clock) -> Iterator[House]:
    built = build_house(replace(settings, search_engine="whoosh"), clock)
    yield built
    built.close()


def ask(world: World, who: str, text: str, **asked: object) -> SearchPage:
    house = world.house
    with house.uow.read() as session:
        return search(
            session,
            world.by(who).actor,
            Asked(text=text, **asked),  # type: ignore[arg-type]
            engine=house.search,
            at=house.clock(),
            zone=house.zone,
            counts=True,
        )


def test_s_4_what_is_filed_is_found_counted_and_gone_again(world: World) -> None:
    assert isinstance(world.house.search, WhooshEngine)
    form = a_form(world)
    one = filed(world, form, uploads=(upload(world, "wang", "上盖侧边划伤，班长已確認。"),))
    filed(world, form, title="别的")
    settle(world.house)
    found = ask(world, "wang", "“班长已确认”")
    assert found.total == 1
    assert ("班长已確認", True) in found.hits[0].snippet
    assert dict(found.facets["state"]) == {"completed": 1}
    assert ask(world, "wang", "", kind="record").total == 2
    assert ask(world, "zhang", "划伤").total == 0
    voided(world, one)
    assert ask(world, "wang", "划伤 body:班长").total == 0  # before the index follows
    assert follow(world.house)
    assert ask(world, "wang", "划伤 body:班长").total == 0
    assert lag(world.house) == 0
    before = set(world.house.search.ids())
    assert rebuild(world.house) == len(before)
    assert set(world.house.search.ids()) == before


def test_s_4_a_change_of_engine_makes_the_index_anew(world: World, settings: Settings, clock: Clock) -> None:
    filed(world, a_form(world))
    settle(world.house)
    other = build_house(replace(settings, search_engine="tantivy"), clock)
    assert isinstance(other.search, TantivyEngine)
    assert other.search.state == "empty"
    while follow(other):
        pass
    assert other.search.count() > 0
    assert lag(other) == 0
    assert world.house.search.state == "empty"
    other.close()


def test_the_engine_is_one_of_two(tmp_path: object) -> None:
    with pytest.raises(WrongSetting, match="SEARCH_ENGINE"):
        Settings.from_env({"DOCCTL_DATA": str(tmp_path), "DOCCTL_SEARCH_ENGINE": "lucene"})
