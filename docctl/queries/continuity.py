"""Periods without the record that a form wants at a place, and the rules that say so (N-8, N-5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import midnight
from docctl.domain.continuity import Continuity, IsWorked, Slot, missing, slot_at
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.continuity import ContinuityExplanation, ContinuityRule
from docctl.models.documents import Document
from docctl.models.organisation import Post, PostHolder, Unit
from docctl.models.records import Record
from docctl.queries.calendar import calendar_at
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import readable_document

#: So far back the register looks unless it is asked for more.
USUAL: Final = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class PeriodFilter:
    """What the register is asked for: of which unit, form and kind of period, from which day on.

    `explained` shows those that are explained instead of those that are not.
    """

    text: str = ""
    unit_id: UUID | None = None
    period: str = ""
    since: date | None = None
    explained: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class MissingPeriod:
    """A period without a record: who answers for the place explains it."""

    rule_id: UUID
    form_id: UUID
    number: str
    title: str
    period: str
    slot: str
    first: date
    last: date
    place: str
    unit_id: UUID
    unit: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MissingPeriods(Paged):
    """A page of them with their exact count."""

    rows: tuple[MissingPeriod, ...]
    total: int
    page: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with its form and place; `unit_until` is the last day of the unit, None where it goes on."""

    rule: ContinuityRule
    number: str
    title: str
    unit_id: UUID
    unit: str
    post: str
    unit_until: date | None

    def wanted(self) -> Continuity:
        """Return the rule as it wants records: none of a unit that is closed (O-1)."""
        rule = self.rule.rule()
        days = [one for one in (rule.until_on, self.unit_until) if one is not None]
        return replace(rule, until_on=min(days, default=None))

    @property
    def place(self) -> str:
        """The unit, or the post in it."""
        return f"{self.unit} {self.post}".strip()


def rules_seen(
    session: Session, actor: Actor, *, at: datetime, only: ColumnElement[bool] | None = None
) -> list[RuleRow]:
    """Return the rules of forms that the person may see, by form and place (X-3)."""
    return [_rule(one) for one in session.execute(_rules(actor, at, only))]


def _rules(actor: Actor, at: datetime, only: ColumnElement[bool] | None) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            ContinuityRule,
            Document.number,
            Document.title,
            Unit.id.label("unit_id"),
            Unit.name.label("unit"),
            func.coalesce(Post.name, "").label("post"),
            Unit.valid_until,
        )
        .join(Document, Document.id == ContinuityRule.form_id)
        .outerjoin(Post, Post.id == ContinuityRule.post_id)
        .join(Unit, Unit.id == func.coalesce(ContinuityRule.unit_id, Post.unit_id))
        .where(readable_document(actor, at))
        .order_by(Document.number, Unit.code, Post.name, ContinuityRule.declared_at, ContinuityRule.id)
    )
    return query if only is None else query.where(only)


def _rule(one: Any) -> RuleRow:
    return RuleRow(
        one.ContinuityRule, one.number, one.title, one.unit_id, one.unit, one.post, one.valid_until
    )


def worked_days(session: Session, at: datetime) -> IsWorked:
    """Return which days are worked by the calendar in force (W-2); each is asked for once."""
    _, calendar = calendar_at(session, at)
    return cache(lambda on: calendar.day(on).is_worked)


def missing_periods(
    session: Session,
    actor: Actor,
    wanted: PeriodFilter,
    *,
    at: datetime,
    zone: tzinfo,
    page_size: int = PAGE_SIZE,
) -> MissingPeriods:
    """Return a page of periods that are over and have no record, the newest first (N-5, N-8).

    They are computed when asked for: four questions, however many rules, days and records there are.
    """
    today = at.astimezone(zone).date()
    since = wanted.since or today - USUAL
    rules = [one for one in rules_seen(session, actor, at=at) if _fits(one, wanted, since)]
    is_worked = worked_days(session, at)
    have = records_there(session, [one.rule for one in rules], since=since, zone=zone)
    explained = _explanations(session, [one.rule.id for one in rules])
    found: list[tuple[RuleRow, Slot, str]] = []
    for one in rules:
        said = explained.get(one.rule.id, {})
        slots = missing(one.wanted(), have[one.rule.id], first=since, today=today, is_worked=is_worked)
        found += [
            (one, slot, said.get(slot.key, "")) for slot in slots if (slot.key in said) == wanted.explained
        ]
    found.sort(key=lambda each: each[1].last, reverse=True)
    page = page_within(wanted.page, len(found), page_size)
    shown = found[(page - 1) * page_size : page * page_size]
    rows = tuple(
        MissingPeriod(
            rule_id=one.rule.id,
            form_id=one.rule.form_id,
            number=one.number,
            title=one.title,
            period=one.rule.period.value,
            slot=slot.key,
            first=slot.first,
            last=slot.last,
            place=one.place,
            unit_id=one.unit_id,
            unit=one.unit,
            reason=reason,
        )
        for one, slot, reason in shown
    )
    return MissingPeriods(rows, len(found), page)


def _fits(one: RuleRow, wanted: PeriodFilter, since: date) -> bool:
    words = wanted.text.casefold().split()
    told = f"{one.number} {one.title} {one.place}".casefold()
    until_on = one.wanted().until_on
    return (
        all(word in told for word in words)
        and wanted.unit_id in {None, one.unit_id}
        and wanted.period in {"", one.rule.period.value}
        and (until_on is None or until_on >= since)
    )


def _explanations(session: Session, rule_ids: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {}
    rows = select(
        ContinuityExplanation.rule_id, ContinuityExplanation.slot, ContinuityExplanation.reason
    ).where(ContinuityExplanation.rule_id.in_(rule_ids))
    for rule_id, slot, reason in session.execute(rows) if rule_ids else ():
        found.setdefault(rule_id, {})[slot] = reason
    return found


def records_there(
    session: Session, rules: Sequence[ContinuityRule], *, since: date, zone: tzinfo
) -> dict[UUID, set[str]]:
    """Return for which periods of each rule a record is there: by when it happened, not when it was filed.

    At a unit it is one of the unit; at a post one that was filed by who held the post on that day. A void
    record counts for nothing.
    """
    found: dict[UUID, set[str]] = {one.id: set() for one in rules}
    if not rules:
        return found
    begin = midnight(since - timedelta(days=400), zone)
    rows = session.execute(
        select(Record.form_id, Record.unit_id, Record.filed_by, Record.occurred_at).where(
            Record.form_id.in_({one.form_id for one in rules}),
            Record.occurred_at >= begin,
            Record.status != RecordStatus.VOIDED,
        )
    )
    holders = _holders(session, {one.post_id for one in rules if one.post_id})
    of_form: dict[UUID, list[ContinuityRule]] = {}
    for one in rules:
        of_form.setdefault(one.form_id, []).append(one)
    read = {one.id: one.rule() for one in rules}
    for form_id, unit_id, filed_by, occurred_at in rows:
        local = occurred_at.astimezone(zone)
        for one in of_form[form_id]:
            if one.unit_id == unit_id or _held(holders.get(one.post_id, ()), filed_by, local.date()):
                found[one.id].add(slot_at(read[one.id], local))
    return found


_Held = tuple[UUID, date, date | None]


def _holders(session: Session, post_ids: Collection[UUID]) -> Mapping[UUID | None, list[_Held]]:
    found: dict[UUID | None, list[_Held]] = {}
    if not post_ids:
        return found
    rows = select(PostHolder.post_id, PostHolder.person_id, PostHolder.from_on, PostHolder.until_on).where(
        PostHolder.post_id.in_(post_ids)
    )
    for post_id, person_id, from_on, until_on in session.execute(rows):
        found.setdefault(post_id, []).append((person_id, from_on, until_on))
    return found


def _held(holders: Iterable[_Held], person_id: UUID | None, on: date) -> bool:
    return any(
        who == person_id and begins <= on and (ends is None or on <= ends) for who, begins, ends in holders
    )


def rule_seen(session: Session, actor: Actor, rule_id: UUID, *, at: datetime) -> RuleRow | None:
    """Return a rule of a form that the person may see (X-3)."""
    found = rules_seen(session, actor, at=at, only=ContinuityRule.id == rule_id)
    return found[0] if found else None


def rules_at(session: Session, actor: Actor, form_id: UUID, *, at: datetime) -> list[RuleRow]:
    """Return the rules of a form (N-8)."""
    return rules_seen(session, actor, at=at, only=ContinuityRule.form_id == form_id)


def post_named(session: Session, unit_id: UUID, name: str) -> UUID:
    """Return the post of a unit with this name; raise NotFound for none (O-3)."""
    found = session.scalar(select(Post.id).where(Post.unit_id == unit_id, Post.name == name.strip()))
    if found is None:
        raise NotFound("post")
    return found
