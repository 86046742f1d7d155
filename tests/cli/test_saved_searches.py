"""`docctl search saved`: a person's own searches at the terminal, the same as on the pages (S-3, X-3)."""

from __future__ import annotations

import pytest

from docctl.jobs.wait import settle
from docctl.queries.saved_searches import saved_searches
from docctl.services.searches.keep import SaveSearch, save_search
from tests.cli.terminal import Terminal
from tests.filing import a_form, filed, row
from tests.world import World


@pytest.fixture
def number(world: World) -> str:
    form = a_form(world)
    one = filed(world, form, title="业主来电")
    filed(world, form, title="外壳划伤")
    settle(world.house)
    return row(world, one).number


def test_s_3_a_search_is_kept_listed_run_and_let_go(terminal: Terminal, number: str) -> None:
    words = ("title:客户", "--kind", "record", "--synonyms", "--sort", "date")
    added = terminal.ok("search", "saved", "add", " 来电  本月 ", *words, user="wang")
    assert (added["name"], added["query"], added["synonyms"]) == ("来电 本月", "title:客户", "1")
    listed = terminal.ok("search", "saved", "list", user="wang")
    assert (listed["total"], listed["searches"]) == (1, [added])
    assert terminal.ok("search", "saved", "show", "来电 本月", user="wang") == added
    assert "title:客户" in terminal.run("search", "saved", "show", "来电 本月", "--as", "wang").stdout
    for call in (("search", "saved", "run", "来电 本月"), ("search", "--saved", "来电 本月")):
        found = terminal.ok(*call, "--counts", user="wang")
        assert [one["number"] for one in found["hits"]] == [number]
        assert found["counts"]["kind"]["record"] == 1
    assert terminal.ok("search", "saved", "remove", "来电 本月", user="wang") == {"name": "来电 本月"}
    assert terminal.ok("search", "saved", "list", user="wang") == {"total": 0, "searches": []}


def test_s_3_one_of_the_pages_is_run_with_all_its_filters(
    terminal: Terminal, world: World, number: str
) -> None:
    cmd = SaveSearch("今年", "q=&kind=record&year=2026&state=completed&page=9")
    save_search(cmd, by=world.by("wang"), house=world.house)
    assert terminal.ok("search", "--saved", "今年", user="wang")["total"] == 2
    cmd = SaveSearch("今年", "q=&kind=record&year=1999")
    save_search(cmd, by=world.by("wang"), house=world.house)
    assert terminal.ok("search", "--saved", "今年", user="wang")["total"] == 0
    with world.house.uow.read() as session:
        assert len(saved_searches(session, world.by("wang").actor)) == 1


def test_x_3_nobody_reaches_a_search_of_somebody_else(terminal: Terminal, number: str) -> None:
    terminal.ok("search", "saved", "add", "划伤", "划伤", user="wang")
    assert terminal.ok("search", "saved", "list", user="li")["total"] == 0
    for verb in ("show", "run", "remove"):
        assert terminal.refused("search", "saved", verb, "划伤", user="li")[0] == 4
    assert terminal.refused("search", "--saved", "划伤", user="li")[0] == 4
    assert terminal.ok("search", "saved", "show", "划伤", user="wang")["query"] == "划伤"


def test_s_3_what_cannot_be_kept_is_refused(terminal: Terminal, number: str) -> None:
    assert terminal.refused("search", "saved", "add", " ", "划伤", user="wang") == (3, "S-3.name_unfit")
    assert terminal.refused("search", "saved", "add", "名", "", user="wang") == (3, "S-3.nothing_to_save")


def test_s_1_the_word_saved_is_still_found_and_a_search_asks_for_one_thing(
    terminal: Terminal, number: str
) -> None:
    assert terminal.ok("search", "saved", user="wang")["total"] == 0
    assert terminal.refused("search", user="wang")[0] == 2
    assert terminal.refused("search", "划伤", "--saved", "x", user="wang")[0] == 2
    assert terminal.refused("search", "saved", "lists", user="wang")[0] == 2
    assert "remove" in terminal.run("search", "saved", "--help").stdout
