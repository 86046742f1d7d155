"""Pages of documents: the register, a new one, the page of one, its history (D-7, N-1, V-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, make_response, request

from docctl.domain.outside import Outside
from docctl.domain.particulars import ManagementSystem
from docctl.domain.validity import Validity
from docctl.queries.annex_forms import Above, above_at
from docctl.queries.document_choices import document_types, procedures, retention_classes, units
from docctl.queries.document_lists import listed
from docctl.queries.documents import RegisterFilter, document_register
from docctl.queries.history import revision_history
from docctl.queries.number_found import find_number
from docctl.queries.numbers import NumberRow, holder_for_unit
from docctl.queries.request_page import Answerable, Answers, answers_for
from docctl.services.documents.create import CreateDocument, create_document
from docctl.services.files import Attached
from docctl.web.context import actor, caller, flash_done, house, lang, render, requires, see_other
from docctl.web.document_pages import page_of
from docctl.web.forms import SEVERAL, UploadField, form
from docctl.web.number_tester import VALUES
from docctl.web.particulars import PARTICULARS, SaidOfRevision, particulars_of
from docctl.web.registers import all_chosen, chosen, flag, itself, number, past_day, sorted_by

bp = Blueprint("documents", __name__, url_prefix="/documents")


@bp.get("")
@requires("document.list")
def register() -> str:
    """Show the register of documents, now or as of a past day (D-7, X-3)."""
    wanted = wanted_documents(request.args)
    with house().uow.read() as session:
        found = document_register(session, actor(), wanted, at=house().clock(), zone=house().zone)
        types, places = document_types(session), units(session)
    return render(
        "documents/register.html",
        found=found,
        wanted=wanted,
        types=types,
        units=places,
        systems=tuple(ManagementSystem),
        today=house().today(),
        own_unit=actor().unit_id,
        english=lang() == "en",
        here=_address(wanted),
        sort=sorted_by(request.args, ("number", "title", "unit", "effective", "label")),
        listed=listed(wanted),
        is_filtered=bool(
            wanted.text
            or wanted.type_id
            or wanted.unit_id
            or wanted.applies_to
            or wanted.state
            or wanted.origin
            or wanted.system
            or wanted.drafting_id
            or wanted.forms
        ),
    )


def wanted_documents(given: Mapping[str, str]) -> RegisterFilter:
    """Return what an address asks the register for."""
    return RegisterFilter(
        text=given.get("text", "")[:200],
        type_id=chosen(given.get("type")),
        unit_id=chosen(given.get("unit")),
        applies_to=chosen(given.get("applies")),
        state=given.get("state", ""),
        origin=given.get("origin", ""),
        system=given.get("system", ""),
        drafting_id=chosen(given.get("drafting")),
        forms=given.get("list") == "forms",
        with_obsolete=flag(given.get("obsolete")),
        as_of=past_day(given.get("as_of"), house().today()),
        sort=given.get("sort", "number"),
        descending=given.get("order") == "desc",
        page=number(given.get("page")),
    )


def _address(wanted: RegisterFilter) -> Any:
    """Return how the page writes the address of itself with something changed."""
    kept: dict[str, Any] = {
        "text": wanted.text,
        "type": wanted.type_id,
        "unit": wanted.unit_id,
        "applies": wanted.applies_to,
        "state": wanted.state,
        "origin": wanted.origin,
        "system": wanted.system,
        "drafting": wanted.drafting_id,
        "list": "forms" if wanted.forms else "",
        "obsolete": "1" if wanted.with_obsolete else "",
        "as_of": wanted.as_of,
        "sort": wanted.sort if wanted.sort != "number" else "",
        "order": "desc" if wanted.descending else "",
    }
    return itself("/documents", kept)


@dataclass(frozen=True, slots=True)
class NewDocument(SaidOfRevision):
    """A new document as typed; without a number it takes the next one of its type."""

    type_id: UUID
    title: str
    unit_id: UUID
    file: UploadField
    origin: str = "own"
    issuer: str = ""
    issuer_number: str = ""
    number: str = ""
    number_values: str = ""
    label: str = ""
    parent_id: UUID | None = None
    annex_of: UUID | None = None
    attached: UploadField = field(default=(), metadata=SEVERAL)
    source: UploadField = ()
    class_id: UUID | None = None
    change_reason: str = ""
    change_basis: str = ""
    answers: tuple[str, ...] = ()
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class NewPage:
    """What the form of a new document offers."""

    types: Any
    units: Any
    procedures: Any
    classes: Any
    own_unit: UUID | None
    english: bool
    #: Who has the number that was typed, in a form that comes back (N-6).
    clash: NumberRow | None
    #: Accepted requests for a new document, and the one from whose page it is begun (V-2).
    answers: Answers
    begun: Answerable | None
    #: The document and draft in whose annex a form is to stand (N-12).
    above: Above | None = None


def _new_page() -> NewPage:
    typed = request.form.get("number", "")[:200].strip()
    unit_id = chosen(request.form.get("unit_id")) or actor().unit_id
    now = house()
    with now.uow.read() as session:
        answers = answers_for(session, actor(), None, at=now.clock())
        asked = chosen(request.args.get("request"))
        return NewPage(
            document_types(session),
            units(session),
            procedures(session, actor(), at=now.clock()),
            retention_classes(session, now.clock()),
            actor().unit_id,
            lang() == "en",
            holder_for_unit(session, actor(), typed, unit_id, at=now.clock(), zone=now.zone),
            answers,
            next((one for one in answers.rows if one.request_id == asked), None),
            _above(session),
        )


def _above(session: Any) -> Above | None:
    """Return the draft in whose annex a form is to stand; raise NotFound for none that the person sees."""
    revision_id = chosen(request.form.get("annex_of") or request.args.get("annex_of"))
    return above_at(session, actor(), revision_id, at=house().clock()) if revision_id else None


@bp.route("/new", methods=["GET", "POST"])
@requires("document.create")
@form(
    "documents/new.html",
    NewDocument,
    page=_new_page,
    for_document=True,
    beside={
        "N-6": "number",
        "N-1": "number",
        **VALUES,
        "N-2": "parent_id",
        "N-12": "type_id",
        "N-12.other_entity": "unit_id",
        "D-14.title_needed": "title",
        "D-14.title_too_long": "title",
        "V-1": "label",
        "V-8": "valid_to",
        **PARTICULARS,
        "D-9": "issuer",
        "D-9.number_too_long": "issuer_number",
        "upload": "file",
        "V-13": "attached",
    },
)
def new(typed: NewDocument) -> Response:
    """Create a document with its first draft, our own or an external one (D-9, N-1, V-2)."""
    revision_id = create_document(
        CreateDocument(
            type_id=typed.type_id,
            title=typed.title,
            unit_id=typed.unit_id,
            uploads=(
                *(Attached(one) for one in typed.file[:1]),
                *Attached.beside(typed.attached, typed.source),
            ),
            number=typed.number,
            number_values=typed.number_values,
            label=typed.label,
            parent_id=typed.parent_id,
            annex_of=typed.annex_of,
            class_id=typed.class_id,
            change_reason=typed.change_reason,
            change_basis=typed.change_basis,
            validity=Validity(typed.valid_to, typed.is_trial),
            particulars=particulars_of(typed),
            request_ids=all_chosen(typed.answers),
            outside=Outside(typed.origin == "external", typed.issuer, typed.issuer_number),
        ),
        by=caller(typed.request_id),
        house=house(),
    )
    flash_done("documents.done.created")
    return see_other(f"/documents/revisions/{revision_id}")


@bp.get("/<uuid:document_id>")
@requires("document.view")
def page(document_id: UUID) -> Response:
    """Show a document with the revision that is in force, or the last one that the person may see."""
    return page_of(document_id=document_id)


@bp.get("/<uuid:document_id>/history")
@requires("revision.history")
def history(document_id: UUID) -> str:
    """Show the revision history (修订记录), complete from the first issue (V-2)."""
    with house().uow.read() as session:
        found = revision_history(session, actor(), document_id, at=house().clock(), zone=house().zone)
    return render("documents/history.html", page=found)


@bp.get("/find")
@requires("document.list")
def find() -> Response:
    """Lead from a written number to its item; several candidates are listed (N-9, N-10)."""
    text = request.args.get("number", "")[:200]
    with house().uow.read() as session:
        found = find_number(session, actor(), text, at=house().clock())
    if len(found) == 1:
        place = "documents" if found[0].item_kind == "document" else "records"
        return see_other(f"/{place}/{found[0].item_id}")
    return make_response(render("documents/find.html", text=text, found=found))
