"""Numbered reminders of steps that a person still has: the last one of each step (催办单, A-13)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from docctl.domain.permissions import Actor
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.models.reminders import Reminder
from docctl.models.work import Step
from docctl.queries.inbox_row import revision_work_row
from docctl.queries.open_clocks import running


def reminder_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the reminders that the person got and whose step is open; `whose` issued them."""
    if actor.is_outside:
        return {}
    issuer, later = aliased(Person), aliased(Reminder)
    newer = exists(
        select(later.id).where(later.step_id == Reminder.step_id, later.ordinal > Reminder.ordinal)
    )
    query = (
        revision_work_row("reminder", Reminder.id, whose=issuer.name, since=Reminder.issued_at)
        .select_from(Reminder)
        .join(Step, Step.id == Reminder.step_id)
        .join(Revision, Revision.id == Step.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .join(issuer, issuer.id == Reminder.issued_by)
        .where(Step.assignee_id == actor.person_id, running(), ~newer)
    )
    return {"see_reminder": query}
