"""What of a unit's going into others is about papers: documents it owns, lists that name it (O-2, D-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.copy_states import OPEN
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.merging import Goes
from docctl.domain.units import DAY
from docctl.models.base import new_id
from docctl.models.distribution import ControlledCopy, DistributionEntry
from docctl.models.documents import Document, DocumentOwner, Revision
from docctl.services.caller import Caller
from docctl.services.distribution.change import put_on, take_off
from docctl.services.distribution.draft import put_on_lists
from docctl.services.distribution.issue import distribute
from docctl.services.documents.load import Loaded
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import changed, lock_papers
from docctl.services.people.merging_words import Moving
from docctl.services.revisions.insiders import let_in_all
from docctl.services.trail import Subject, record


def move_documents(session: Session, by: Caller, moving: Moving, items: Sequence[Goes]) -> None:
    """Let other units own documents, with what is under way in them; who owned them until then is kept.

    What was signed keeps the unit that stood in it; steps wait for whom they waited for (V-2, O-2).
    """
    if not items:
        return
    ids = [one.id for one in items]
    rows = select(Document).where(Document.id.in_(ids)).order_by(Document.id)
    documents = {one.id: one for one in lock(session, Rank.PARENTS, rows)}
    for item in items:
        document, unit = documents[item.id], moving.to(item)
        if document.unit_id != moving.unit.id:
            raise changed()
        session.add(
            DocumentOwner(
                id=new_id(),
                document_id=document.id,
                unit_id=moving.unit.id,
                until_on=moving.from_on - DAY,
            )
        )
        document.unit_id = unit.id
        facts = {"number": document.number, "from": moving.unit.code, "to": unit.code, "on": moving.from_on}
        subject = Subject("document", document.id)
        record(session, by, "document.moved", subject, facts=facts, detail={"reason": moving.reason})
    let_in_all(session, [documents[one] for one in sorted(documents)])


def move_lines(session: Session, by: Caller, moving: Moving, items: Sequence[Goes]) -> None:
    """Name other units on lists: those get copies of their own, the old unit's are called back (D-2, D-8).

    A unit that is on the list already needs no second line.
    """
    if not items:
        return
    wanted = {one.id: one for one in items}
    rows = session.scalars(
        select(DistributionEntry)
        .where(DistributionEntry.id.in_(wanted))
        .order_by(DistributionEntry.revision_id, DistributionEntry.ordinal)
    ).all()
    papers = lock_papers(session, {one.revision_id for one in rows})
    held = _held(session, wanted)
    there = _listed(session, {one.revision_id for one in rows})
    taken: list[tuple[Loaded, Revision, DistributionEntry, list[ControlledCopy]]] = []
    given: list[tuple[Loaded, Revision, DistributionEntry, UUID]] = []
    drafts: list[tuple[Document, Revision, DistributionEntry, UUID]] = []
    for row in rows:
        document, revision = papers.of(row.revision_id)
        if row.removed_at is not None or row.unit_id != moving.unit.id:
            raise changed()
        to = wanted[row.id].to
        if revision.status is RevisionStatus.DRAFT:
            drafts.append((document, revision, row, to))
        elif revision.status is RevisionStatus.ISSUED:
            loaded = papers.loaded(document.id)
            taken.append((loaded, revision, row, held[row.id]))
            given.append((loaded, revision, row, to))
        else:
            raise changed()
    _drafts(session, by, moving, drafts, there)
    take_off(session, by, taken, moving.reason)
    added = []
    for loaded, revision, row, to in given:
        entry = replace(row.entry(), holder_id=to)
        if entry.key not in there[revision.id]:
            there[revision.id].add(entry.key)
            added.append((loaded, revision, entry))
    new: dict[UUID, tuple[Document, Revision, list[DistributionEntry]]] = {}
    for row in put_on(session, by, added, moving.reason):
        new.setdefault(row.revision_id, (*papers.of(row.revision_id), []))[2].append(row)
    distribute(session, by, list(new.values()))


def _drafts(
    session: Session,
    by: Caller,
    moving: Moving,
    drafts: Sequence[tuple[Document, Revision, DistributionEntry, UUID]],
    there: dict[UUID, set[tuple[str, UUID, str, str]]],
) -> None:
    """Change the lists of drafts first: what follows from lists of issued revisions finds them changed."""
    wanted = []
    for document, revision, row, to in drafts:
        entry = replace(row.entry(), holder_id=to)
        session.delete(row)
        flag_modified(revision, "editors")  # what others have on their pages is old now
        if entry.key not in there[revision.id]:
            there[revision.id].add(entry.key)
            wanted.append((revision, entry))
        record(
            session,
            by,
            "distribution.unlisted",
            Subject("document", document.id, str(revision.id)),
            facts={"number": document.number, "label": revision.label},
            detail={"holder": row.holder, "copies": row.copies, "reason": moving.reason},
        )
    session.flush()  # the guard asks for the draft state before anything else changes
    for row in put_on_lists(session, by, wanted):
        document, revision = next((d, r) for d, r, _, _ in drafts if r.id == row.revision_id)
        record(
            session,
            by,
            "distribution.listed",
            Subject("document", document.id, str(revision.id)),
            facts={"number": document.number, "label": revision.label},
            detail={"holder": row.holder, "copies": row.copies, "reason": moving.reason},
        )


def _held(session: Session, wanted: dict[UUID, Goes]) -> dict[UUID, list[ControlledCopy]]:
    held: dict[UUID, list[ControlledCopy]] = {one: [] for one in wanted}
    rows = select(ControlledCopy).where(
        ControlledCopy.entry_id.in_(wanted), ControlledCopy.status.in_(sorted(OPEN))
    )
    for copy in lock(session, Rank.ITEMS, rows.order_by(ControlledCopy.id)):
        held[copy.entry_id].append(copy)
    return held


def _listed(session: Session, revision_ids: set[UUID]) -> dict[UUID, set[tuple[str, UUID, str, str]]]:
    found: dict[UUID, set[tuple[str, UUID, str, str]]] = {one: set() for one in revision_ids}
    rows = select(DistributionEntry).where(
        DistributionEntry.revision_id.in_(revision_ids), DistributionEntry.removed_at.is_(None)
    )
    for one in session.scalars(rows):
        found[one.revision_id].add(one.entry().key)
    return found
