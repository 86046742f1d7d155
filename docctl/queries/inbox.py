"""What waits for a person: everything they must do now, oldest due first, and nothing else (A-4).

Each kind of work is one query with the person's roles and parts already in it, so that the list and the
count in the frame cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import midnight
from docctl.domain.permissions import Actor
from docctl.domain.reviews import asked_until
from docctl.domain.step_limits import revision_of_calendar, until_in_zone
from docctl.domain.validity import last_day
from docctl.models.visibility import visible_sets
from docctl.queries.inbox_blanks import blank_work
from docctl.queries.inbox_changes import change_work
from docctl.queries.inbox_copies import copy_work
from docctl.queries.inbox_delegations import delegation_work
from docctl.queries.inbox_disposal import disposal_work
from docctl.queries.inbox_files import file_work
from docctl.queries.inbox_imports import import_work
from docctl.queries.inbox_informing import informing_work
from docctl.queries.inbox_people import people_work
from docctl.queries.inbox_records import record_work
from docctl.queries.inbox_reminders import reminder_work
from docctl.queries.inbox_requests import request_work
from docctl.queries.inbox_reviews import review_work
from docctl.queries.inbox_settings import setting_work
from docctl.queries.inbox_steps import revision_work
from docctl.queries.inbox_webhooks import webhook_work
from docctl.queries.rosters import wall_clock
from docctl.queries.stand_ins import OpenStatement, opened, stand_in

#: So many of one kind are listed; the count says how many there are.
MOST: Final = 50
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

#: Kinds of work in the order of a working day; words stand under `inbox.verb`.
VERBS: Final = (
    "form_check",
    "review",
    "approve",
    "see_reminder",
    "chase",
    "rework",
    "approve_change",
    "rework_change",
    "chase_change",
    "issue",
    "take_note",
    "read",
    "receive_copy",
    "put_up",
    "give_back",
    "take_down",
    "collect",
    "receive_blanks",
    "give_back_blanks",
    "collect_blanks",
    "chase_readers",
    "renew",
    "decide_request",
    "rework_request",
    "answer_request",
    "see_request",
    "review_document",
    "carry_out",
    "check_import",
    "end_import",
    "end_record_import",
    "see_failed_import",
    "see_import",
    "accept",
    "decide",
    "check",
    "settle",
    "approve_list",
    "execute",
    "witness",
    "resume",
    "mend",
    "approve_setting",
    "rework_setting",
    "see_delegation",
    "confirm_role",
    "confirm_reset",
    "hand_over",
    "see_webhook",
)


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: `kind` and `id` name the item; `whose` is the person it is about or waits for."""

    verb: str
    kind: str
    id: UUID
    part_id: UUID | None
    number: str
    title: str
    label: str
    whose: str
    due_on: date | None
    since: datetime
    is_overdue: bool
    #: Until when, to the instant; by which revision of the working calendar, None for natural time; whether
    #: its end may still move, because holidays are not announced (W-2); whether it was reminded of.
    due_at: datetime | None = None
    calendar: int | None = None
    is_provisional: bool = False
    is_reminded: bool = False
    #: For whom it is done, where it is another's (A-8).
    behalf: str = ""
    #: How often it was returned so far (A-9).
    times: int = 0

    @property
    def until(self) -> datetime | date | None:
        """The last day, or the instant of an end within it (W-1)."""
        return until_in_zone(self.due_at, self.due_on) if self.due_at and self.due_on else self.due_on


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for one person; `counts` has every kind of work that is there, exactly."""

    tasks: tuple[Task, ...]
    counts: Mapping[str, int]
    overdue: int

    @property
    def total(self) -> int:
        """The number of all tasks, also of those that are not listed."""
        return sum(self.counts.values())

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is listed."""
        return any(count > MOST for count in self.counts.values())


def inbox(
    session: Session, actor: Actor, *, at: datetime, zone: tzinfo, verb: str = "", most: int = MOST
) -> Inbox:
    """Return what the person must do, oldest due first; `verb` narrows the list, never the counts (A-4).

    At most `most` of each kind are listed.
    """
    moment = _moment(at, zone)
    counts = _counts(session, actor, moment)
    other, ids = stand_in(actor)
    tasks: list[Task] = []
    for wanted in (one for one in counts if verb in {"", one}):
        work = _listing(other, wanted)
        rows = session.execute(work.query.limit(most), {**moment, **work.filled(ids)})
        tasks.extend(_task(wanted, row, at, zone) for row in rows)
    tasks.sort(key=lambda one: (_due(one, zone), one.since, VERBS.index(one.verb), one.number))
    return Inbox(tuple(tasks), counts, sum(one.is_overdue for one in tasks))


def inbox_count(session: Session, actor: Actor, *, at: datetime, zone: tzinfo) -> int:
    """Return how much waits for the person, in one statement."""
    return sum(_counts(session, actor, _moment(at, zone)).values())


def _moment(at: datetime, zone: tzinfo) -> dict[str, object]:
    """Return what queries with a time in them ask for."""
    local = at.astimezone(zone)
    today = local.date()
    return {"at": at, "today": today, "asked_until": asked_until(today), **wall_clock(local)}


# Putting so many queries together takes longer than asking them.
@lru_cache(maxsize=256)
def work_of(actor: Actor) -> Mapping[str, Select[*tuple[Any, ...]]]:
    """Return what asks for each kind of work of a person, in the order of a working day."""
    if actor.person_id is None:
        return {}
    found = {
        **revision_work(actor),
        **informing_work(actor),
        **reminder_work(actor),
        **record_work(actor),
        **disposal_work(actor),
        **people_work(actor),
        **delegation_work(actor),
        **file_work(actor),
        **import_work(actor),
        **setting_work(actor),
        **copy_work(actor),
        **blank_work(actor),
        **review_work(actor),
        **change_work(actor),
        **request_work(actor),
        **webhook_work(actor),
    }
    return {verb: found[verb] for verb in VERBS if verb in found}


@lru_cache(maxsize=1024)
def _listing(other: Actor, verb: str) -> OpenStatement:
    """Return what lists one kind of work, oldest first, of people for whom somebody stands in."""
    return opened(_oldest_first(work_of(other)[verb]))


# It stands on every page.
@lru_cache(maxsize=256)
def _counting(other: Actor) -> OpenStatement | None:
    """Return the one statement that counts all kinds of work of people for whom somebody stands in."""
    numbers = [
        query.with_only_columns(func.count()).scalar_subquery().label(verb)
        for verb, query in work_of(other).items()
    ]
    return opened(select(*numbers), seen_once=visible_sets(other)) if numbers else None


def _counts(session: Session, actor: Actor, moment: Mapping[str, object]) -> dict[str, int]:
    other, ids = stand_in(actor)
    counting = _counting(other)
    if counting is None:
        return {}
    row = session.execute(counting.query, {**moment, **counting.filled(ids)}).mappings().one()
    return {verb: count for verb, count in row.items() if count}


def _due(one: Task, zone: tzinfo) -> datetime:
    """Return when a task is due; one that has a day alone, at the beginning of it."""
    return one.due_at or (midnight(one.due_on, zone) if one.due_on else _NEVER)


def _oldest_first(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    columns = query.selected_columns
    return query.order_by(
        columns.due_at.is_(None),
        columns.due_at,
        columns.due_on.is_(None),
        columns.due_on,
        columns.since,
        columns.number,
    )


def _task(verb: str, row: Any, at: datetime, zone: tzinfo) -> Task:
    return Task(
        verb=verb,
        kind=row.kind,
        id=row.id,
        part_id=row.part_id,
        number=row.number,
        title=row.title,
        label=row.label,
        whose=row.whose or "",
        due_on=row.due_on or last_day(row.due_at, zone),
        since=row.since.astimezone(zone),
        is_overdue=_is_over(row, at, zone),
        due_at=row.due_at.astimezone(zone) if row.due_at else None,
        calendar=revision_of_calendar(row.calendar),
        is_provisional=bool(row.is_provisional),
        is_reminded=row.reminded_at is not None,
        behalf=row.behalf or "",
        times=row.times or 0,
    )


def _is_over(row: Any, at: datetime, zone: tzinfo) -> bool:
    """Say whether its instant, or its last day, is over."""
    if row.due_at is not None:
        return bool(at >= row.due_at)
    return row.due_on is not None and bool(row.due_on < at.astimezone(zone).date())
