"""What the search index holds of each item: no body is stored there, only tokens (S-1, S-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from docctl.domain.lifecycle import Computed, RevisionStatus
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Unit
from docctl.models.records import Record
from docctl.models.retention import RetentionClassRow
from docctl.queries.outlines import clause_facts, outlines_of
from docctl.queries.record_choices import choices_of
from docctl.queries.search_texts import FOUND, texts_of
from docctl.queries.shared_keys import keys_of
from search.api import Entry

BATCH = 200

#: What the index takes of a record: the whole row of each of 100,000 takes twice as long to read.
_READ: Final = (
    Record.id,
    Record.number,
    Record.title,
    Record.status,
    Record.place,
    Record.occurred_at,
    Record.filed_by,
    Record.is_late,
    Record.access_set_id,
    Record.form_id,
    Record.form_revision_id,
)


def revision_key(revision_id: UUID) -> str:
    """Return the index's id of a revision."""
    return f"revision:{revision_id}"


def record_key(record_id: UUID) -> str:
    """Return the index's id of a record."""
    return f"record:{record_id}"


def revision_entries(
    session: Session, document_ids: Sequence[UUID], zone: ZoneInfo, missing: set[UUID] | None = None
) -> Iterator[Entry]:
    """Yield the entries of all revisions of some documents; those without their keys come into `missing`."""
    rows = session.execute(
        select(Revision, Document, DocumentType.code, Unit.code)
        .join(Document, Document.id == Revision.document_id)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .join(Unit, Unit.id == Document.unit_id)
        .where(Revision.document_id.in_(document_ids), Revision.status != RevisionStatus.DISCARDED)
    ).all()
    owners = [*{row[1].id for row in rows}, *(row[0].id for row in rows)]
    texts = texts_of(session, owners, missing=missing)
    outlines = outlines_of(session, [row[0].id for row in rows])
    for revision, document, kind, unit in rows:
        start = revision.effective_from
        yield Entry(
            id=revision_key(revision.id),
            kind="document",
            number=document.number,
            title=revision.title,
            body="\n\n".join(filter(None, (texts.get(revision.id), texts.get(document.id)))),
            state=_indexed(revision),
            unit=unit,
            type=kind,
            day=(start or revision.created_at).astimezone(zone).date(),
            access=str(document.insider_set_id),
            published=str(document.access_set_id) if start else None,
            valid_from=start,
            valid_until=revision.effective_until,
            facts=tuple(clause_facts(outlines.get(revision.id, ()))),
            expires=revision.valid_until if start else None,
        )


def _indexed(revision: Revision) -> str:
    """Return the state that narrows a search: the stored one, or that it is suspended (V-6).

    The time in force stands beside it, so that a suspension ends with it in the index too.
    """
    is_open = any(one.resumed_at is None for one in revision.suspensions)
    is_suspended = is_open and revision.status is RevisionStatus.ISSUED  # what is withdrawn has ended with it
    return Computed.SUSPENDED.value if is_suspended else revision.status.value


def record_entries(
    session: Session, record_ids: Sequence[UUID], zone: ZoneInfo, missing: set[UUID] | None = None
) -> Iterator[Entry]:
    """Yield the entries of those records that are to be found; `missing` as for revisions."""
    rows = session.execute(
        select(Record, Unit.code, Document.number, RetentionClassRow.code)
        .join(Unit, Unit.id == Record.unit_id)
        .join(Document, Document.id == Record.form_id)
        .join(RetentionClassRow, RetentionClassRow.id == Record.class_id)
        .where(Record.id.in_(record_ids), Record.status.in_(FOUND))
        .options(load_only(*_READ, raiseload=True))
    ).all()
    there = [row[0].id for row in rows]
    texts, keys = texts_of(session, there, missing=missing), keys_of(session, there)
    chosen = choices_of(session, [(one.id, one.form_id, one.form_revision_id) for one, *_ in rows])
    for record, unit, form, retention in rows:
        yield Entry(
            id=record_key(record.id),
            kind="record",
            number=record.number,
            title=record.title,
            body=texts.get(record.id, ""),
            state=record.status.value,
            unit=unit,
            type=form,
            day=record.occurred_at.astimezone(zone).date(),
            access=str(record.access_set_id),
            retention=retention,
            facts=(*_facts(record), *keys.get(record.id, ())),
            choices=chosen.get(record.id, ()),
        )


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what a record may be asked for beside its texts; people by id: names change."""
    if record.filed_by is not None:
        yield "filer", str(record.filed_by)
    yield "late", "yes" if record.is_late else "no"
    if record.place:
        yield "place", record.place


def all_entries(session: Session, zone: ZoneInfo, missing: set[UUID] | None = None) -> Iterator[Entry]:
    """Yield every entry; those whose keys are not there come into `missing` before they are yielded (S-4)."""
    for part in all_parts(session):
        yield from part(session, zone, missing)


#: Yields the entries of some items, as they are when it is asked.
Part = Callable[[Session, ZoneInfo, set[UUID] | None], Iterator[Entry]]


def all_parts(session: Session) -> list[Part]:
    """Return what gives every entry, some hundred items at a time, for a rebuild (S-4)."""
    documents = session.scalars(select(Document.id)).all()
    records = session.scalars(select(Record.id).where(Record.status.in_(FOUND))).all()
    return [
        *(partial(_entries, revision_entries, ids) for ids in _batches(documents)),
        *(partial(_entries, record_entries, ids) for ids in _batches(records)),
    ]


def _entries(
    kind: Callable[[Session, Sequence[UUID], ZoneInfo, set[UUID] | None], Iterator[Entry]],
    ids: Sequence[UUID],
    session: Session,
    zone: ZoneInfo,
    missing: set[UUID] | None,
) -> Iterator[Entry]:
    return kind(session, ids, zone, missing)


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
