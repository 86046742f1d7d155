"""What issuing makes of a list: copies with their numbers, people asked to read (D-1, D-4, D-8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import midnight
from docctl.domain.distribution import shown_number
from docctl.domain.reading import read_by
from docctl.models.base import new_id
from docctl.models.distribution import ControlledCopy, DistributionEntry, ReadTask
from docctl.models.documents import Document, Revision
from docctl.queries.holder_names import names_of_holders
from docctl.services.caller import Caller
from docctl.services.distribution.holders import readers_meant
from docctl.services.jobs import due_first
from docctl.services.numbers.count import lock_counter
from docctl.services.rows import insert_rows
from docctl.services.trail import Subject, record

#: The due job at the end of the days for reading; its subject is the revision.
OVERDUE: Final = "reading.overdue"


def distribute(
    session: Session,
    by: Caller,
    document: Document,
    revision: Revision,
    entries: Sequence[DistributionEntry],
) -> None:
    """Make the copies of these entries and ask their readers, with one event for all (D-1, D-4, D-8).

    Nothing is made for holders that are gone since they were listed; the event names them (A-16). Counters
    come last among the locks: nothing else is locked after this but the head.
    """
    if not entries:
        return
    session.flush()  # the guards ask for the issued revision
    names = names_of_holders(session, [one.entry() for one in entries])
    there = [one for one in entries if one.holder_id in names]
    gone = [one.holder for one in entries if one.holder_id not in names]
    asked = _ask(session, by, revision, there)
    numbers = _make(session, by, document, revision, there)
    record(
        session,
        by,
        "distribution.issued",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "copies": numbers,
            "readers": asked,
            **({"left_out": len(gone)} if gone else {}),
        },
        detail={
            "holders": [one.holder for one in there],
            **({"left_out": gone} if gone else {}),
        },
    )


def _make(
    session: Session,
    by: Caller,
    document: Document,
    revision: Revision,
    entries: Sequence[DistributionEntry],
) -> list[str]:
    """Make a copy for each that an entry asks for; numbers of a document are never given twice (N-1)."""
    counter = lock_counter(session, f"copies:{document.id}")
    newest = session.scalar(
        select(func.max(ControlledCopy.sequence)).where(ControlledCopy.document_id == document.id)
    )
    sequence = max(counter.value, newest or 0)
    rows: list[dict[str, Any]] = []
    for one in entries:
        for _ in range(one.copies):
            sequence += 1
            rows.append(
                {
                    "id": new_id(),
                    "document_id": document.id,
                    "revision_id": revision.id,
                    "entry_id": one.id,
                    "sequence": sequence,
                    "number": shown_number(sequence),
                    "kind": one.kind,
                    "unit_id": one.unit_id,
                    "post_id": one.post_id,
                    "person_id": one.person_id,
                    "place": one.place,
                    "medium": one.medium,
                    "holder": one.holder,
                    "issued_at": by.at,
                    "issued_on": by.today,
                    "issued_by": by.person_id,
                    "row_version": 1,
                }
            )
    counter.value = sequence
    insert_rows(session, ControlledCopy, *rows)
    return [row["number"] for row in rows]


def _ask(session: Session, by: Caller, revision: Revision, entries: Sequence[DistributionEntry]) -> int:
    """Ask everybody meant who was not asked yet; return how many (D-4)."""
    meant = {person for one in entries if one.reads for person in readers_meant(session, one, today=by.today)}
    there = set(session.scalars(select(ReadTask.person_id).where(ReadTask.revision_id == revision.id)))
    return ask_to_read(session, by, [(revision, sorted(meant - there))])


def ask_to_read(session: Session, by: Caller, asked: Sequence[tuple[Revision, Sequence[UUID]]]) -> int:
    """Ask people to read issued revisions by a day, when they are reminded; return how many (D-4)."""
    rows = [
        {
            "id": new_id(),
            "revision_id": revision.id,
            "person_id": person,
            "asked_at": by.at,
            "asked_by": by.person_id,
            "due_at": _until(revision, by),
        }
        for revision, people in asked
        for person in people
    ]
    insert_rows(session, ReadTask, *rows)
    if rows:
        due_first(session, OVERDUE, {one.id: _until(one, by) for one, people in asked if people})
    return len(rows)


def _until(revision: Revision, by: Caller) -> datetime:
    """Return the first instant after the last day for reading, of somebody who is asked now."""
    start = revision.effective_from.astimezone(by.zone).date() if revision.effective_from else by.today
    return midnight(read_by(by.today, start) + timedelta(days=1), by.zone)
