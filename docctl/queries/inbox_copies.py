"""Copies that wait for a person: to receive, to give back, to collect; revisions to read (D-1, D-2, D-4)."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Date, Select, and_, bindparam, exists, func, select

from docctl.domain.copy_states import CopyStatus, Medium
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.base import Instant
from docctl.models.distribution import ControlledCopy, ReadTask
from docctl.models.documents import Document, Revision
from docctl.queries.copy_states import called, called_since, held_by, still_out
from docctl.queries.inbox_row import revision_work_row
from docctl.queries.revision_states import falls_to, in_force_at, is_insider

#: The instant for which the inbox is asked, and its day: queries are built once for a person.
AT: Final = bindparam("at", type_=Instant())
TODAY: Final = bindparam("today", type_=Date())


def copy_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the person's work on copies and what they are asked to read, by verb."""
    mine, posted = held_by(actor, TODAY, on_duty=True), ControlledCopy.medium == Medium.POSTED
    new = _copies(ControlledCopy.issued_at).where(
        mine, ControlledCopy.status == CopyStatus.ISSUED, ~_is_called()
    )
    called_back = _copies(called_since(AT)).where(mine, still_out(), _is_called())
    found = {
        "read": _reading(actor),
        "receive_copy": new.where(~posted),
        "put_up": new.where(posted),
        "give_back": called_back.where(~posted),
        "take_down": called_back.where(posted),
    }
    if actor.has(Role.DOCUMENT_CONTROLLER):
        found["collect"] = _collecting(actor)
    found["chase_readers"] = _unread(actor)
    return found


def _unread(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return revisions in force that somebody has not read in time, for the unit's head and control (D-4).

    They are named on the page of the distribution, which is for insiders (X-3).
    """
    late = (
        select(func.min(ReadTask.due_at))
        .where(
            ReadTask.revision_id == Revision.id,
            ReadTask.acknowledged_at.is_(None),
            ReadTask.ended_at.is_(None),
            ReadTask.due_at <= AT,
        )
        .scalar_subquery()
    )
    return (
        revision_work_row("distribution", Revision.id, since=late)
        .select_from(Revision)
        .join(Document, Document.id == Revision.document_id)
        .where(late.is_not(None), in_force_at(AT), falls_to(actor, AT), is_insider(actor))
    )


def _is_called() -> Any:
    return func.coalesce(called(AT), False)


def _copies(since: Any) -> Select[*tuple[Any, ...]]:
    """Return copies; `whose` is who holds."""
    return (
        revision_work_row(
            "copy",
            ControlledCopy.id,
            whose=ControlledCopy.holder,
            since=since,
        )
        .select_from(ControlledCopy)
        .join(Revision, Revision.id == ControlledCopy.revision_id)
        .join(Document, Document.id == ControlledCopy.document_id)
    )


def _collecting(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return revisions with copies that must come back, for control (D-2)."""
    of_it = and_(ControlledCopy.revision_id == Revision.id, still_out())
    outside = exists().where(of_it, _is_called())
    recalled = select(func.min(ControlledCopy.recalled_at)).where(of_it).scalar_subquery()
    since = called_since(AT, recalled=recalled)
    return (
        revision_work_row(
            "distribution",
            Revision.id,
            since=since,
        )
        .select_from(Revision)
        .join(Document, Document.id == Revision.document_id)
        .where(outside, is_insider(actor))
    )


def _reading(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return revisions in force that the person is asked to read; what ended is read no more (D-4)."""
    since = func.coalesce(Revision.effective_from, ReadTask.asked_at)
    return (
        revision_work_row(
            "revision",
            Revision.id,
            since=since,
            due_at=ReadTask.due_at,
            reminded_at=ReadTask.reminded_at,
        )
        .select_from(ReadTask)
        .join(Revision, Revision.id == ReadTask.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .where(
            ReadTask.person_id == actor.person_id,
            ReadTask.acknowledged_at.is_(None),
            ReadTask.ended_at.is_(None),
            in_force_at(AT),
        )
    )
