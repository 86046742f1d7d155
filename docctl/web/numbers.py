"""Pages of the number register: all numbers, reserving one, voiding one (N-1, N-3, X-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.permissions import Facts, allows
from docctl.domain.reservations import Reserved
from docctl.queries.by_name import person_written
from docctl.queries.document_choices import Choice, document_types, units
from docctl.queries.document_page import DocumentPage, document_page
from docctl.queries.number_gaps import number_gaps
from docctl.queries.number_reservations import number_reservations
from docctl.queries.numbers import NumberFilter, number_register
from docctl.services.imports.provisional import GiveNumber, give_number
from docctl.services.numbers.explain import ExplainNumbers, explain_numbers
from docctl.services.numbers.reserve import ReserveNumber, reserve_numbers
from docctl.services.numbers.void import VoidNumber, void_numbers
from docctl.web.context import actor, caller, flash_done, house, lang, render, requires, see_other
from docctl.web.forms import form
from docctl.web.number_tester import VALUES
from docctl.web.registers import itself, number

bp = Blueprint("numbers", __name__, url_prefix="/documents/numbers")


@bp.get("")
@requires("number.list")
def register() -> str:
    """Show every number ever given (N-1, X-3)."""
    given = request.args
    wanted = NumberFilter(
        given.get("text", "")[:200], given.get("kind", ""), given.get("state", ""), number(given.get("page"))
    )
    with house().uow.read() as session:
        found = number_register(session, actor(), wanted, at=house().clock(), zone=house().zone)
    kept = {"text": wanted.text, "kind": wanted.kind, "state": wanted.state}
    here = itself("/documents/numbers", kept)
    return render("numbers/register.html", found=found, wanted=wanted, here=here)


@bp.get("/gaps")
@requires("number.list")
def gaps() -> str:
    """Show the numbers that series passed over (N-5)."""
    kind = request.args.get("kind", "")
    kind = kind if kind in {"document", "record"} else ""
    with house().uow.read() as session:
        found = number_gaps(session, at=house().clock(), kind=kind, page=number(request.args.get("page")))
    explains = {one for one in found.rows if allows(actor(), "number.explain", Facts(unit_id=one.unit_id))}
    return render("numbers/gaps.html", found=found, kind=kind, explains=explains)


@dataclass(frozen=True, slots=True)
class ExplainPage:
    """The numbers that a link says are missing."""

    number: str
    last: str


@dataclass(frozen=True, slots=True)
class ExplainForm:
    """Missing numbers, the last one empty for one alone, and what explains them."""

    number: str
    reason: str
    last: str = ""
    request_id: str = ""


def _explain_page() -> ExplainPage:
    return ExplainPage(request.args.get("number", "")[:200], request.args.get("last", "")[:200])


@bp.route("/explain", methods=["GET", "POST"])
@requires("number.explain")
@form(
    "numbers/explain.html",
    ExplainForm,
    page=_explain_page,
    beside={"N-3.reason_needed": "reason", "N-5.not_missing": "number", "N-5": "last"},
)
def explain(typed: ExplainForm) -> Response:
    """Explain numbers that a series passed over; they are never given (N-1, N-5)."""
    shown = explain_numbers(
        ExplainNumbers(typed.number, typed.reason, typed.last), by=caller(typed.request_id), house=house()
    )
    flash_done("numbers.done.explained", count=len(shown), number=shown[0])
    return see_other("/documents/numbers/gaps")


@dataclass(frozen=True, slots=True)
class ReservePage:
    """What the form to reserve a number offers."""

    types: tuple[Choice, ...]
    units: tuple[Choice, ...]
    today: date
    english: bool


def _reserve_page() -> ReservePage:
    with house().uow.read() as session:
        return ReservePage(document_types(session), units(session), house().today(), lang() == "en")


@dataclass(frozen=True, slots=True)
class ReserveForm:
    """Numbers for documents to come; empty, they are for anybody and do not end."""

    type_id: UUID
    reason: str
    unit_id: UUID | None = None
    number_values: str = ""
    count: int = 1
    for_unit_id: UUID | None = None
    for_person: str = ""
    until: date | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class GiveForm:
    """The real number of a document; empty takes the next one."""

    number: str = ""
    number_values: str = ""
    request_id: str = ""


def _give_page(revision_id: UUID) -> DocumentPage:
    with house().uow.read() as session:
        return document_page(session, actor(), at=house().clock(), zone=house().zone, revision_id=revision_id)


@bp.route("/give/<uuid:revision_id>", methods=["GET", "POST"])
@requires("number.give")
@form("numbers/give.html", GiveForm, page=_give_page, beside={"N-1": "number", "N-6": "number", **VALUES})
def give(typed: GiveForm, revision_id: UUID) -> Response:
    """Give a document its real number (N-11)."""
    document_id = _give_page(revision_id).document_id
    shown = give_number(
        GiveNumber(document_id, typed.number, typed.number_values), by=caller(typed.request_id), house=house()
    )
    flash_done("numbers.done.given", number=shown)
    return see_other(f"/documents/revisions/{revision_id}")


@bp.route("/reserve", methods=["GET", "POST"])
@requires("number.reserve")
@form(
    "numbers/reserve.html",
    ReserveForm,
    page=_reserve_page,
    beside={
        "N-3.reason_needed": "reason",
        "N-3.until_past": "until",
        "N-3.until_too_far": "until",
        "N-3": "count",
        **VALUES,
        "N-2": "type_id",
    },
)
def reserve(typed: ReserveForm) -> Response:
    """Reserve the next number, or several (N-3)."""
    with house().uow.read() as session:
        person_id = person_written(session, typed.for_person) if typed.for_person.strip() else None
    kept = Reserved(typed.for_unit_id, person_id, typed.until)
    shown = reserve_numbers(
        ReserveNumber(typed.type_id, typed.reason, typed.unit_id, typed.number_values, typed.count, kept),
        by=caller(typed.request_id),
        house=house(),
    )
    flash_done("numbers.done.reserved", count=len(shown), number=shown[0], last=shown[-1])
    return see_other("/documents/numbers/reservations")


@bp.get("/reservations")
@requires("number.list")
def reservations() -> str:
    """Show what was reserved ahead, with what became of it (N-3)."""
    with house().uow.read() as session:
        found = number_reservations(session, zone=house().zone, page=number(request.args.get("page")))
    return render("numbers/reservations.html", found=found)


@dataclass(frozen=True, slots=True)
class VoidForm:
    """Reserved numbers that are not needed any more; `last` empty for one alone."""

    number: str
    reason: str
    last: str = ""
    request_id: str = ""


@bp.route("/void", methods=["GET", "POST"])
@requires("number.void")
@form(
    "numbers/void.html",
    VoidForm,
    page=_explain_page,
    beside={"N-3.reason_needed": "reason", "N-3.not_reserved": "number", "N-3": "last", "N-5": "last"},
)
def void(typed: VoidForm) -> Response:
    """Void reserved numbers, or explain missing ones; none is given again (N-1, N-3, N-5)."""
    shown = void_numbers(
        VoidNumber(typed.number, typed.reason, typed.last), by=caller(typed.request_id), house=house()
    )
    flash_done("numbers.done.voided", count=len(shown), number=shown[0])
    return see_other("/documents/numbers")
