"""A form is to be filled in each period at a place; a missing one is a gap (N-8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.continuity import Continuity, Period
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.models.trail import EventRow
from docctl.queries.continuity import PeriodFilter, missing_periods, rules_seen
from docctl.services.continuity.declare import (
    DeclareContinuity,
    EndContinuity,
    declare_continuity,
    end_continuity,
)
from docctl.services.continuity.explain import ExplainPeriod, explain_period
from docctl.services.people.closing import CloseUnit, close_unit
from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from docctl.services.people.units import AddUnit, add_unit
from docctl.services.records.accept import VoidRecord, void_record
from tests.filing import a_form, filed, row
from tests.services.test_guards import guard_of, statement
from tests.world import World

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def code(error: pytest.ExceptionInfo[RuleRefused]) -> str:
    return error.value.refused.key


def declared(
    world: World,
    form: UUID,
    period: Period = Period.DAY,
    *,
    unit: str = "SC",
    post: UUID | None = None,
    who: str = "chen",
    **more: object,
) -> UUID:
    rule = Continuity(period, more.pop("from_on", MONDAY), **more)  # type: ignore[arg-type]
    unit_id = None if post else world.units[unit]
    cmd = DeclareContinuity(form, rule, unit_id, post)
    return declare_continuity(cmd, by=world.by(who), house=world.house)


def gaps(world: World, who: str = "chen", **wanted: object) -> list[str]:
    with world.house.uow.read() as session:
        found = missing_periods(
            session,
            world.by(who).actor,
            PeriodFilter(**wanted),  # type: ignore[arg-type]
            at=world.clock(),
            zone=world.house.zone,
        )
        assert found.total == len(found.rows)
        return [one.slot for one in found.rows]


def on(day: date, hour: int = 9) -> datetime:
    """Return an hour of a day in Shanghai."""
    return datetime.combine(day, time(hour), UTC) - timedelta(hours=8)


def test_n_8_a_working_day_without_a_record_of_the_unit_is_a_gap(world: World) -> None:
    form = a_form(world)
    declared(world, form)
    assert gaps(world) == []
    world.clock.now += 7 * DAY  # Monday again
    filed(world, form, occurred_at=on(MONDAY + DAY))
    filed(world, form, occurred_at=on(MONDAY + 2 * DAY), unit_id=world.units["SC"])
    filed(world, form, "zhang", occurred_at=on(MONDAY))  # of another unit
    assert gaps(world) == ["2026-03-06", "2026-03-05", "2026-03-02"]
    assert gaps(world, since=MONDAY + 4 * DAY) == ["2026-03-06"]
    assert gaps(world, period="week") == gaps(world, unit_id=world.units["KF"]) == []
    assert gaps(world, text="投诉 生产") == gaps(world)
    world.clock.now += DAY
    assert gaps(world)[0] == "2026-03-09"


def test_n_8_a_void_record_fills_no_period(world: World) -> None:
    form = a_form(world)
    declared(world, form)
    world.clock.now += DAY
    record = filed(world, form, occurred_at=on(MONDAY))
    assert gaps(world) == []
    cmd = VoidRecord(record, row(world, record).row_version, "填错")
    void_record(cmd, by=world.by("li"), house=world.house)
    assert gaps(world) == ["2026-03-02"]


def test_n_8_at_a_post_what_its_holder_of_the_day_filed_counts(world: World) -> None:
    form = a_form(world)
    post = add_post(AddPost(world.units["SC"], "班长"), by=world.by("admin"), house=world.house)
    hold = HoldPost(post, world.people["wang"], MONDAY + DAY)
    world.clock.now += DAY
    take_post(hold, by=world.by("admin"), house=world.house)
    declared(world, form, Period.SHIFT, post=post, shifts=(time(8), time(20)))
    world.clock.now += 2 * DAY
    filed(world, form, occurred_at=on(MONDAY))  # before wang held it
    filed(world, form, occurred_at=on(MONDAY + DAY))
    filed(world, form, "li", occurred_at=on(MONDAY + 2 * DAY))  # holds another post
    filed(world, form, occurred_at=on(MONDAY + 2 * DAY, 2))  # still the night of the day before
    assert sorted(gaps(world)) == ["2026-03-02.1", "2026-03-02.2", "2026-03-04.1"]


def test_n_8_a_gap_is_explained_once_by_control_or_the_keeper_of_the_place(world: World) -> None:
    rule = declared(world, a_form(world))
    world.clock.now += 3 * DAY
    assert len(gaps(world)) == 3

    def explained(slot: str, who: str = "li", reason: str = "停电") -> UUID:
        return explain_period(ExplainPeriod(rule, slot, reason), by=world.by(who), house=world.house)

    explained("2026-03-02")
    explained("2026-03-03", "chen")
    for slot, told in (("2026-03-02", "explained_already"), ("2026-03-05", "not_missing")):
        with pytest.raises(RuleRefused) as error:
            explained(slot)
        assert code(error) == f"N-8.{told}"
    with pytest.raises(RuleRefused) as error:
        explained("2026-03-04", reason=" ")
    assert code(error) == "N-8.reason_needed"
    for who in ("zhang", "wang"):
        with pytest.raises((RuleRefused, NotFound)):
            explained("2026-03-04", who)
    assert gaps(world) == ["2026-03-04"]
    assert gaps(world, explained=True) == ["2026-03-03", "2026-03-02"]
    with world.house.uow.read() as session:
        told = list(session.scalars(select(EventRow.action).order_by(EventRow.seq)))[-2:]
    assert told == ["continuity.explained"] * 2


def test_n_8_a_rule_ends_and_what_was_missing_stays_missing(world: World) -> None:
    form = a_form(world)
    rule = declared(world, form)
    with pytest.raises(RuleRefused) as error:
        declared(world, form)
    assert code(error) == "N-8.declared_already"
    declared(world, form, Period.MONTH)
    declared(world, form, unit="KF")
    world.clock.now += 3 * DAY
    end = EndContinuity(rule, MONDAY + DAY, "停线")
    end_continuity(end, by=world.by("chen"), house=world.house)
    with pytest.raises(RuleRefused) as error:
        end_continuity(end, by=world.by("chen"), house=world.house)
    assert code(error) == "N-8.ended_already"
    assert gaps(world, unit_id=world.units["SC"]) == ["2026-03-03", "2026-03-02"]
    with pytest.raises(RuleRefused) as error:
        declared(world, form, from_on=MONDAY + DAY)
    assert code(error) == "N-8.declared_already"
    declared(world, form, from_on=MONDAY + 2 * DAY)
    assert gaps(world, unit_id=world.units["SC"]) == ["2026-03-04", "2026-03-03", "2026-03-02"]


def test_n_8_a_rule_with_a_last_day_ends_sooner_but_never_later(world: World) -> None:
    form = a_form(world)
    rule = declared(world, form, until_on=MONDAY + 2 * DAY)
    with pytest.raises(RuleRefused) as error:
        end_continuity(EndContinuity(rule, MONDAY + 3 * DAY, "停线"), by=world.by("chen"), house=world.house)
    assert code(error) == "N-8.ends_later"
    world.clock.now += 4 * DAY
    assert gaps(world) == ["2026-03-04", "2026-03-03", "2026-03-02"]
    end_continuity(EndContinuity(rule, MONDAY + DAY, "停线"), by=world.by("chen"), house=world.house)
    assert gaps(world) == ["2026-03-03", "2026-03-02"]


def test_n_8_a_unit_that_is_closed_misses_nothing_from_then_on(world: World) -> None:
    house, admin = world.house, world.by("admin")
    unit = add_unit(AddUnit("SC9", "临时班组", world.units["SC"]), by=admin, house=house)
    form = a_form(world)
    cmd = DeclareContinuity(form, Continuity(Period.DAY, MONDAY), unit)
    rule = declare_continuity(cmd, by=world.by("chen"), house=house)
    world.clock.now += 2 * DAY
    close_unit(CloseUnit(unit, 1, MONDAY + DAY, "撤销"), by=world.by("admin"), house=house)
    world.clock.now += 2 * DAY
    assert gaps(world) == ["2026-03-03", "2026-03-02"]
    assert gaps(world, since=MONDAY + 2 * DAY) == []
    with pytest.raises(RuleRefused) as error:
        explain_period(ExplainPeriod(rule, "2026-03-04", "停线"), by=world.by("chen"), house=house)
    assert code(error) == "N-8.not_missing"


def test_n_8_only_control_declares_and_only_of_a_form_at_one_place(world: World) -> None:
    form = a_form(world)
    for who in ("li", "zhou"):
        with pytest.raises((RuleRefused, NotFound)):
            declared(world, form, who=who)
    with pytest.raises(RuleRefused) as error:
        declared(world, world.document_of(world.issued(world.draft())).id)
    assert code(error) == "N-8.not_a_form"
    with pytest.raises(RuleRefused) as error:
        declare_continuity(
            DeclareContinuity(form, Continuity(Period.DAY, MONDAY)), by=world.by("chen"), house=world.house
        )
    assert code(error) == "N-8.place_needed"


def test_n_8_who_may_not_see_a_form_sees_nothing_of_its_periods(world: World) -> None:
    draft = world.draft("秘密表", kind="form", number="QR-9901")
    declared(world, world.document_of(draft).id)
    world.clock.now += DAY
    assert gaps(world) == ["2026-03-02"]
    assert gaps(world, "zhou") == []
    with world.house.uow.read() as session:
        assert rules_seen(session, world.by("zhou").actor, at=world.clock()) == []


def test_n_8_what_was_said_of_continuity_does_not_change(world: World) -> None:
    rule = declared(world, a_form(world))
    world.clock.now += DAY
    explain_period(ExplainPeriod(rule, "2026-03-02", "停电"), by=world.by("li"), house=world.house)
    end_continuity(EndContinuity(rule, MONDAY, "停线"), by=world.by("chen"), house=world.house)
    for sql, guard in (
        ("UPDATE continuity_rule SET period = 'week'", "n_8_rule_content"),
        ("UPDATE continuity_rule SET end_reason = 'x'", "n_8_rule_ended"),
        ("DELETE FROM continuity_rule", "n_8_rule_delete"),
        ("UPDATE continuity_explanation SET reason = 'x'", "n_8_explanation_update"),
        ("DELETE FROM continuity_explanation", "n_8_explanation_delete"),
    ):
        assert guard_of(lambda sql=sql: statement(world, sql)) == guard  # type: ignore[misc]
