"""Clocks that run while the working calendar changes get their end anew, from their first start (W-2)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import SettingStatus
from docctl.domain.limits import Limit, LimitUnit
from docctl.domain.permissions import Facts, authorise
from docctl.domain.step_limits import USUAL
from docctl.domain.verdicts import RuleRefused
from docctl.domain.working_calendar import Calendar
from docctl.models.clocks import NATURAL, Clocked
from docctl.models.controlled import ControlledSetting, SettingRevision
from docctl.models.documents import Document, Revision
from docctl.models.work import Step, StepStatus
from docctl.queries.calendar import calendar_at
from docctl.services import clocks
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.revisions.step_clocks import put_on_list
from docctl.services.trail import Subject, record

log = logging.getLogger(__name__)

#: So many clocks in one transaction.
TOGETHER: Final = 100


@dataclass(frozen=True, slots=True)
class RecountSteps:
    """The open steps behind the one of this id, in the order of ids; None for the first ones."""

    after: UUID | None = None


@use_case("system.operate")
def recount_steps(session: Session, cmd: RecountSteps, by: Caller) -> UUID | None:
    """Count the next running steps again by the calendar in force (W-2).

    Returns the last one looked at, None where there was none. A step that has ended never changes, and one in
    natural time asks no calendar.
    """
    authorise(by.actor, "system.operate", Facts())
    named, calendar = calendar_at(session, by.at)
    running = (
        select(Step.id, Revision.document_id)
        .join(Revision, Revision.id == Step.revision_id)
        .where(Step.status == StepStatus.OPEN, Step.calendar.not_in((NATURAL, named)))
        .order_by(Step.id)
        .limit(TOGETHER)
    )
    if cmd.after is not None:
        running = running.where(Step.id > cmd.after)
    ids: dict[UUID, UUID] = {one.id: one.document_id for one in session.execute(running)}
    if not ids:
        return None
    of = select(Document).where(Document.id.in_(set(ids.values()))).order_by(Document.id)
    documents = {one.id: one for one in lock(session, Rank.PARENTS, of)}
    steps = lock(session, Rank.ITEMS, select(Step).where(Step.id.in_(ids)).order_by(Step.id))
    labelled = select(Revision.id, Revision.label).where(Revision.id.in_({one.revision_id for one in steps}))
    labels: dict[UUID, str] = {one.id: one.label for one in session.execute(labelled)}
    for step in steps:
        if step.status is not StepStatus.OPEN or step.calendar in {NATURAL, named}:
            continue  # somebody signed meanwhile
        _step(session, by, step, documents[ids[step.id]], labels[step.revision_id], named, calendar)
    return max(ids)


def _step(
    session: Session,
    by: Caller,
    step: Step,
    document: Document,
    label: str,
    named: str,
    calendar: Calendar,
) -> None:
    assert step.limit_amount is not None
    assert step.limit_unit is not None
    assert step.opened_at is not None  # it runs by a calendar
    limit = Limit(step.limit_amount, LimitUnit(step.limit_unit))
    changed = _recounted(step, limit, step.opened_at, named, calendar, by)
    if changed is None:
        return
    if step.due_at is not None and step.due_at > by.at and step.escalated_at is not None:
        step.escalated_at = step.escalated_to = None  # it is not late any more; the trail keeps that it was
    put_on_list(session, step, limit, calendar, by)
    facts = {"number": document.number, "label": label, "step": step.meaning, **changed}
    record(
        session,
        by,
        "step.recounted",
        Subject("document", document.id, str(step.revision_id)),
        facts=facts,
    )


@dataclass(frozen=True, slots=True)
class RecountSettings:
    """The approvals of settings that wait."""


@use_case("system.operate")
def recount_settings(session: Session, cmd: RecountSettings, by: Caller) -> int:  # noqa: ARG001  # a command
    """Count the approvals of settings that wait again by the calendar in force; return how many (W-2)."""
    authorise(by.actor, "system.operate", Facts())
    named, calendar = calendar_at(session, by.at)
    settings = lock(session, Rank.PARENTS, select(ControlledSetting).order_by(ControlledSetting.id))
    kinds = {one.id: one.kind for one in settings}
    waiting = select(SettingRevision).where(SettingRevision.status == SettingStatus.IN_REVIEW)
    count = 0
    for row in lock(session, Rank.ITEMS, waiting.order_by(SettingRevision.id)):
        if row.calendar in {NATURAL, named} or row.submitted_at is None:
            continue
        changed = _recounted(row, USUAL, row.submitted_at, named, calendar, by)
        if changed is None:
            continue
        count += 1
        facts = {
            "kind": kinds[row.setting_id],
            "revision": row.ordinal,
            "content": row.content_sha256,
            **changed,
        }
        record(
            session,
            by,
            "setting.recounted",
            Subject("setting", row.setting_id, version=str(row.ordinal)),
            facts=facts,
        )
    return count


def _recounted(
    row: Clocked, limit: Limit, started: datetime, named: str, calendar: Calendar, by: Caller
) -> dict[str, Any] | None:
    """Count a clock again; return what was and what is, None where the calendar leads out of reach."""
    old = {"old_due": row.due_on, "old_calendar": row.calendar}
    try:
        clocks.count(row, limit, started=started, named=named, calendar=calendar, zone=by.zone)
    except RuleRefused as error:  # it goes on by the calendar that it has
        log.warning("a clock cannot be counted by the new calendar", extra={"reason": str(error)})
        return None
    return {**old, "due": row.due_on, "calendar": row.calendar}
