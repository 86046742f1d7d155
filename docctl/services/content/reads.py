"""One event for each controlled read: per person, item, version and purpose in ten minutes (T-1, X-2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.trail import EventRow
from docctl.services.caller import Caller
from docctl.services.trail import Subject, record

#: Reading on within this time is the same reading.
SAME_READING: Final = timedelta(minutes=10)


def noted_lately(session: Session, by: Caller, action: str, subject: Subject, *, file: str = "") -> bool:
    """Say whether this person's read of this version for this purpose is in the trail already (X-2).

    `file` is the digest that the event names, "" where it names none: files of one version are read each by
    itself, and reading one says nothing of the others.
    """
    query = (
        select(EventRow.seq)
        .where(
            EventRow.subject_id == subject.id,
            EventRow.subject_version == subject.version,
            EventRow.action == action,
            EventRow.actor_id == by.actor.person_id,
            EventRow.occurred_at > by.at - SAME_READING,
        )
        .limit(1)
    )
    named = EventRow.facts.contains(f'"file":"{file}"' if file else '"file":"', autoescape=True)
    query = query.where(named if file else ~named)
    return session.scalar(query) is not None


def note_read(
    session: Session, by: Caller, action: str, subject: Subject, *, facts: Mapping[str, Any]
) -> None:
    """Record a controlled read, once in ten minutes; `action` names the purpose (T-1, X-2)."""
    if not noted_lately(session, by, action, subject, file=str(facts.get("file", ""))):
        record(session, by, action, subject, facts=facts)
