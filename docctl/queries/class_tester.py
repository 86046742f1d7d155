"""How long is this kept, from when, why; and what does a revision of the classes prolong (R-1, R-3, R-10)?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.canonical import plain
from docctl.domain.class_content import Scheduled, Use, data_of_line, schedule_of
from docctl.domain.class_data import class_in
from docctl.domain.permissions import Actor
from docctl.domain.retention_classes import RetentionClass, TriggerKind
from docctl.domain.retention_dates import Because, RetentionFacts
from docctl.domain.retention_governing import governing, resolve_class
from docctl.domain.retention_prolonging import RUNNING, Outcome, Running, outcome
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.documents import Document, DocumentType
from docctl.models.records import Record
from docctl.models.retention import RetentionClassRow
from docctl.queries.number_found import find_number

Content = Mapping[str, Any]

#: So many different dates are looked at; with more the counts are at least so high.
MOST: Final = 100_000


@dataclass(frozen=True, slots=True)
class KeptSo:
    """Until when a record of a day would be kept by a content, by which class, each step of the reason."""

    code: str
    name: str
    basis: str
    until: date | None
    is_permanent: bool
    trigger_on: date | None
    because: tuple[Mapping[str, Any], ...]


def kept_by_code(content: Content, code: str, day: date) -> KeptSo:
    """Return how long a record of a day is kept by a class; raise RuleRefused for one that there is not."""
    classes = {one.cls.code: one.cls for one in schedule_of(content)}
    if code not in classes:
        raise RuleRefused(Refused("R-1", "class_unknown", {"class": code[:40]}))
    return _kept(classes[code], day)


def kept_by_form(
    session: Session, actor: Actor, content: Content, number: str, day: date, at: datetime
) -> KeptSo:
    """Return how long a record of a day under a form is kept; raise NotFound for none that one sees (X-3)."""
    found = [one for one in find_number(session, actor, number, at=at) if one.item_kind == "document"]
    if len(found) != 1:
        raise NotFound("form")
    form = session.execute(
        select(Document.class_id, Document.parent_id, DocumentType.is_form)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .where(Document.id == found[0].item_id)
    ).one()
    if not form.is_form:
        raise NotFound("form")
    above = session.scalar(select(Document.class_id).where(Document.id == form.parent_id))
    schedule = schedule_of(content)
    rest = next(one.cls for one in schedule if one.use is Use.CATCH_ALL)
    own, of_procedure = (_named(session, schedule, one) for one in (form.class_id, above))
    cls, which = resolve_class(own, of_procedure, rest)
    return _kept(cls, day, which)


def _named(session: Session, schedule: Sequence[Scheduled], class_id: UUID | None) -> RetentionClass | None:
    code = session.scalar(select(RetentionClassRow.code).where(RetentionClassRow.id == class_id))
    return next((one.cls for one in schedule if one.cls.code == code), None)


def _kept(cls: RetentionClass, day: date, *before: Because) -> KeptSo:
    found = governing([cls], RetentionFacts(completed_on=day))
    because = (*before, *found.kept.because)
    return KeptSo(
        cls.code,
        cls.name,
        cls.basis,
        found.kept.until,
        found.kept.permanent,
        found.kept.trigger_on,
        tuple(
            {"code": one.code, "params": {name: plain(value) for name, value in one.params.items()}}
            for one in because
        ),
    )


@dataclass(frozen=True, slots=True)
class Impact:
    """How many records that run under a class are kept longer, and how many keep their longer time."""

    code: str
    name: str
    longer: int
    kept: int


@dataclass(frozen=True, slots=True)
class Impacts:
    """What a content does to what runs, by class; `is_partial`: there is more than was looked at."""

    classes: tuple[Impact, ...]
    is_partial: bool

    @property
    def longer(self) -> int:
        """How many are kept longer in all."""
        return sum(one.longer for one in self.classes)

    @property
    def kept(self) -> int:
        """How many keep their longer time in all."""
        return sum(one.kept for one in self.classes)


def impacts(session: Session, content: Content, zone: tzinfo) -> Impacts:
    """Count the running records that a content keeps longer, or would keep shorter: those stay (R-3)."""
    lines = {one["code"]: one for one in content["classes"]}
    wanted = {one.cls.code: one.cls for one in schedule_of(content)}
    rows = {one.id: one for one in session.scalars(select(RetentionClassRow)) if _differs(one, lines)}
    counts = {code: dict.fromkeys(Outcome, 0) for code in wanted}
    # Many records have one day and one last day: they are counted once.
    found = session.execute(
        select(
            Record.class_id,
            Record.occurred_at,
            Record.keep_until,
            Record.is_permanent,
            Record.trigger_on,
            func.count().label("records"),
        )
        .where(Record.status.in_(RUNNING), Record.class_id.in_(rows))
        .group_by(
            Record.class_id, Record.occurred_at, Record.keep_until, Record.is_permanent, Record.trigger_on
        )
        .limit(MOST + 1)
    ).all()
    for one in found[:MOST]:
        row = rows[one.class_id]
        cls = class_in(row.code, row.name, row.basis, row.data)
        is_event = cls.trigger.kind is TriggerKind.EVENT and one.trigger_on is not None
        facts = RetentionFacts(
            completed_on=one.occurred_at.astimezone(zone).date(),
            events={cls.trigger.event: one.trigger_on} if is_event else {},
        )
        running = Running(cls, one.keep_until, one.is_permanent)
        counts[row.code][outcome(running, wanted[row.code], facts)] += one.records
    return Impacts(
        tuple(
            Impact(code, wanted[code].name, by[Outcome.LONGER], by[Outcome.KEPT])
            for code, by in counts.items()
            if by[Outcome.LONGER] or by[Outcome.KEPT]
        ),
        len(found) > MOST,
    )


def _differs(row: RetentionClassRow, lines: Mapping[str, Any]) -> bool:
    """Say whether a row counts otherwise than the content; a class that is left out changes nothing."""
    return row.code in lines and row.data != data_of_line(lines[row.code])
