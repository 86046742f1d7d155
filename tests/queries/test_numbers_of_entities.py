"""One number in two legal entities: both are listed with their entities, or one is meant (O-4, N-10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.jobs.deliveries import deliver
from docctl.jobs.wait import settle
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry, NumberState
from docctl.models.organisation import LegalEntity
from docctl.models.records import Record
from docctl.queries.events import EventFilter, event_register
from docctl.queries.holds import numbers_of, records_numbered
from docctl.queries.number_found import find_number
from docctl.queries.number_gaps import number_gaps
from docctl.queries.number_reservations import number_reservations
from docctl.queries.numbers import NumberFilter, number_register
from docctl.queries.package import scope_of
from docctl.queries.search_suggestions import suggestions
from docctl.services.numbers.reserve import ReserveNumber, reserve_number, reserve_numbers
from docctl.services.numbers.take import add_alias
from docctl.services.numbers.void import VoidNumber, void_number, void_numbers
from tests.entities import NAME, second_entity
from tests.keeping import FORM, Keeping
from tests.world import World

NUMBER = "JL-QP-07"
BOTH = ("NB:JL-QP-07", "SLJM:JL-QP-07")


@pytest.fixture
def two(world: World) -> tuple[Document, Document]:
    """Return documents of one number, ours and theirs."""
    world.units["YF"] = second_entity(world)["YF"]
    ours = world.document_of(world.issued(world.draft("甲程序", number=NUMBER)))
    return ours, world.document_of(world.issued(world.draft("乙程序", number=NUMBER, unit="YF")))


def ask(world: World, query: Callable[..., Any], *given: object, who: str = "chen", **more: object) -> Any:
    with world.house.uow.read() as session:
        return query(session, world.by(who).actor, *given, **more)


def refused(call: Callable[[], object]) -> tuple[str, object]:
    with pytest.raises(RuleRefused) as error:
        call()
    return error.value.refused.key, error.value.refused.params.get("candidates")


def test_n_10_a_number_of_two_entities_lists_both_and_with_its_code_means_one(
    world: World, two: tuple[Document, Document]
) -> None:
    ours, theirs = two
    found = ask(world, find_number, "jl－qp－07", at=world.clock())
    assert {(one.item_id, one.entity.name) for one in found} == {
        (ours.id, "示例精密科技有限公司"),
        (theirs.id, NAME),
    }
    assert tuple(one.written for one in found) == BOTH
    for text, meant in (("nb：jl-qp-07", theirs.id), ("SLJM:JL-QP-07", ours.id)):
        (one,) = ask(world, find_number, text, at=world.clock())
        assert (one.item_id, one.entity, one.written) == (meant, None, NUMBER)
    for text in ("XX:JL-QP-07", "NB:JL-QP-08", ":JL-QP-09", "NB:"):
        with pytest.raises(NotFound):
            ask(world, find_number, text, at=world.clock())


def test_n_9_another_name_is_found_in_the_entity_that_was_written(
    world: World, two: tuple[Document, Document]
) -> None:
    for one in two:
        world.house.uow.write(
            lambda session, one=one: add_alias(
                session, kind="former", item_kind="document", item_id=one.id, text="旧 7 号"
            )
        )
    assert len(ask(world, find_number, "旧7号", at=world.clock())) == 2
    (found,) = ask(world, find_number, "NB:旧7号", at=world.clock())
    assert (found.item_id, found.former) == (two[1].id, "旧 7 号")


def test_n_10_where_one_entity_is_there_alone_nothing_is_named(world: World) -> None:
    world.issued(world.draft("甲程序", number=NUMBER))
    (one,) = ask(world, find_number, NUMBER, at=world.clock())
    assert (one.entity, one.written) == (None, NUMBER)
    found = ask(world, number_register, NumberFilter(), at=world.clock(), zone=world.house.zone)
    assert not found.has_entities
    assert {row.entity for row in found.rows} == {None}


def test_n_1_the_register_names_the_entity_of_each_number(
    world: World, two: tuple[Document, Document]
) -> None:
    found = ask(world, number_register, NumberFilter(NUMBER), at=world.clock(), zone=world.house.zone)
    assert found.has_entities
    assert {(row.item_id, row.written) for row in found.rows} == {(two[0].id, BOTH[1]), (two[1].id, BOTH[0])}


def test_n_3_a_number_is_reserved_in_the_entity_of_its_unit_and_voided_there_alone(
    world: World, two: tuple[Document, Document]
) -> None:
    for unit in ("PZ", "YF"):
        cmd = ReserveNumber(world.types["procedure"], "备用", world.units[unit])
        shown = reserve_number(cmd, by=world.by("chen"), house=world.house)
    void = lambda number: void_number(VoidNumber(number, "不用了"), by=world.by("chen"), house=world.house)  # noqa: E731
    assert refused(lambda: void(shown)) == ("N-10.of_several_entities", f"NB:{shown}, SLJM:{shown}")
    assert void(f"NB:{shown}") == shown
    assert void(shown) == shown  # the other one, which is reserved alone now
    assert refused(lambda: void(f"NB:{shown}"))[0] == "N-3.not_reserved"
    with world.house.uow.read() as session:
        rows = session.scalars(select(NumberEntry).where(NumberEntry.shown == shown)).all()
    assert {(one.entity_id, one.state) for one in rows} == {
        (one.entity_id, NumberState.VOIDED) for one in two
    }


def test_n_3_a_row_of_numbers_is_voided_in_the_entity_that_is_meant(
    world: World, two: tuple[Document, Document]
) -> None:
    for unit in ("PZ", "YF"):
        cmd = ReserveNumber(world.types["procedure"], "备用", world.units[unit], count=3)
        shown = reserve_numbers(cmd, by=world.by("chen"), house=world.house)
    first, _, last = shown

    def void(number: str, last: str) -> tuple[str, ...]:
        return void_numbers(VoidNumber(number, "不用了", last), by=world.by("chen"), house=world.house)

    assert refused(lambda: void(first, last)) == ("N-10.of_several_entities", f"NB:{first}, SLJM:{first}")
    assert refused(lambda: void(f"NB:{first}", f"SLJM:{last}"))[0] == "N-3.not_one_row"
    assert refused(lambda: void(f"NB:{last}", first))[0] == "N-3.not_one_row"
    assert void(f"NB:{first}", f"NB:{last}") == shown
    assert void(first, last) == shown  # of the other one, which alone has some left
    with world.house.uow.read() as session:
        rows = session.scalars(select(NumberEntry).where(NumberEntry.shown.in_(shown))).all()
        found = number_reservations(session, zone=world.house.zone)
    assert {one.state for one in rows} == {NumberState.VOIDED}
    assert {one.written[0] for one in found.rows} == {f"NB:{first}", f"SLJM:{first}"}


def test_n_5_a_gap_is_explained_in_the_entity_that_has_it(
    world: World, two: tuple[Document, Document]
) -> None:
    ours, theirs = two
    shown = [world.document_of(world.draft(f"第{n}号", unit="YF")).number for n in range(2)]
    missing = shown[1].rsplit("-", 1)[0] + "-09"
    later = shown[1].rsplit("-", 1)[0] + "-10"
    world.draft("后面", number=missing)  # ours has it
    world.draft("后面", number=later, unit="YF")
    with world.house.uow.read() as session:
        gaps = number_gaps(session, at=world.clock()).rows
    assert {one.entity.code for one in gaps if one.entity} >= {"NB"}
    void_number(VoidNumber(missing, "跳过了"), by=world.by("chen"), house=world.house)
    with world.house.uow.read() as session:
        row = session.scalars(
            select(NumberEntry).where(NumberEntry.shown == missing, NumberEntry.state == NumberState.VOIDED)
        ).one()
    assert row.entity_id == theirs.entity_id != ours.entity_id


def test_t_2_a_package_is_about_one_item(world: World, two: tuple[Document, Document]) -> None:
    assert refused(lambda: ask(world, scope_of, NUMBER)) == ("N-10.of_several_entities", ", ".join(BOTH))
    assert ask(world, scope_of, "NB:JL-QP-07").items == {two[1].id}


def test_t_1_the_trail_of_a_number_with_its_entity_is_that_of_one_item(
    world: World, two: tuple[Document, Document]
) -> None:
    found = ask(
        world, event_register, EventFilter(item="NB:JL-QP-07"), at=world.clock(), zone=world.house.zone
    )
    assert {one.item_id for one in found.events} == {two[1].id}


def test_r_5_a_hold_asks_which_record_is_meant(world: World) -> None:
    world.units["YF"] = second_entity(world)["YF"]
    world.issued(world.draft())
    world.issued(world.draft("顾客反馈登记表", kind="form", number=FORM))
    keeping = Keeping.of(world)
    ours = keeping.records(1)[0]
    with world.house.uow.read() as session:
        number = session.get_one(Record, ours).number
        other = session.scalars(select(LegalEntity.id).where(LegalEntity.code == "NB")).one()
    theirs = keeping.records(1, entity_id=other, number=number)[0]
    named = lambda *numbers: ask(world, records_numbered, numbers, who="zhou")  # noqa: E731
    assert refused(lambda: named(number)) == ("N-10.of_several_entities", f"NB:{number}, SLJM:{number}")
    assert (named(f"NB:{number}").ids, named(f"NB:{number}").unknown) == ((theirs,), ())
    assert named(f"NB:{number}", "XX-1").unknown == ("XX-1",)
    assert ask(world, numbers_of, [theirs], who="zhou") == (f"NB:{number}",)


def test_s_3_suggestions_offer_both_and_name_their_entities(
    world: World, two: tuple[Document, Document]
) -> None:
    deliver(world.house)
    settle(world.house)
    found = ask(
        world,
        suggestions,
        "JL-QP",
        engine=world.house.search,
        at=world.clock(),
        zone=world.house.zone,
    )
    assert {(one.id, one.title) for one in found} == {
        (two[0].id, "甲程序 · 示例精密科技有限公司"),
        (two[1].id, f"乙程序 · {NAME}"),
    }
