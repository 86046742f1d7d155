"""Several numbers reserved in one step: used, void, expired; each stays in the register (N-1, N-3)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from docctl.domain.reservations import MOST_RESERVED, Reserved
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.jobs.due import work_due
from docctl.models.numbers import NumberEntry, NumberState
from docctl.models.trail import EventRow
from docctl.queries.number_gaps import number_gaps
from docctl.queries.number_reservations import number_reservations
from docctl.services.numbers.reserve import (
    ExpireReservation,
    ReserveNumber,
    expire_reservation,
    reserve_numbers,
)
from docctl.services.numbers.void import VoidNumber, void_numbers
from tests.services.test_number_rules import put
from tests.world import World


def reserve(world: World, count: int = 3, *, reason: str = "新工厂", **kept: object) -> tuple[str, ...]:
    cmd = ReserveNumber(world.types["procedure"], reason, count=count, kept=Reserved(**kept))
    return reserve_numbers(cmd, by=world.by("chen"), house=world.house)


def void(world: World, number: str, last: str = "", reason: str = "不建了") -> tuple[str, ...]:
    return void_numbers(VoidNumber(number, reason, last), by=world.by("chen"), house=world.house)


def states(world: World) -> dict[str, str]:
    with world.house.uow.read() as session:
        rows = session.scalars(select(NumberEntry).order_by(NumberEntry.sequence))
        return {one.shown: one.state.value for one in rows}


def listed(world: World):
    with world.house.uow.read() as session:
        return number_reservations(session, zone=world.house.zone).rows


def test_n_3_several_numbers_are_reserved_in_one_step_and_each_stands_in_the_register(world: World) -> None:
    world.draft()
    until = world.house.today() + timedelta(days=30)
    assert reserve(world, person_id=world.people["li"], until=until) == ("QP-02", "QP-03", "QP-04")
    assert world.document_of(world.draft()).number == "QP-05"
    assert states(world) == {"QP-01": "used", **dict.fromkeys(("QP-02", "QP-03", "QP-04"), "reserved")} | {
        "QP-05": "used"
    }
    (one,) = listed(world)
    assert (one.first, one.last, one.count, one.left, one.used, one.voided) == ("QP-02", "QP-04", 3, 3, 0, 0)
    assert (one.reason, one.person, one.unit, one.until) == ("新工厂", "李秀兰", "", until)
    with world.house.uow.read() as session:
        events = session.scalars(select(EventRow.facts).where(EventRow.action == "number.reserved")).all()
        assert number_gaps(session, at=world.clock()).total == 0
    assert [json.loads(one)["number"] for one in events] == ["QP-02", "QP-03", "QP-04"]


def test_n_3_a_refused_reservation_leaves_nothing(world: World) -> None:
    put(world, procedure="QP-{seq:1}")
    with pytest.raises(RuleRefused) as error:
        reserve(world, 10)
    assert error.value.refused.key == "N-2.sequence_full"
    assert states(world) == {}
    assert listed(world) == ()
    assert reserve(world, 9)[-1] == "QP-9"


@pytest.mark.parametrize(
    ("count", "reason", "key"),
    [(0, "x", "count_unfit"), (MOST_RESERVED + 1, "x", "count_unfit"), (2, " ", "reason_needed")],
)
def test_n_3_a_reservation_has_a_count_and_a_reason(world: World, count: int, reason: str, key: str) -> None:
    with pytest.raises(RuleRefused) as error:
        reserve(world, count, reason=reason)
    assert error.value.refused.key == f"N-3.{key}"


def test_n_3_numbers_kept_for_a_unit_are_used_there_or_by_control_and_by_nobody_else(world: World) -> None:
    reserve(world, unit_id=world.units["SC"])
    assert world.document_of(world.draft(number="QP-01", author="li", unit="SC")).number == "QP-01"
    assert world.document_of(world.draft(number="QP-02", author="chen")).number == "QP-02"
    reserve(world, 1, unit_id=world.units["KF"])
    with pytest.raises(RuleRefused) as error:
        world.draft(number="QP-04", author="li", unit="SC")
    assert error.value.refused.key == "N-3.kept_for_others"
    assert states(world)["QP-04"] == "reserved"


def test_n_3_several_are_voided_at_once_and_what_was_used_stays_used(world: World) -> None:
    reserve(world, 5)
    world.draft(number="QP-03")
    assert void(world, "QP-01") == ("QP-01",)
    assert void(world, "QP-02", "QP-04") == ("QP-02", "QP-04")
    assert list(states(world).values()) == ["voided", "voided", "used", "voided", "reserved"]
    (one,) = listed(world)
    assert (one.left, one.used, one.voided) == (1, 1, 3)


@pytest.mark.parametrize("last", ["QP-01", "QP-09", "WI-PZ-001", "x"])
def test_n_3_only_what_follows_in_the_same_series_is_voided_with_it(world: World, last: str) -> None:
    reserve(world, 5)
    world.draft(kind="instruction")
    with pytest.raises((RuleRefused, NotFound)) as error:
        void(world, "QP-02", last)
    assert error.value.refused.key == "N-3.not_one_row"
    assert set(states(world).values()) == {"reserved", "used"}


def test_n_3_what_is_not_used_by_the_last_day_is_void_on_the_day_after(world: World) -> None:
    reserve(world, until=world.house.today() + timedelta(days=1))
    world.draft(number="QP-02")
    world.clock.forward(hours=24 + 14.9)  # 09:00 in the morning and a day, to just before midnight
    assert not work_due(world.house)
    assert list(states(world).values()) == ["reserved", "used", "reserved"]
    world.clock.forward(hours=0.2)
    assert work_due(world.house)
    assert list(states(world).values()) == ["voided", "used", "voided"]
    with world.house.uow.read() as session:
        entry = session.scalars(select(NumberEntry).where(NumberEntry.state == NumberState.VOIDED)).first()
        assert entry is not None
        assert entry.reason == "预留期满 2026-03-03"
        key = entry.reservation_id
    assert key is not None
    again = expire_reservation(ExpireReservation(key), by=world.system(), house=world.house)
    assert again == 0


def test_n_3_a_reservation_for_somebody_who_is_not_there_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        reserve(world, person_id=world.units["SC"])
