"""Forms in the annexes of revisions, seen from both sides, as far as the person may (N-12, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.permissions import Actor
from docctl.models.documents import AnnexForm, Document, DocumentType, Revision
from docctl.queries.document_opened import opened_at
from docctl.queries.revision_states import begun_by, in_force_at, readable_document, readable_revision

#: Made once: a statement of a new alias is compiled anew with each page.
_BEGUN, _DRAFT, _NOW = aliased(Revision), aliased(Revision), aliased(Revision)


@dataclass(frozen=True, slots=True)
class InAnnex:
    """A form in an annex; without `document_id` it is hidden and only its number shows (X-3)."""

    document_id: UUID | None
    number: str
    title: str
    #: Of what is in force, "" where nothing is; then whether something ever was.
    label: str
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class NamedBy:
    """A revision that names the form in its annexes."""

    document_id: UUID
    revision_id: UUID
    number: str
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class FormChoice:
    """A form under the document that a draft may name, and whether it does."""

    form_id: UUID
    number: str
    title: str
    is_named: bool


@dataclass(frozen=True, slots=True)
class Above:
    """The revision in whose annex a form is to stand, and the unit of its document."""

    revision_id: UUID
    number: str
    title: str
    label: str
    unit_id: UUID


def above_at(session: Session, actor: Actor, revision_id: UUID, *, at: datetime) -> Above:
    """Return a revision in whose annex a form is to stand; raise NotFound for one not seen (N-12, X-3)."""
    head, _, shown = opened_at(session, actor, None, revision_id, at=at)
    return Above(shown.id, head.document.number, shown.title, shown.label, head.document.unit_id)


def forms_in_annexes(
    session: Session, actor: Actor, revision_id: UUID, *, at: datetime
) -> tuple[InAnnex, ...]:
    """Return the forms that a revision names in its annexes, in their order (N-12).

    Of what they do not see, people from outside are told nothing, not even the number (O-7).
    """
    rows = session.execute(
        select(
            Document.id,
            Document.number,
            Document.title,
            Revision.label,
            readable_document(actor, at).label("seen"),
            exists().where(_BEGUN.document_id == Document.id, begun_by(at, _BEGUN)).label("begun"),
        )
        .join(AnnexForm, AnnexForm.form_id == Document.id)
        .outerjoin(Revision, (Revision.document_id == Document.id) & in_force_at(at))
        .where(AnnexForm.revision_id == revision_id)
        .order_by(AnnexForm.ordinal)
    )
    return tuple(
        InAnnex(one.id, one.number, one.title, one.label or "", is_over=one.begun and not one.label)
        if one.seen
        else InAnnex(None, one.number, "", "")
        for one in rows
        if one.seen or not actor.is_outside
    )


def titles_in_annexes(session: Session, revision_id: UUID) -> list[str]:
    """Return what the forms in the annexes of a revision are called, in their order; for no eyes (N-12)."""
    query = (
        select(Document.title)
        .join(AnnexForm, AnnexForm.form_id == Document.id)
        .where(AnnexForm.revision_id == revision_id)
        .order_by(AnnexForm.ordinal)
    )
    return list(session.scalars(query))


def named_by(session: Session, actor: Actor, form_id: UUID, *, at: datetime) -> tuple[NamedBy, ...]:
    """Return the revisions that name a form in their annexes, the newest first, as far as one reads them."""
    rows = session.execute(
        select(Document.id, Revision.id, Document.number, Revision.title, Revision.label)
        .join(Revision, Revision.document_id == Document.id)
        .join(AnnexForm, AnnexForm.revision_id == Revision.id)
        .where(AnnexForm.form_id == form_id, readable_revision(actor, at))
        .order_by(Document.number, Revision.ordinal.desc())
        .limit(20)
    )
    return tuple(NamedBy(*one) for one in rows)


def choices_of(session: Session, actor: Actor, revision_id: UUID, *, at: datetime) -> tuple[FormChoice, ...]:
    """Return the forms under the document of a draft, those it names first in their order (N-12)."""
    rows = session.execute(
        select(Document.id, Document.number, Document.title, AnnexForm.ordinal)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .join(_DRAFT, _DRAFT.document_id == Document.parent_id)
        .outerjoin(AnnexForm, (AnnexForm.form_id == Document.id) & (AnnexForm.revision_id == _DRAFT.id))
        .where(_DRAFT.id == revision_id, DocumentType.is_form.is_(True), readable_document(actor, at))
        .order_by(AnnexForm.ordinal.is_(None), AnnexForm.ordinal, Document.number)
    )
    return tuple(FormChoice(*one[:3], is_named=one.ordinal is not None) for one in rows)


def in_annex_now(document_id: UUID, at: datetime) -> ColumnElement[bool]:
    """Say in SQL whether a form stands in an annex of what is in force of a document (N-12)."""
    return exists().where(
        AnnexForm.form_id == Document.id,
        AnnexForm.revision_id == _NOW.id,
        _NOW.document_id == document_id,
        in_force_at(at, _NOW),
    )
