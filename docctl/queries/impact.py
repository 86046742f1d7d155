"""What a change of a document touches: who cites it, its forms, copies, readers, records (D-6, D-2, D-4).

Asked before a revision is issued or withdrawn, or the document gets another number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.permissions import Actor
from docctl.models.distribution import ControlledCopy
from docctl.models.documents import Document, Revision
from docctl.models.records import Record
from docctl.models.visibility import visible_sets
from docctl.queries.annex_forms import in_annex_now
from docctl.queries.citations import CitedBy, cited_by, citing_count
from docctl.queries.copy_states import out
from docctl.queries.distribution import ReaderLine, readers_of
from docctl.queries.document_opened import Headed, opened_at
from docctl.queries.document_relations import Related
from docctl.queries.revision_states import in_force_at, readable_document

#: So many lines of one kind are listed; all are counted.
MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class CopyOut:
    """A controlled copy that is out: its distribution number (分发号), who has it, of which revision."""

    number: str
    holder: str
    medium: str
    label: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What hangs on a document now, as far as the person may see it; copies and readers from inside (X-3).

    `readers` are those asked to read the revision in force; `records` counts those under this form, or under
    the forms of this procedure. The totals are exact, the lists end after `MOST`.
    """

    document_id: UUID
    revision_id: UUID
    number: str
    title: str
    label: str
    cited_by: tuple[CitedBy, ...]
    citing: int
    forms: tuple[Related, ...]
    is_insider: bool
    copies: tuple[CopyOut, ...]
    copies_out: int
    readers: tuple[ReaderLine, ...]
    records: int

    @property
    def unread(self) -> int:
        """How many have not confirmed yet that they have read what is in force."""
        return sum(one.acknowledged_at is None for one in self.readers)

    @property
    def is_empty(self) -> bool:
        """Whether nothing hangs on it."""
        return not (self.citing or self.forms or self.copies_out or self.readers or self.records)


def impact(
    session: Session, actor: Actor, document_id: UUID, *, at: datetime, zone: tzinfo, most: int = MOST
) -> Impact:
    """Return what a change of a document touches; raise NotFound where the person may not see it (X-3)."""
    head, revisions, shown = opened_at(session, actor, document_id, at=at)
    current = next((one for one in revisions if one.id in _in_force(session, document_id, at)), None)
    copies, total = _copies(session, head, at, most) if head.insider else ((), 0)
    return Impact(
        document_id=document_id,
        revision_id=shown.id,
        number=head.document.number,
        title=shown.title,
        label=shown.label,
        cited_by=cited_by(session, actor, head.document, at=at, limit=most),
        citing=citing_count(session, actor, document_id, at=at),
        forms=tuple(_forms(session, actor, document_id, at)),
        is_insider=head.insider,
        copies=copies,
        copies_out=total,
        readers=_asked(session, current.id, at, zone) if head.insider and current else (),
        records=_records(session, actor, document_id),
    )


def _asked(session: Session, revision_id: UUID, at: datetime, zone: tzinfo) -> tuple[ReaderLine, ...]:
    """Return who has read the revision or is still asked to; of whom that ended is left out (D-4)."""
    found = readers_of(session, revision_id, at, zone)
    return tuple(one for one in found if one.acknowledged_at is not None or one.ended_on is None)


def _in_force(session: Session, document_id: UUID, at: datetime) -> set[UUID]:
    query = select(Revision.id).where(Revision.document_id == document_id, in_force_at(at))
    return set(session.scalars(query))


def _copies(session: Session, head: Headed, at: datetime, most: int) -> tuple[tuple[CopyOut, ...], int]:
    conditions = (ControlledCopy.document_id == head.document.id, ControlledCopy.issued_at <= at, out(at))
    rows = session.execute(
        select(ControlledCopy.number, ControlledCopy.holder, ControlledCopy.medium, Revision.label)
        .join(Revision, Revision.id == ControlledCopy.revision_id)
        .where(*conditions)
        .order_by(ControlledCopy.sequence)
        .limit(most)
    )
    found = tuple(CopyOut(number, holder, medium.value, label) for number, holder, medium, label in rows)
    total = session.scalar(select(func.count()).select_from(ControlledCopy).where(*conditions))
    return found, total or 0


def _forms(session: Session, actor: Actor, document_id: UUID, at: datetime) -> Iterator[Related]:
    current = aliased(Revision)
    rows = session.execute(
        select(
            Document.id,
            Document.number,
            Document.title,
            func.coalesce(current.label, ""),
            in_annex_now(document_id, at),
        )
        .outerjoin(current, (current.document_id == Document.id) & in_force_at(at, current))
        .where(Document.parent_id == document_id, readable_document(actor, at))
        .order_by(Document.number)
    )
    return (Related(*one[:4], in_annex=bool(one[4])) for one in rows)


def _records(session: Session, actor: Actor, document_id: UUID) -> int:
    forms = select(Document.id).where(or_(Document.id == document_id, Document.parent_id == document_id))
    query = (
        select(func.count())
        .select_from(Record)
        .where(Record.form_id.in_(forms), Record.access_set_id.in_(visible_sets(actor)))
    )
    return session.scalar(query) or 0
