"""Searches that people keep: each their own, so many, under one name each (S-3, X-3)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.jobs.projection import newest
from docctl.queries.saved_searches import Saved, saved_searches, saved_views
from docctl.services.searches.keep import (
    MOST,
    DropSearch,
    RenameSearch,
    SaveSearch,
    drop_search,
    rename_search,
    save_search,
)
from tests.world import World


def save(world: World, who: str, name: str, address: str = "q=x") -> UUID:
    return save_search(SaveSearch(name, address), by=world.by(who), house=world.house)


def kept(world: World, who: str) -> list[Saved]:
    with world.house.uow.read() as session:
        return saved_searches(session, world.by(who).actor)


def test_s_3_a_search_is_kept_for_its_person_alone(world: World) -> None:
    with world.house.uow.read() as session:
        before = newest(session)
    save(world, "wang", " 退货  本月 ", "q=%E9%80%80%E8%B4%A7&year=2026")
    assert [(one.name, one.address) for one in kept(world, "wang")] == [
        ("退货 本月", "q=%E9%80%80%E8%B4%A7&year=2026")
    ]
    assert kept(world, "li") == []
    with world.house.uow.read() as session:
        assert newest(session) == before  # it belongs to no item: nothing is told of it


def test_s_3_one_of_the_same_name_is_replaced(world: World) -> None:
    first = save(world, "wang", "退货", "q=a")
    assert save(world, "wang", "退货", "q=b") == first
    assert [one.address for one in kept(world, "wang")] == ["q=b"]
    assert save(world, "li", "退货", "q=c") != first


def test_s_3_only_ones_own_is_let_go(world: World) -> None:
    one = save(world, "wang", "退货")
    with pytest.raises(NotFound):
        drop_search(DropSearch(one), by=world.by("li"), house=world.house)
    drop_search(DropSearch(one), by=world.by("wang"), house=world.house)
    assert kept(world, "wang") == []
    with pytest.raises(NotFound):
        drop_search(DropSearch(one), by=world.by("wang"), house=world.house)


def test_s_3_one_gets_another_name_that_no_other_of_ones_own_has(world: World) -> None:
    one, other = save(world, "wang", "退货", "q=a"), save(world, "wang", "来电", "q=b")
    save(world, "li", "本月", "q=c")

    def rename(who: str, name: str) -> None:
        rename_search(RenameSearch(one, name), by=world.by(who), house=world.house)

    rename("wang", " 本月  退货 ")
    rename("wang", "本月 退货")  # as it is called already
    assert {row.id: (row.name, row.address) for row in kept(world, "wang")} == {
        one: ("本月 退货", "q=a"),
        other: ("来电", "q=b"),
    }
    rename("wang", "本月")  # only ones own names count
    for name, code in (("来电", "name_taken"), (" ", "name_unfit"), ("名" * 101, "name_unfit")):
        with pytest.raises(RuleRefused) as error:
            rename("wang", name)
        assert error.value.refused.key == f"S-3.{code}"
    with pytest.raises(NotFound):
        rename("li", "我的")


@pytest.mark.parametrize(
    ("name", "address", "code"),
    [
        pytest.param(" ", "q=x", "name_unfit", id="no name"),
        pytest.param("名" * 101, "q=x", "name_unfit", id="a name one too long"),
        pytest.param("名", "", "nothing_to_save", id="no search"),
        pytest.param("名", "q=" + "x" * 12_000, "nothing_to_save", id="too much"),
    ],
)
def test_s_3_what_cannot_be_kept_says_why(world: World, name: str, address: str, code: str) -> None:
    with pytest.raises(RuleRefused) as error:
        save(world, "wang", name, address)
    assert error.value.refused.key == f"S-3.{code}"


def test_s_3_so_many_may_be_kept_and_no_more(world: World) -> None:
    for number in range(MOST):
        save(world, "wang", f"{'名' * 90} {number}")
    with pytest.raises(RuleRefused) as error:
        save(world, "wang", "一个以上")
    assert error.value.refused.key == "S-3.too_many_saved"
    save(world, "wang", f"{'名' * 90} 0", "q=y")  # one that is there may change
    save(world, "li", "别人的")


def test_d_7_a_view_of_a_register_is_kept_beside_searches_and_views_of_others(world: World) -> None:
    def keep(name: str, page: str, address: str) -> UUID:
        return save_search(SaveSearch(name, address, page), by=world.by("wang"), house=world.house)

    search = save(world, "wang", "本部门", "q=a")
    one, other = keep("本部门", "/documents", "unit=1"), keep("本部门", "/records", "unit=2")
    assert len({search, one, other}) == 3
    assert keep("本部门", "/documents", "unit=3") == one
    with world.house.uow.read() as session:
        actor, somebody = world.by("wang").actor, world.by("li").actor
        assert [(row.page, row.address) for row in saved_views(session, actor)] == [
            ("/documents", "unit=3"),
            ("/records", "unit=2"),
        ]
        assert [row.id for row in saved_views(session, actor, "/records")] == [other]
        assert saved_views(session, somebody) == []
    assert [row.id for row in kept(world, "wang")] == [search]
    for number in range(MOST - 1):
        keep(str(number), "/documents", "unit=1")
    with pytest.raises(RuleRefused) as error:
        keep("一个以上", "/documents", "unit=1")
    assert error.value.refused.key == "S-3.too_many_saved"
    keep("另一个", "/records", "unit=1")  # each register for itself
