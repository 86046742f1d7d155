"""Handing over copies that somebody holds, and what they are asked to read (A-16, D-2, D-4, D-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import OPEN
from docctl.domain.distribution import HolderKind, ListEntry, may_change_list
from docctl.domain.verdicts import require
from docctl.models.distribution import ControlledCopy, DistributionEntry, ReadTask
from docctl.models.documents import Document, Revision
from docctl.services.caller import Caller
from docctl.services.distribution.change import put_on, take_off
from docctl.services.distribution.issue import ask_to_read, distribute
from docctl.services.documents.load import Loaded
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import Giving, Handed, Papers, changed
from docctl.services.trail import Subject, record


def hand_copies(
    session: Session, giving: Giving, items: Sequence[Handed], papers: Papers, by: Caller
) -> None:
    """Take a person off lists and call their copies back; who takes a line gets copies of their own (D-8)."""
    if not items:
        return
    ids = [one.id for one in items]
    found = select(DistributionEntry).where(DistributionEntry.id.in_(ids))
    entries = {one.id: one for one in session.scalars(found)}
    held: dict[UUID, list[ControlledCopy]] = {one: [] for one in ids}
    rows = select(ControlledCopy).where(
        ControlledCopy.entry_id.in_(ids), ControlledCopy.status.in_(sorted(OPEN))
    )
    for copy in lock(session, Rank.ITEMS, rows.order_by(ControlledCopy.id)):
        held[copy.entry_id].append(copy)
    taken: list[tuple[Loaded, Revision, DistributionEntry, list[ControlledCopy]]] = []
    wanted: list[tuple[Loaded, Revision, ListEntry]] = []
    for item in items:
        entry = entries.get(item.id)
        if entry is None or entry.person_id != giving.person.id or entry.removed_at is not None:
            raise changed()
        document, revision = papers.of(entry.revision_id)
        over_since = revision.over_since(document)
        require(may_change_list(revision.status, over_since=over_since, at=by.at))
        loaded, taker = papers.loaded(document.id), giving.taker(item.to)
        taken.append((loaded, revision, entry, held[entry.id]))
        if taker is not None:
            given = replace(entry.entry(), kind=HolderKind.PERSON, holder_id=taker.id)
            wanted.append((loaded, revision, given))
    take_off(session, by, taken, giving.reason)
    new: dict[UUID, tuple[Document, Revision, list[DistributionEntry]]] = {}
    for row in put_on(session, by, wanted, giving.reason):
        new.setdefault(row.revision_id, (*papers.of(row.revision_id), []))[2].append(row)
    distribute(session, by, list(new.values()))


def hand_readings(
    session: Session, giving: Giving, items: Sequence[Handed], papers: Papers, by: Caller
) -> None:
    """End what a person is asked to read; who takes it is asked instead, unless they were before (D-4)."""
    if not items:
        return
    rows = select(ReadTask).where(ReadTask.id.in_([one.id for one in items])).order_by(ReadTask.id)
    tasks = {one.id: one for one in lock(session, Rank.ITEMS, rows)}
    of = {one.revision_id for one in tasks.values()}
    asked = select(ReadTask.revision_id, ReadTask.person_id).where(ReadTask.revision_id.in_(of))
    there = {(revision, person) for revision, person in session.execute(asked)}
    new: dict[UUID, list[UUID]] = {}
    for item in items:
        task = tasks.get(item.id)
        if task is None or task.person_id != giving.person.id or task.acknowledged_at or task.ended_at:
            raise changed()
        document, revision = papers.of(task.revision_id)
        taker = giving.taker(item.to)
        task.ended_at, task.ended_by, task.ended_reason = by.at, by.person_id, giving.reason
        if taker is not None and (revision.id, taker.id) not in there:
            there.add((revision.id, taker.id))
            new.setdefault(revision.id, []).append(taker.id)
        record(
            session,
            by,
            "reading.handed_over" if taker else "reading.ended",
            Subject("document", document.id, str(revision.id)),
            facts={
                "number": document.number,
                "label": revision.label,
                "from": giving.person.name,
                **({"to": taker.name} if taker else {}),
            },
            detail={"reason": giving.reason},
        )
    ask_to_read(session, by, [(papers.revisions[one], people) for one, people in new.items()])
