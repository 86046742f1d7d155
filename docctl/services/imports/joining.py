"""Files of a run that shall be revisions of documents that are there (I-4, N-9, V-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from docctl.domain.import_joining import Joins, Standing, joins
from docctl.domain.imports import Choice, FileState, InSeries, may_stand_in_force
from docctl.domain.lifecycle import UNDER_WAY, RevisionStatus
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Refused
from docctl.models.documents import Document, Revision
from docctl.models.imports import ImportFile, ImportRun
from docctl.queries.number_holders import documents_of
from docctl.services.imports.contents import Content, Contents
from docctl.services.imports.entities import Entities
from docctl.services.imports.grouping import JOINS, in_pieces
from docctl.services.imports.histories import group_all
from docctl.services.imports.propose import wanted


@dataclass(frozen=True, slots=True)
class AsChosen:
    """A file as it is chosen now; opened, so that nobody asks for the key again."""

    id: UUID
    chosen: Mapping[str, Any]
    facts: Mapping[str, Any]
    choice: Choice

    @classmethod
    def of(cls, row: ImportFile, read: Content) -> AsChosen:
        """Return a row with what was read of it: facts and chosen."""
        return cls(row.id, read.chosen, read.facts, row.choice)

    @property
    def number(self) -> str:
        """The number that it goes in with, empty for none."""
        return str(self.chosen.get("number", ""))

    @property
    def document_id(self) -> UUID | None:
        """The document chosen for it."""
        chosen = self.chosen.get("document_id")
        return UUID(chosen) if chosen else None

    def joining(self, document_id: UUID) -> AsChosen:
        """Return it as if that document were chosen for it."""
        return replace(self, chosen={**self.chosen, "document_id": str(document_id)})


def placed(file: AsChosen, there: Sequence[Revision], *, today: date, zone: tzinfo) -> Joins | Refused:
    """Say which revision of a document a file becomes as it is chosen now (I-4)."""
    facts = wanted(file.chosen, file.facts, file.choice)
    place = InSeries(str(file.id), facts.label, facts.effective)
    return joins(place, standings(there, zone), in_force=bool(may_stand_in_force(facts, today=today)))


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
    for some in in_pieces(sorted(set(documents))):
        query = select(Revision).where(Revision.document_id.in_(some))
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


def documents_units(session: Session, documents: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the unit of each of these documents."""
    found: dict[UUID, UUID] = {}
    for some in in_pieces(sorted(set(documents))):
        query = select(Document.id, Document.unit_id).where(Document.id.in_(some))
        found.update((document_id, unit_id) for document_id, unit_id in session.execute(query))
    return found


def arrange(session: Session, run: ImportRun, *, today: date, zone: tzinfo) -> None:
    """Let the files that join documents go first, each where the one before has made its place.

    Earlier revisions go from the newest back, later ones from the oldest on: each lies beside what is there.
    """
    by_document: dict[UUID, list[AsChosen]] = defaultdict(list)
    rows: dict[UUID, ImportFile] = {}
    for document_id, row, file in _joining(session, run):
        rows[row.id] = row
        by_document[document_id].append(file)
    there = revisions_of(session, by_document)
    ordered: list[AsChosen] = []
    for document_id, files in by_document.items():
        known = {one.id: placed(one, there.get(document_id, ()), today=today, zone=zone) for one in files}
        files.sort(key=lambda one: str(one.chosen.get("effective", "")))
        earlier = [one for one in files if known[one.id] is Joins.EARLIER]
        ordered += [*reversed(earlier), *(one for one in files if one not in earlier)]
    for place, one in enumerate(ordered, start=-len(ordered)):
        rows[one.id].place = place


def _joining(session: Session, run: ImportRun) -> Iterator[tuple[UUID, ImportFile, AsChosen]]:
    """Yield the document chosen for a file, its row, and what was read of it; the others are not opened.

    Raises RuleRefused where nobody can read them any more.
    """
    contents = Contents(session, run.id)
    group_all(session, run.id, contents)
    read = select(ImportFile).where(ImportFile.run_id == run.id, ImportFile.state == FileState.READ)
    if (
        one := session.scalars(read.options(load_only(ImportFile.sealed_chosen)).limit(1)).first()
    ) is not None:
        contents.read(one, "chosen")
    query = (
        read.where(ImportFile.group_key == JOINS, ImportFile.choice != Choice.LEAVE_OUT)
        .order_by(ImportFile.ordinal)
        .options(load_only(*_ARRANGED))
        .execution_options(yield_per=500)
    )
    with session.execute(query) as found:
        for row in found.scalars():
            file = AsChosen.of(row, contents.read(row, "chosen", "facts"))
            assert file.document_id is not None
            yield file.document_id, row, file


_ARRANGED: Final = (
    ImportFile.sealed_chosen,
    ImportFile.sealed_facts,
    ImportFile.choice,
    ImportFile.place,
    ImportFile.state,
)


def by_number(session: Session, files: Sequence[AsChosen], entities: Entities) -> Mapping[UUID, UUID]:
    """Return the document of its entity that has a file's number, by file; others are left out (N-6, N-9)."""
    places = {one.id: (entities.of(one.chosen), normal(one.number)) for one in files if one.number}
    found = documents_of(session, places.values())
    return {file_id: found[place] for file_id, place in places.items() if place in found}
