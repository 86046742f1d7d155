"""Files of a run that shall be revisions of documents that are there (I-4, N-9, V-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from docctl.domain.import_joining import Joins, Standing, joins
from docctl.domain.imports import Choice, FileState, InSeries, may_stand_in_force
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Refused
from docctl.models.documents import Document, Revision
from docctl.models.imports import ImportFile, ImportRun
from docctl.models.numbers import Alias, NumberEntry
from docctl.services.imports.propose import wanted
from docctl.services.revisions.revise import UNDER_WAY

_AT_ONCE: Final = 400


def placed(row: ImportFile, there: Sequence[Revision], *, today: date, zone: tzinfo) -> Joins | Refused:
    """Say which revision of a document a file becomes as it is chosen now (I-4)."""
    facts = wanted(row.chosen, row.facts, row.choice)
    file = InSeries(str(row.id), facts.label, facts.effective)
    return joins(file, standings(there, zone), in_force=bool(may_stand_in_force(facts, today=today)))


def standings(revisions: Iterable[Revision], zone: tzinfo) -> list[Standing]:
    """Return the revisions of a document as the rule sees them, in the order of its history."""

    def day(at: datetime | None) -> date | None:
        return at.astimezone(zone).date() if at else None

    return [
        Standing(
            one.label,
            day(one.effective_from),
            day(one.effective_from if one.effective_from == one.effective_until else one.effective_until),
            is_withdrawn=one.status is RevisionStatus.WITHDRAWN,
            is_under_way=one.status in UNDER_WAY,
        )
        for one in sorted(revisions, key=lambda one: one.ordinal)
        if one.status is not RevisionStatus.DISCARDED
    ]


def revisions_of(session: Session, documents: Iterable[UUID]) -> dict[UUID, list[Revision]]:
    """Return the revisions of documents, without what they hold."""
    found: dict[UUID, list[Revision]] = defaultdict(list)
    ids = sorted(set(documents))
    for start in range(0, len(ids), _AT_ONCE):
        query = select(Revision).where(Revision.document_id.in_(ids[start : start + _AT_ONCE]))
        for one in session.scalars(query.options(load_only(*_STANDING)).order_by(Revision.ordinal)):
            found[one.document_id].append(one)
    return found


_STANDING: Final = (
    Revision.document_id,
    Revision.ordinal,
    Revision.label,
    Revision.status,
    Revision.effective_from,
    Revision.effective_until,
)


def holders(session: Session, numbers: Iterable[str]) -> dict[str, UUID]:
    """Return the documents that have these numbers, now or as another name, by their normal form (N-9)."""
    forms = sorted({normal(one) for one in numbers if one})
    found: dict[str, UUID] = {}
    for start in range(0, len(forms), _AT_ONCE):
        some = forms[start : start + _AT_ONCE]
        entries = select(NumberEntry.normal, NumberEntry.item_id).where(
            NumberEntry.normal.in_(some), NumberEntry.item_kind == "document"
        )
        aliases = select(Alias.normal, Alias.item_id).where(
            Alias.normal.in_(some), Alias.item_kind == "document"
        )
        for query in (entries, aliases):
            for form, item_id in session.execute(query):
                if item_id is not None:
                    found.setdefault(form, item_id)
    return found


def documents_units(session: Session, documents: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the unit of each of these documents."""
    query = select(Document).where(Document.id.in_(sorted(set(documents))))
    return {one.id: one.unit_id for one in session.scalars(query.options(load_only(Document.unit_id)))}


def arrange(session: Session, run: ImportRun, *, today: date, zone: tzinfo) -> None:
    """Let the files that join documents go first, each where the one before has made its place.

    Earlier revisions go from the newest back, later ones from the oldest on: each lies beside what is there.
    """
    by_document = defaultdict(list)
    for row in _joining(session, run):
        by_document[UUID(row.chosen["document_id"])].append(row)
    there = revisions_of(session, by_document)
    ordered: list[ImportFile] = []
    for document_id, rows in by_document.items():
        known = {row.id: placed(row, there.get(document_id, ()), today=today, zone=zone) for row in rows}
        rows.sort(key=lambda row: str(row.chosen.get("effective", "")))
        earlier = [row for row in rows if known[row.id] is Joins.EARLIER]
        ordered += [*reversed(earlier), *(row for row in rows if row not in earlier)]
    for place, row in enumerate(ordered, start=-len(ordered)):
        row.place = place


def _joining(session: Session, run: ImportRun) -> list[ImportFile]:
    query = (
        select(ImportFile)
        .where(
            ImportFile.run_id == run.id,
            ImportFile.state == FileState.READ,
            ImportFile.choice != Choice.LEAVE_OUT,
        )
        .order_by(ImportFile.ordinal)
        .options(load_only(ImportFile.chosen, ImportFile.choice, ImportFile.place, ImportFile.state))
        .execution_options(yield_per=500)
    )
    return [row for row in session.scalars(query) if row.chosen.get("document_id")]


def by_number(session: Session, rows: Iterable[ImportFile]) -> Mapping[UUID, UUID]:
    """Return the document that has a file's number, by file; files without one are left out (N-6)."""
    known = list(rows)
    found = holders(session, (str(row.chosen.get("number", "")) for row in known))
    return {
        row.id: document_id
        for row in known
        if (document_id := found.get(normal(str(row.chosen.get("number", ""))))) is not None
    }
