"""Pages of the other names of a document: listed, one given, one ended (N-9)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.other_names import GIVEN
from docctl.domain.verdicts import NotFound
from docctl.queries.document_page import DocumentPage, document_page
from docctl.queries.other_names import OtherName
from docctl.services.documents.names import AddName, EndName, add_name, end_name
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.forms import form

bp = Blueprint("other_names", __name__, url_prefix="/documents")


@dataclass(frozen=True, slots=True)
class NamesPage:
    """A document, the kinds of names to choose from, and the name that is about to end."""

    document: DocumentPage
    kinds: tuple[str, ...]
    ending: OtherName | None = None


def _page(document_id: UUID, alias_id: UUID | None = None) -> NamesPage:
    with house().uow.read() as session:
        found = document_page(
            session, actor(), at=house().clock(), zone=house().zone, document_id=document_id
        )
    ending = next((one for one in found.other_names if one.id == alias_id), None)
    if alias_id is not None and ending is None:
        raise NotFound("alias")
    return NamesPage(found, tuple(GIVEN), ending)


@dataclass(frozen=True, slots=True)
class NameForm:
    """Another name, and why it is one."""

    text: str
    kind: str
    request_id: str = ""


@bp.route("/<uuid:document_id>/names", methods=["GET", "POST"])
@requires("document.name")
@form("documents/names.html", NameForm, page=_page, beside={"N-9.kind_unknown": "kind", "N-9": "text"})
def names(typed: NameForm, document_id: UUID) -> Response:
    """Show the other names of a document, and give it one (N-9)."""
    add_name(AddName(document_id, typed.text, typed.kind), by=caller(typed.request_id), house=house())
    flash_done("documents.names.added", name=" ".join(typed.text.split()))
    return see_other(f"/documents/{document_id}/names")


@dataclass(frozen=True, slots=True)
class EndForm:
    """Why a name no longer finds the document."""

    reason: str
    request_id: str = ""


@bp.route("/<uuid:document_id>/names/<uuid:alias_id>/end", methods=["GET", "POST"])
@requires("document.name")
@form("documents/name_end.html", EndForm, page=_page, beside={"N-9.reason_needed": "reason"})
def end(typed: EndForm, document_id: UUID, alias_id: UUID) -> Response:
    """Let a name find the document no more (N-9)."""
    end_name(EndName(document_id, alias_id, typed.reason), by=caller(typed.request_id), house=house())
    flash_done("documents.names.ended")
    return see_other(f"/documents/{document_id}/names")
