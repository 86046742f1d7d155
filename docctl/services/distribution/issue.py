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
from docctl.services.distribution.holders import let_read, readers_meant
from docctl.services.jobs import due_first
from docctl.services.numbers.count import lock_counters
from docctl.services.rows import insert_rows
from docctl.services.trail import Subject, record

#: The due job at the end of the days for reading; its subject is the revision.
OVERDUE: Final = "reading.overdue"


Given = tuple[Document, Revision, Sequence[DistributionEntry]]


def distribute(session: Session, by: Caller, given: Sequence[Given]) -> None:
    """Make the copies of entries and ask their readers, with one event for a revision (D-1, D-4, D-8).

    Nothing is made for holders that are gone since they were listed; the event names them (A-16). Counters
    come last among the locks: nothing else is locked after this but the head. However many entries of
    however many documents take as many questions as one.
    """
    given = [one for one in given if one[2]]
    if not given:
        return
    session.flush()  # the guards ask for the issued revision
    names = names_of_holders(session, [one.entry() for *_, entries in given for one in entries])
    there = [
        (document, revision, [one for one in entries if one.holder_id in names])
        for document, revision, entries in given
    ]
    asked = _ask(session, by, there)
    numbers = _make(session, by, there)
    for (document, revision, entries), (*_, found) in zip(given, there, strict=True):
        gone = [one.holder for one in entries if one.holder_id not in names]
        record(
            session,
            by,
            "distribution.issued",
            Subject("document", document.id, str(revision.id)),
            facts={
                "number": document.number,
                "label": revision.label,
                "copies": numbers[revision.id],
                "readers": asked[revision.id],
                **({"left_out": len(gone)} if gone else {}),
            },
            detail={
                "holders": [one.holder for one in found],
                **({"left_out": gone} if gone else {}),
            },
        )


def _make(session: Session, by: Caller, given: Sequence[Given]) -> dict[UUID, list[str]]:
    """Make a copy for each that an entry asks for; numbers of a document are never given twice (N-1)."""
    counters = lock_counters(session, (_scope(document) for document, *_ in given))
    newest = select(ControlledCopy.document_id, func.max(ControlledCopy.sequence)).where(
        ControlledCopy.document_id.in_({document.id for document, *_ in given})
    )
    reached = {one[0]: one[1] for one in session.execute(newest.group_by(ControlledCopy.document_id))}
    rows: list[dict[str, Any]] = []
    numbers: dict[UUID, list[str]] = {}
    for document, revision, entries in given:
        counter = counters[_scope(document)]
        counter.value = max(counter.value, reached.get(document.id, 0))
        new = [
            _copy(by, document, revision, entry, counter.value + place)
            for place, entry in enumerate((one for one in entries for _ in range(one.copies)), 1)
        ]
        counter.value += len(new)
        numbers[revision.id] = [row["number"] for row in new]
        rows += new
    insert_rows(session, ControlledCopy, *rows)
    return numbers


def _scope(document: Document) -> str:
    return f"copies:{document.id}"


def _copy(
    by: Caller, document: Document, revision: Revision, entry: DistributionEntry, sequence: int
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "document_id": document.id,
        "revision_id": revision.id,
        "entry_id": entry.id,
        "sequence": sequence,
        "number": shown_number(sequence),
        "kind": entry.kind,
        "unit_id": entry.unit_id,
        "post_id": entry.post_id,
        "person_id": entry.person_id,
        "place": entry.place,
        "medium": entry.medium,
        "holder": entry.holder,
        "issued_at": by.at,
        "issued_on": by.today,
        "issued_by": by.person_id,
        "row_version": 1,
    }


def _ask(session: Session, by: Caller, given: Sequence[Given]) -> dict[UUID, int]:
    """Ask everybody meant who was not asked yet; return how many of each revision (D-4)."""
    meant = readers_meant(session, [one for *_, entries in given for one in entries], today=by.today)
    may_read = let_read(session, set().union(*meant.values()), {one.id for one, *_ in given}, by.at)
    of = {revision.id for _, revision, _ in given}
    asked = select(ReadTask.revision_id, ReadTask.person_id).where(ReadTask.revision_id.in_(of))
    there = {(revision, person) for revision, person in session.execute(asked)}
    new = []
    for document, revision, entries in given:
        people = {
            person
            for one in entries
            if one.reads
            for person in meant.get((one.kind, one.holder_id), ())
            if may_read(document.id, person)
        }
        new.append((revision, sorted(one for one in people if (revision.id, one) not in there)))
    ask_to_read(session, by, new)
    return {revision.id: len(people) for revision, people in new}


def ask_to_read(session: Session, by: Caller, asked: Sequence[tuple[Revision, Sequence[UUID]]]) -> None:
    """Ask people to read issued revisions by a day, when they are reminded (D-4)."""
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


def _until(revision: Revision, by: Caller) -> datetime:
    """Return the first instant after the last day for reading, of somebody who is asked now."""
    start = revision.effective_from.astimezone(by.zone).date() if revision.effective_from else by.today
    return midnight(read_by(by.today, start) + timedelta(days=1), by.zone)
