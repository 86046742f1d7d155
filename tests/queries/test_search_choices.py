"""A search counts, narrows to and names choices of forms, of what one may see alone (S-1, S-3, S-4, X-3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from docctl.jobs.projection import rebuild
from docctl.jobs.wait import settle
from docctl.models.documents import Revision
from docctl.queries.search import Asked, SearchPage, search
from docctl.queries.search_address import address_kept, asked_in
from docctl.queries.search_form_fields import choice_words, named_fields
from tests.asking import asking, defined, revised, wanted
from tests.beginnings import begun, settings_after
from tests.filing import corrected, filed, voided
from tests.places import Place
from tests.world import World

RESULT = wanted("检验结论", "合格", "不合格", "让步接收", required=True)
KINDS = wanted("不良类别", "外观", "尺寸", "性能", several=True)


@dataclass
class Stock:
    """A form with choices, another one with a field of the same name, and their records."""

    form: UUID
    other: UUID
    records: list[UUID]


def stocked(world: World) -> Stock:
    form = asking(world, RESULT, KINDS)
    other = asking(world, wanted("检验结论", "合格", "退货"), number="QR-02", title="进货检验单")
    said = [("合格", ()), ("合格", ("外观",)), ("不合格", ("外观", "尺寸")), ("让步接收", ("尺寸",))]
    records = [
        filed(world, form, title=f"批次 {n}", choices=(("f1", (result,)), ("f2", kinds)))
        for n, (result, kinds) in enumerate(said)
    ]
    records.append(filed(world, other, title="批次 进货", choices=(("f1", ("合格",)),)))
    # Of another department: 王强 does not see it.
    hidden = (("f1", ("不合格",)), ("f2", ("性能",)))
    records.append(filed(world, form, "zhang", title="批次 客服", choices=hidden))
    settle(world.house)
    return Stock(form, other, records)


settings = settings_after(stock=stocked)


@pytest.fixture
def stock(founded: Place, world: World) -> Stock:
    return begun(founded, stocked)[1]


def ask(world: World, text: str = "批次", who: str = "wang", **asked: object) -> SearchPage:
    with world.house.uow.read() as session:
        return search(
            session,
            world.by(who).actor,
            Asked(text=text, **asked),  # type: ignore[arg-type]
            engine=world.house.search,
            at=world.house.clock(),
            zone=world.house.zone,
            counts=True,
        )


def counted(page: SearchPage) -> dict[tuple[str, str], dict[str, int]]:
    return {(one.words, one.form): {each.words: each.count for each in one.choices} for one in page.choices}


def value_of(page: SearchPage, words: str, form: str = "QR-01") -> str:
    return next(
        each.value for one in page.choices if one.form == form for each in one.choices if each.words == words
    )


def test_s_3_fields_of_forms_are_counted_by_their_own_names(world: World, stock: Stock) -> None:
    assert counted(ask(world)) == {
        ("检验结论", "QR-01"): {"合格": 2, "不合格": 1, "让步接收": 1},
        ("不良类别", "QR-01"): {"外观": 2, "尺寸": 2},
        ("检验结论", "QR-02"): {"合格": 1},
    }
    assert counted(ask(world, "批次 进货")) == {}  # one choice that all have narrows nothing


def test_x_3_what_one_may_not_see_counts_for_nobody_and_names_nothing(world: World, stock: Stock) -> None:
    assert counted(ask(world, who="zhang")) == {}
    page = ask(world, "批次 客服", who="zhang")
    assert page.total == 1
    assert "性能" not in counted(ask(world))["不良类别", "QR-01"]


def test_s_3_a_search_is_narrowed_to_choices_either_of_a_field_and_both_of_two(
    world: World, stock: Stock
) -> None:
    page = ask(world)
    good, bad, size = (value_of(page, one) for one in ("合格", "不合格", "尺寸"))
    assert ask(world, choices=(good,)).total == 2
    assert ask(world, choices=(good, bad)).total == 3
    found = ask(world, choices=(bad, size))
    assert found.total == 1
    assert counted(found)["检验结论", "QR-01"] == {"不合格": 1, "让步接收": 1}  # as if it were not chosen
    assert counted(found)["不良类别", "QR-01"] == {"外观": 1, "尺寸": 1}
    assert ask(world, text="", choices=(bad,)).total == 1
    gone = ask(world, text="进货", choices=(bad,))
    assert (gone.total, counted(gone)["检验结论", "QR-01"]) == (0, {"不合格": 0})


def test_s_3_the_address_of_a_search_keeps_its_choices(world: World, stock: Stock) -> None:
    chosen = tuple(sorted(value_of(ask(world), one) for one in ("合格", "尺寸")))
    asked = Asked(text="批次", choices=chosen)
    assert asked_in(address_kept(asked)) == asked
    assert asked_in("choice=nonsense+a.f1.o1") == Asked()
    with world.house.uow.read() as session:
        words = choice_words(session, world.by("wang").actor, chosen, at=world.clock())
    assert sorted(words.values()) == ["不良类别 尺寸", "检验结论 合格"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("检验结论:合格", [0, 1, 4], id="every form that has the field"),
        pytest.param("检验結論：不合格", [2], id="another script and width"),
        pytest.param("检验结论:退货", [], id="offered, never chosen"),
        pytest.param("检验结论:报废", [], id="not offered"),
        pytest.param("检验结论:(不合格 OR 让步接收) 不良类别:尺寸", [2, 3], id="two fields, either of one"),
        pytest.param('NOT 检验结论:"合格" 批次', [2, 3], id="but not"),
        pytest.param("检验结论:让*", [3], id="the beginning"),
    ],
)
def test_s_1_a_field_is_asked_for_by_its_name(
    world: World, stock: Stock, typed: str, found: list[int]
) -> None:
    page = ask(world, typed)
    assert {one.id for one in page.hits} == {stock.records[n] for n in found}


def test_s_1_a_name_that_no_form_has_is_text(world: World, stock: Stock) -> None:
    with world.house.uow.read() as session:
        actor = world.by("wang").actor
        assert (
            named_fields(session, actor, "色彩:红 9001:2015 unit:SC", at=world.clock()).fields == frozenset()
        )
        assert named_fields(session, actor, "检验结论:合格", at=world.clock()).fields == {"检验结论"}
        assert named_fields(session, actor, "检验%:合格 _:甲", at=world.clock()).fields == frozenset()


def test_s_3_names_follow_the_newest_revision_and_keys_join_them(world: World, stock: Stock) -> None:
    world.clock.forward(days=1)
    draft = revised(world, stock.form)
    renamed = wanted("判定", "通过=o1", "不通过=o2", "让步接收=o3", key="f1", required=True)
    defined(world, draft, renamed)
    settle(world.house)
    assert ("检验结论", "QR-01") in counted(ask(world))  # a draft names nothing
    world.issued(draft)
    filed(world, stock.form, title="批次 新", choices=(("f1", ("通过",)),))
    settle(world.house)
    assert counted(ask(world))["判定", "QR-01"] == {"通过": 3, "不通过": 1, "让步接收": 1}
    assert ask(world, "判定:通过").total == ask(world, "检验结论:通过 批次").total == 3
    assert ask(world, "判定:合格 批次").total == 3  # by the name it had


def test_x_3_v_3_a_revision_names_nothing_before_its_day_nor_where_it_never_came(
    world: World, stock: Stock
) -> None:
    def names() -> frozenset[str]:
        with world.house.uow.read() as session:
            actor = world.by("wang").actor
            return named_fields(session, actor, "判定:通过 检验结论:合格", at=world.clock()).fields

    draft = revised(world, stock.form)
    defined(world, draft, wanted("判定", "通过=o1", "不通过=o2", "让步接收=o3", key="f1", required=True))
    world.issued(draft, on=world.house.today() + timedelta(days=7))
    settle(world.house)
    assert names() == {"检验结论"}
    assert ("检验结论", "QR-01") in counted(ask(world))
    world.clock.forward(days=7)
    assert names() == {"判定", "检验结论"}
    settle(world.house)
    assert ("判定", "QR-01") in counted(ask(world))

    def never(session: Session) -> None:
        row = session.get_one(Revision, draft)
        row.effective_until = row.effective_from

    world.house.uow.write(never)
    assert names() == {"检验结论"}


def test_s_4_corrections_and_voids_are_followed_and_a_rebuild_says_the_same(
    world: World, stock: Stock
) -> None:
    corrected(world, stock.records[0], field="choice:f1", new="不合格")
    voided(world, stock.records[1])
    settle(world.house)
    before = counted(ask(world))
    assert before["检验结论", "QR-01"] == {"不合格": 2, "让步接收": 1}
    assert ask(world, "检验结论:合格").total == 1
    rebuild(world.house)
    assert counted(ask(world)) == before


def test_s_4_what_was_voided_since_is_not_counted(world: World, stock: Stock) -> None:
    voided(world, stock.records[2])
    assert "不合格" not in counted(ask(world))["检验结论", "QR-01"]


def test_s_3_each_count_is_what_choosing_it_finds(world: World, stock: Stock) -> None:
    page = ask(world)
    for narrowed in [(), *((each.value,) for one in page.choices for each in one.choices)]:
        shown = ask(world, choices=narrowed)
        by_field = Counter(one.field for one in shown.choices)
        assert set(by_field.values()) <= {1}
        for one in shown.choices:
            others = tuple(value for value in narrowed if not value.startswith(f"{one.field}."))
            for each in one.choices:
                assert ask(world, choices=(*others, each.value)).total == each.count
    assert replace(Asked(), choices=("x",)).is_blank is False
