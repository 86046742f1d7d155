"""The page on which a draft says which forms stand in its annexes (N-12, V-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.annex_forms import FormChoice, choices_of
from docctl.queries.document_page import DocumentPage
from docctl.services.revisions.annex_forms import NameAnnexForms, name_annex_forms
from docctl.web.context import actor, caller, house, requires
from docctl.web.forms import form
from docctl.web.registers import all_chosen
from docctl.web.revisions import document_at, done_at

bp = Blueprint("annex_forms", __name__, url_prefix="/documents/revisions")


@dataclass(frozen=True, slots=True)
class AnnexFormsPage:
    """The draft, and the forms under its document."""

    document: DocumentPage
    choices: Sequence[FormChoice]


@dataclass(frozen=True, slots=True)
class AnnexFormsForm:
    """The forms that were ticked."""

    forms: tuple[str, ...] = ()
    row_version: int = 0
    request_id: str = ""


def _page(revision_id: UUID) -> AnnexFormsPage:
    document = document_at(revision_id)
    if document.revision.state != RevisionStatus.DRAFT.value:
        raise RuleRefused(Refused("V-2", "not_a_draft", {"state": document.revision.state}))
    with house().uow.read() as session:
        choices = choices_of(session, actor(), revision_id, at=house().clock())
    return AnnexFormsPage(document, choices)


@bp.route("/<uuid:revision_id>/annex-forms", methods=["GET", "POST"])
@requires("revision.edit")
@form("revisions/annex_forms.html", AnnexFormsForm, page=_page, beside={"N-12": "forms"})
def forms(typed: AnnexFormsForm, revision_id: UUID) -> Response:
    """Say which forms of its own a draft names in its annexes (N-12)."""
    cmd = NameAnnexForms(revision_id, typed.row_version, all_chosen(typed.forms))
    name_annex_forms(cmd, by=caller(typed.request_id), house=house())
    return done_at(revision_id, "annex_forms")
