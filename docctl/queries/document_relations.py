"""What belongs to a document: procedure, forms, records, and the same file elsewhere (D-6, R-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.records import Record
from docctl.models.retention import RetentionClassRow
from docctl.models.schedule import kept_by_class
from docctl.models.visibility import visible_sets
from docctl.queries.revision_states import in_force_at, readable_document, readable_revision


@dataclass(frozen=True, slots=True)
class Related:
    """A document beside this one; without `document_id` it is hidden and only its number shows (X-3)."""

    document_id: UUID | None
    number: str
    title: str
    label: str
    #: It stands in an annex of what is in force (N-12).
    in_annex: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The retention class, and where it comes from: own, procedure or catch_all (R-10)."""

    code: str
    name: str
    basis: str
    period: int
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Relations:
    """What stands beside a document."""

    parent: Related | None
    forms: tuple[Related, ...]
    records: int | None
    same_files: tuple[Related, ...]
    kept: Kept | None


def relations(
    session: Session,
    actor: Actor,
    document: Document,
    hashes: Sequence[str],
    *,
    is_form: bool,
    at: datetime,
) -> Relations:
    """Return what belongs to a document, as far as the person may see it (X-3)."""
    beside = _beside(session, actor, document, at)
    records = None
    if is_form:
        records = session.scalar(
            select(func.count())
            .select_from(Record)
            .where(Record.form_id == document.id, Record.access_set_id.in_(visible_sets(actor)))
        )
    return Relations(
        parent=next((one for child, one in beside if not child), None),
        forms=tuple(one for child, one in beside if child and one.document_id is not None),
        records=records,
        same_files=_same_files(session, actor, document, hashes, at) if hashes else (),
        kept=_kept(session, document, at),
    )


def _beside(session: Session, actor: Actor, document: Document, at: datetime) -> list[tuple[bool, Related]]:
    found = session.execute(
        select(
            Document.id,
            Document.number,
            Document.title,
            Document.parent_id,
            Revision.label,
            readable_document(actor, at).label("seen"),
        )
        .join(DocumentType, DocumentType.id == Document.type_id)
        .outerjoin(Revision, (Revision.document_id == Document.id) & in_force_at(at))
        .where(or_(Document.id == document.parent_id, Document.parent_id == document.id))
        .order_by(Document.number)
    )
    return [
        (
            one.parent_id == document.id,
            Related(
                one.id if one.seen else None,
                one.number,
                one.title if one.seen else "",
                (one.label or "") if one.seen else "",
            ),
        )
        for one in found
    ]


def _same_files(
    session: Session, actor: Actor, document: Document, hashes: Sequence[str], at: datetime
) -> tuple[Related, ...]:
    """Return other documents of which a revision has the same file."""
    found = session.execute(
        select(Document.id, Document.number, Revision.title, Revision.label)
        .join(Revision, Revision.document_id == Document.id)
        .join(ItemFile, ItemFile.owner_id == Revision.id)
        .where(
            ItemFile.sha256.in_(hashes),
            ItemFile.owner_kind == OwnerKind.REVISION,
            ItemFile.destroyed_at.is_(None),
            Document.id != document.id,
            readable_revision(actor, at),
        )
        .order_by(Document.number, Revision.ordinal.desc())
        .limit(5)
    )
    return tuple(Related(*one) for one in found)


def _kept(session: Session, document: Document, at: datetime) -> Kept | None:
    """Return the class that holds as it is in force: its own, its procedure's, or the catch-all (R-10)."""
    named, source = document.class_id, "own"
    if named is None and document.parent_id is not None:
        named = session.scalar(select(Document.class_id).where(Document.id == document.parent_id))
        source = "procedure"
    kept = select(RetentionClassRow).where(RetentionClassRow.id == kept_by_class(named, at))
    if (row := session.scalars(kept).first()) is None:
        return None
    period = row.data["period"]
    return Kept(
        row.code,
        row.name,
        row.basis,
        period["amount"],
        period["unit"],
        source if named is not None else "catch_all",
    )
