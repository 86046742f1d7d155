"""Pages of drafts: changed, and the next revision started (V-1, V-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.change_requests import Asked
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.validity import Validity
from docctl.queries.document_choices import Choice, units
from docctl.queries.document_page import DocumentPage
from docctl.queries.next_label import NextLabel, next_label
from docctl.queries.request_page import Answers, answers_for
from docctl.services.files import Attached
from docctl.services.revisions.revise import EditRevision, ReviseDocument, edit_revision, revise_document
from docctl.web.context import actor, caller, house, requires
from docctl.web.forms import SEVERAL, UploadField, form
from docctl.web.particulars import PARTICULARS, SaidOfRevision, particulars_of, units_to_name
from docctl.web.registers import all_chosen, chosen
from docctl.web.revisions import document_at, done_at

bp = Blueprint("revision_drafts", __name__, url_prefix="/documents/revisions")


@dataclass(frozen=True, slots=True)
class EditPage:
    """The document whose draft is changed, the units that can have drafted it, the requests it answers."""

    document: DocumentPage
    units: Sequence[Choice]
    answers: Answers


def _edit_page(revision_id: UUID) -> EditPage:
    document = document_at(revision_id)
    of = document.document_id if document.revision.ordinal > 1 else None
    return EditPage(document, units_to_name(), _answers(document, of, revision_id))


def _answers(document: DocumentPage, document_id: UUID | None, revision_id: UUID | None = None) -> Answers:
    with house().uow.read() as session:
        return answers_for(
            session,
            actor(),
            document_id,
            at=house().clock(),
            revision_id=revision_id,
            type_code=document.type_code if document_id else "",
        )


@dataclass(frozen=True, slots=True)
class EditForm(SaidOfRevision):
    """A draft's registration data; a new file replaces the one before."""

    title: str
    change_what: str = ""
    change_reason: str = ""
    change_basis: str = ""
    file: UploadField = ()
    answers: tuple[str, ...] = ()
    answers_shown: bool = False
    row_version: int = 0
    request_id: str = ""


_WRITTEN = {
    **PARTICULARS,
    "V-8": "valid_to",
    "D-14.title_needed": "title",
    "D-14.title_too_long": "title",
    "V-2.change_reason_needed": "change_reason",
    "V-2.request_needed": "answers",
    "V-2.request_not_answer": "answers",
    "upload": "file",
    "V-13": "file",
    "V-13.annex_not_carried": "annexes",
}


@bp.route("/<uuid:revision_id>/edit", methods=["GET", "POST"])
@requires("revision.edit")
@form("revisions/edit.html", EditForm, page=_edit_page, beside=_WRITTEN, for_document=True)
def edit(typed: EditForm, revision_id: UUID) -> Response:
    """Change a draft (V-2)."""
    edit_revision(
        EditRevision(
            revision_id=revision_id,
            row_version=typed.row_version,
            title=typed.title,
            change_what=typed.change_what,
            change_reason=typed.change_reason,
            change_basis=typed.change_basis,
            validity=Validity(typed.valid_to, typed.is_trial),
            particulars=particulars_of(typed),
            request_ids=all_chosen(typed.answers) if typed.answers_shown else None,
            uploads=tuple(Attached(one) for one in typed.file[:1]),
        ),
        by=caller(typed.request_id),
        house=house(),
    )
    return done_at(revision_id, "edited")


@dataclass(frozen=True, slots=True)
class RevisePage:
    """The document that is revised, and what its next revision can be called (V-1)."""

    document: DocumentPage
    next: NextLabel
    units: Sequence[Choice]
    answers: Answers
    #: The requests that are ticked first, and the words that they give it.
    chosen: tuple[UUID, ...]
    start: Asked


def _revise_page(revision_id: UUID) -> RevisePage:
    document = _newest(document_at(revision_id))
    answers = _answers(document, document.document_id)
    asked_for = chosen(request.args.get("request"))
    ticked = tuple(one.request_id for one in answers.rows if asked_for in {None, one.request_id})
    with house().uow.read() as session:
        return RevisePage(
            document,
            next_label(session, document.document_id, house().clock(), house().today()),
            units(session),
            answers,
            ticked,
            answers.words(ticked),
        )


def _newest(document: DocumentPage) -> DocumentPage:
    """Return the document on its newest revision that was not discarded: the next begins with it (V-13)."""
    kept = (one for one in document.revisions if one.state != RevisionStatus.DISCARDED.value)
    newest = next(kept, None)
    if newest is None or not newest.can_open or newest.id == document.revision.id:
        return document
    return document_at(newest.id)


@dataclass(frozen=True, slots=True)
class ReviseForm(SaidOfRevision):
    """A new revision: what changes, why, on what basis, and its file."""

    change_what: str
    change_reason: str
    file: UploadField
    title: str = ""
    change_basis: str = ""
    reissue: bool = False
    annexes: tuple[str, ...] = ()
    annexes_shown: bool = False
    attached: UploadField = field(default=(), metadata=SEVERAL)
    source: UploadField = ()
    answers: tuple[str, ...] = ()
    request_id: str = ""


@bp.route("/<uuid:revision_id>/revise", methods=["GET", "POST"])
@requires("document.revise")
@form(
    "revisions/revise.html",
    ReviseForm,
    page=_revise_page,
    beside={**_WRITTEN, "V-13": "attached"},
    for_document=True,
)
def revise(typed: ReviseForm, revision_id: UUID) -> Response:
    """Start the next revision as a draft (V-1, V-2)."""
    started = revise_document(
        ReviseDocument(
            document_id=document_at(revision_id).document_id,
            change_what=typed.change_what,
            change_reason=typed.change_reason,
            change_basis=typed.change_basis,
            validity=Validity(typed.valid_to, typed.is_trial),
            particulars=particulars_of(typed),
            uploads=(
                *(Attached(one) for one in typed.file[:1]),
                *Attached.beside(typed.attached, typed.source),
            ),
            title=typed.title,
            reissue=typed.reissue,
            annexes=all_chosen(typed.annexes) if typed.annexes_shown else None,
            request_ids=all_chosen(typed.answers),
        ),
        by=caller(typed.request_id),
        house=house(),
    )
    return done_at(started, "started")
