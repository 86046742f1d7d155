"""Which forms a draft names in its annexes: controlled forms of their own, numbered under it (N-12, V-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.annex_forms import may_be_annex, may_name
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.documents import AnnexForm, Document, DocumentType, Revision
from docctl.queries.revision_states import readable_document
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class NameAnnexForms:
    """All forms that a draft shall name in its annexes, in their order; those unseen stay where they are."""

    revision_id: UUID
    row_version: int | None
    form_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Above:
    """The document and the draft in whose annex a form stands, locked."""

    document: Document
    draft: Revision
    kind: DocumentType


@use_case("revision.edit")
def name_annex_forms(session: Session, cmd: NameAnnexForms, by: Caller) -> UUID:
    """Say which forms of its own a draft names in its annexes; return the revision's id (N-12, V-2).

    Forms that the person may not see stay named, each at its place, and are not found by their id (X-3).
    """
    above = lock_above(session, cmd.revision_id, by, row_version=cmd.row_version)
    before = annex_forms(session, above.draft.id)
    wanted = tuple(dict.fromkeys(cmd.form_ids))
    found = {
        one.id: one
        for one in session.scalars(
            select(Document)
            .join(DocumentType, DocumentType.id == Document.type_id)
            .where(
                Document.id.in_([*wanted, *(one.id for one in before)]),
                Document.parent_id == above.document.id,
                DocumentType.is_form.is_(True),
                readable_document(by.actor, by.at),
            )
        )
    }
    if not set(wanted) <= set(found):
        raise NotFound("form")
    ids = list(wanted)
    for place, one in enumerate(before):
        if one.id not in found:
            found[one.id] = one
            ids.insert(place, one.id)
    if ids == [one.id for one in before]:
        return above.draft.id
    require(may_name(len(ids)))
    session.execute(delete(AnnexForm).where(AnnexForm.revision_id == above.draft.id))
    _add(session, above.draft, ids)
    note_annexes(session, by, above, before, [found[one] for one in ids])
    return above.draft.id


def lock_above(
    session: Session,
    revision_id: UUID,
    by: Caller,
    *,
    row_version: int | None = None,
    entity_id: UUID | None = None,
) -> Above:
    """Lock the draft in whose annex forms are to stand; raise where the person may not change it (N-12)."""
    loaded, draft = lock_revision(session, revision_id)
    authorise(by.actor, "revision.edit", facts_of(session, loaded.document, draft, by))
    unchanged(draft, row_version)
    if draft.status is not RevisionStatus.DRAFT:
        raise RuleRefused(Refused("V-2", "not_a_draft", {"state": draft.status.value}))
    kind = session.get_one(DocumentType, loaded.document.type_id)
    require(
        may_be_annex(
            is_form=True,
            under_form=kind.is_form,
            number=loaded.document.number,
            same_entity=entity_id in {None, loaded.document.entity_id},
        )
    )
    return Above(loaded.document, draft, kind)


def put_in_annex(session: Session, by: Caller, above: Above, form: Document, kind: DocumentType) -> None:
    """Let a draft name one more form in its annexes, behind the others (N-12)."""
    require(may_be_annex(is_form=kind.is_form, under_form=False, number=above.document.number))
    before = annex_forms(session, above.draft.id)
    require(may_name(len(before) + 1))
    _add(session, above.draft, [form.id], first=len(before) + 1)
    note_annexes(session, by, above, before, [*before, form])


def annex_forms(session: Session, revision_id: UUID) -> list[Document]:
    """Return the forms that a revision names in its annexes, in their order (N-12)."""
    return list(
        session.scalars(
            select(Document)
            .join(AnnexForm, AnnexForm.form_id == Document.id)
            .where(AnnexForm.revision_id == revision_id)
            .order_by(AnnexForm.ordinal)
        )
    )


def carry_annex_forms(session: Session, before: Revision, draft: Revision) -> None:
    """Let a new draft begin with the forms in the annexes of the revision before (N-12)."""
    _add(session, draft, [one.id for one in annex_forms(session, before.id)])


def _add(session: Session, draft: Revision, ids: Sequence[UUID], *, first: int = 1) -> None:
    session.flush()  # the draft, and the form, are there before what refers to them
    for place, one in enumerate(ids, start=first):
        session.add(AnnexForm(revision_id=draft.id, form_id=one, ordinal=place))
    session.flush()  # the guard asks for the draft state before anything else changes


def note_annexes(
    session: Session, by: Caller, above: Above, before: Sequence[Document], after: Sequence[Document]
) -> None:
    """Note that a draft names other forms than before; who did is one of its authors (T-1, A-2)."""
    draft = above.draft
    draft.worked_on(by.person_id)
    flag_modified(draft, "editors")  # what others have on their pages is old now
    let_in(session, above.document)
    record(
        session,
        by,
        "revision.annex_forms_changed",
        Subject("document", above.document.id, str(draft.id)),
        facts={"number": above.document.number, "label": draft.label, "count": len(after)},
        detail={"before": {"annex_forms": _told(before)}, "after": {"annex_forms": _told(after)}},
    )


def _told(forms: Sequence[Document]) -> str:
    return "; ".join(f"{one.number} {one.title}" for one in forms)
