"""Readings have a last day: who is past it is reminded, the owner sees it, control may remind too (D-4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.reading import READ_DAYS, read_by
from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.jobs.due import work_due
from docctl.models.distribution import ReadTask
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.distribution import ReaderLine, distribution_page
from docctl.queries.inbox import inbox
from docctl.services.distribution.change import AddRecipient, add_recipient
from docctl.services.distribution.remind import RemindReaders, remind_readers
from tests import handing as h
from tests.world import World

DAY = date(2026, 3, 2)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        act()
    return error.value.refused.key


def reminders(world: World) -> list[tuple[int, list[str]]]:
    with world.house.uow.read() as session:
        rows = session.scalars(
            select(EventRow).where(EventRow.action == "reading.reminded").order_by(EventRow.seq)
        )
        return [
            (
                json.loads(one.facts)["count"],
                json.loads(session.get_one(EventDetail, one.seq).bytes)["readers"],
            )
            for one in rows
        ]


def tasks(world: World, who: str, verb: str) -> list[Any]:
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)
    return [one for one in found.tasks if one.verb == verb]


def readers(world: World, revision_id: UUID) -> dict[str, ReaderLine]:
    with world.house.uow.read() as session:
        page = distribution_page(
            session, world.by("chen").actor, revision_id, at=world.clock(), zone=world.house.zone
        )
    return {one.name: one for one in page.readers}


def worked(world: World) -> None:
    while work_due(world.house):
        pass


def to_midnight_after(world: World, days: int, *, before: bool = False) -> None:
    """Set the clock to the first instant of the day so many days on, or a second before."""
    zone = world.house.zone
    day = world.house.today() + timedelta(days=days)
    at = datetime.combine(day, datetime.min.time(), zone) - timedelta(seconds=1 if before else 0)
    world.clock.forward(seconds=(at - world.clock()).total_seconds())


def remind(world: World, revision_id: UUID, who: str = "chen") -> None:
    remind_readers(RemindReaders(revision_id), by=world.by(who), house=world.house)


@pytest.mark.parametrize(
    ("asked", "effective", "last"),
    [
        pytest.param(DAY, DAY, DAY + timedelta(days=READ_DAYS), id="in force today"),
        pytest.param(DAY, DAY + timedelta(days=3), DAY + timedelta(days=3 + READ_DAYS), id="from its day"),
        pytest.param(DAY, DAY - timedelta(days=90), DAY + timedelta(days=READ_DAYS), id="asked later"),
    ],
)
def test_d_4_the_days_for_reading_begin_when_one_may_read(asked: date, effective: date, last: date) -> None:
    assert read_by(asked, effective) == last


def test_d_4_who_is_past_the_last_day_is_reminded_once_and_shown_to_the_owner(world: World) -> None:
    first = h.distributed(world, h.to_unit(world, reads=True))
    h.read_it(world, first, who="li")
    to_midnight_after(world, READ_DAYS + 1, before=True)
    worked(world)
    (task,) = tasks(world, "wang", "read")
    assert (task.is_overdue, task.is_reminded, task.due_on) == (False, False, world.house.today())
    assert (reminders(world), tasks(world, "ouyang", "chase_readers")) == ([], [])
    world.clock.forward(seconds=1)
    worked(world)
    worked(world)
    (task,) = tasks(world, "wang", "read")
    assert (task.is_overdue, task.is_reminded) == (True, True)
    assert reminders(world) == [(1, ["王强"])]
    for who in ("ouyang", "chen"):  # who heads the unit of the document; control
        assert [one.id for one in tasks(world, who, "chase_readers")] == [first]
    assert tasks(world, "zhao", "chase_readers") == []  # another unit's head
    line = readers(world, first)["王强"]
    assert (line.is_late, line.reminded_on) == (True, world.house.today())
    assert readers(world, first)["李秀兰"].is_late is False
    world.let_head("zhang")  # of another unit: the page that names readers opens for no outsider
    assert [tasks(world, who, "chase_readers") for who in ("zhang", "ouyang")] == [[], []]
    world.let_head("ouyang")
    h.read_it(world, first)
    assert tasks(world, "chen", "chase_readers") == []


def test_d_4_who_is_asked_later_has_days_of_their_own_and_is_reminded_then(world: World) -> None:
    first = h.distributed(world, h.to_person(world, reads=True))
    world.clock.forward(days=3)
    add = AddRecipient(first, h.to_person(world, "zhou", reads=True), "调入")
    add_recipient(add, by=world.by("chen"), house=world.house)
    to_midnight_after(world, READ_DAYS - 2)
    worked(world)
    assert reminders(world) == [(1, ["王强"])]
    to_midnight_after(world, 3)
    worked(world)
    assert reminders(world) == [(1, ["王强"]), (1, ["周明"])]


def test_d_4_nobody_is_reminded_of_what_has_been_replaced(world: World) -> None:
    first = h.distributed(world, h.to_person(world, reads=True))
    world.clock.forward(days=2)
    h.followed(world, first)
    to_midnight_after(world, READ_DAYS - 1)
    worked(world)
    assert reminders(world) == []
    assert refused(lambda: remind(world, first)) == "D-4.not_in_force"


def test_d_4_control_reminds_once_a_day_whoever_has_not_read(world: World) -> None:
    first = h.distributed(world, h.to_unit(world, reads=True))
    remind(world, first)
    assert reminders(world) == [(2, ["李秀兰", "王强"])]
    assert refused(lambda: remind(world, first)) == "D-4.reminded_today"
    world.clock.forward(days=1)
    h.read_it(world, first, who="li")
    remind(world, first)
    assert reminders(world)[1:] == [(1, ["王强"])]
    h.read_it(world, first)
    assert refused(lambda: remind(world, first)) == "D-4.nobody_open"


@pytest.mark.parametrize(("who", "error"), [("ouyang", RuleRefused), ("zhang", RuleRefused)])
def test_x_1_only_control_reminds(world: World, who: str, error: type[Exception]) -> None:
    first = h.distributed(world, h.to_unit(world, reads=True))
    with pytest.raises((error, NotFound)):
        remind(world, first, who)
    assert reminders(world) == []


def test_d_4_a_reading_from_before_there_were_days_is_never_late(world: World) -> None:
    first = h.distributed(world, h.to_person(world, "li"))

    def old(session: Any) -> None:
        session.add(
            ReadTask(
                revision_id=first,
                person_id=world.people["wang"],
                asked_at=world.clock(),
                asked_by=world.people["chen"],
            )
        )

    world.house.uow.write(old)
    world.clock.forward(days=60)
    worked(world)
    assert readers(world, first)["王强"].is_late is False
    assert reminders(world) == []
