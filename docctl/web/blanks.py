"""Pages of one print of blanks: registered, issued, received, and how its numbers ended (D-10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.queries.blank_page import BlankPage, IssueLine, blank_page
from docctl.queries.blank_print_page import PrintPage, print_page
from docctl.queries.by_name import person_written
from docctl.queries.document_choices import Choice, units
from docctl.services.blanks.end import (
    EndBlanks,
    destroy_blanks,
    lose_blanks,
    return_blanks,
    use_blanks,
    void_blanks,
)
from docctl.services.blanks.issue import IssueBlanks, ReceiveBlanks, issue_blanks, receive_blanks
from docctl.services.blanks.register import RegisterBlanks, register_blanks
from docctl.services.registry import UseCase
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form
from docctl.web.registers import number

bp = Blueprint("blanks", __name__, url_prefix="/documents/blanks")


def _page(print_id: UUID) -> BlankPage:
    page = number(request.args.get("page"))
    with house().uow.read() as session:
        return blank_page(session, actor(), print_id, at=house().clock(), zone=house().zone, page=page)


@bp.get("/<uuid:print_id>")
@requires("blank.view")
def show(print_id: UUID) -> str:
    """Show a print: who has which numbers, and what became of each."""
    return render("blanks/page.html", page=_page(print_id))


@dataclass(frozen=True, slots=True)
class ActPage:
    """The print that a form is about, what is done with it, and the units it may go to."""

    blanks: BlankPage
    act: str
    today: date
    units: tuple[Choice, ...] = ()
    issue: IssueLine | None = None


def _done(print_id: UUID, key: str) -> Response:
    flash_done(f"blanks.done.{key}")
    return see_other(f"/documents/blanks/{print_id}")


@dataclass(frozen=True, slots=True)
class PrintForm:
    """The first and the last number of a print as they stand on the paper; in books of how many."""

    first: str
    last: str
    printed_on: date
    book_size: int = 0
    note: str = ""
    request_id: str = ""


def _print_page(revision_id: UUID) -> PrintPage:
    with house().uow.read() as session:
        return print_page(session, actor(), revision_id, today=house().today())


_PRINTING = {
    "D-10.number_unreadable": "first",
    "D-10.overlaps": "first",
    "D-10.number_given": "first",
    "D-10.not_one_row": "last",
    "D-10.last_before_first": "last",
    "D-10.too_many_printed": "last",
    "D-10.book_unfit": "book_size",
    "D-10.books_uneven": "book_size",
    "D-10.printed_later": "printed_on",
    "D-10.note_too_long": "note",
}


@bp.route("/new/<uuid:revision_id>", methods=["GET", "POST"])
@requires("blank.register")
@form("blanks/print.html", PrintForm, page=_print_page, beside=_PRINTING)
def new(typed: PrintForm, revision_id: UUID) -> Response:
    """Register a print of a form revision (D-10)."""
    cmd = RegisterBlanks(revision_id, typed.first, typed.last, typed.printed_on, typed.book_size, typed.note)
    print_id = register_blanks(cmd, by=caller(typed.request_id), house=house())
    return _done(print_id, "print")


@dataclass(frozen=True, slots=True)
class IssueForm:
    """Which numbers go to which unit, and who looks after them there."""

    first: str
    unit_id: UUID
    on: date
    last: str = ""
    person: str = ""
    request_id: str = ""


def _issue_page(print_id: UUID) -> ActPage:
    with house().uow.read() as session:
        places = units(session)
    return ActPage(_page(print_id), "issue", house().today(), places)


_NUMBERS = {
    "D-10.not_so_written": "first",
    "D-10.not_of_print": "first",
    "D-10.last_before_first": "last",
    "D-10.day_unlikely": "on",
}


@bp.route("/<uuid:print_id>/issue", methods=["GET", "POST"])
@requires("blank.issue")
@form(
    "blanks/issue.html",
    IssueForm,
    page=_issue_page,
    beside={
        **_NUMBERS,
        "D-10.issued_before": "first",
        "D-10.ended_before": "first",
        "D-10.book_whole": "last",
        "D-10.unit_outside": "unit_id",
        "D-10.person_outside": "person",
        "O-1.unit_closed": "unit_id",
        "O-1": "person",
    },
)
def issue(typed: IssueForm, print_id: UUID) -> Response:
    """Issue numbers in a row to a unit (D-10)."""
    person_id = _person(typed.person)
    cmd = IssueBlanks(print_id, typed.first, typed.last, typed.unit_id, typed.on, person_id)
    issue_blanks(cmd, by=caller(typed.request_id), house=house())
    return _done(print_id, "issue")


def _person(written: str) -> UUID | None:
    if not written:
        return None
    with house().uow.read() as session:
        return person_written(session, written)


@dataclass(frozen=True, slots=True)
class ReceiveForm:
    """When blanks were received, and who signed for them on paper."""

    on: date
    receiver: str = ""
    row_version: int = 0
    request_id: str = ""


def _receive_page(print_id: UUID, issue_id: UUID) -> ActPage:
    page = _page(print_id)
    return ActPage(page, "receive", house().today(), issue=page.issue(issue_id))


@bp.route("/<uuid:print_id>/issues/<uuid:issue_id>/receive", methods=["GET", "POST"])
@requires("blank.receive")
@form("blanks/receive.html", ReceiveForm, page=_receive_page, beside={"D-10": "on"})
def receive(typed: ReceiveForm, print_id: UUID, issue_id: UUID) -> Response:
    """Note a receipt (D-10)."""
    cmd = ReceiveBlanks(issue_id, typed.row_version, typed.on, typed.receiver)
    receive_blanks(cmd, by=caller(typed.request_id), house=house())
    return _done(print_id, "receive")


@dataclass(frozen=True, slots=True)
class EndForm:
    """Which numbers ended when and why; who watched where they were destroyed."""

    first: str
    on: date
    last: str = ""
    reason: str = ""
    witness: str = ""
    request_id: str = ""


_ENDING = {
    **_NUMBERS,
    "D-10.not_one_holder": "last",
    "D-10.not_alike": "last",
    "D-10.too_many_used": "last",
    "D-10.already_ended": "first",
    "D-10.in_store": "first",
    "D-10.reason_needed": "reason",
    "D-10.reason_too_long": "reason",
    "D-2.witness_needed": "witness",
    "D-2.witness_is_same": "witness",
    "O-1": "witness",
}


def _end_page(act: str) -> Callable[[UUID], ActPage]:
    """Return how the form of an action gets its page."""
    return lambda print_id: ActPage(_page(print_id), act, house().today())


def _ended(act: UseCase[EndBlanks, UUID], name: str, typed: EndForm, print_id: UUID) -> Response:
    cmd = EndBlanks(print_id, typed.first, typed.last, typed.on, typed.reason, _person(typed.witness))
    act(cmd, by=caller(typed.request_id), house=house())
    return _done(print_id, name)


@bp.route("/<uuid:print_id>/use", methods=["GET", "POST"])
@requires("blank.use")
@form("blanks/end.html", EndForm, page=_end_page("use"), beside=_ENDING)
def use(typed: EndForm, print_id: UUID) -> Response:
    """Note that numbers were used (D-10)."""
    return _ended(use_blanks, "use", typed, print_id)


@bp.route("/<uuid:print_id>/void", methods=["GET", "POST"])
@requires("blank.void")
@form("blanks/end.html", EndForm, page=_end_page("void"), beside=_ENDING)
def void(typed: EndForm, print_id: UUID) -> Response:
    """Note that numbers are void (D-10)."""
    return _ended(void_blanks, "void", typed, print_id)


@bp.route("/<uuid:print_id>/return", methods=["GET", "POST"])
@requires("blank.return")
@form("blanks/end.html", EndForm, page=_end_page("return"), beside=_ENDING)
def give_back(typed: EndForm, print_id: UUID) -> Response:
    """Note that numbers came back unused (D-10)."""
    return _ended(return_blanks, "return", typed, print_id)


@bp.route("/<uuid:print_id>/destroy", methods=["GET", "POST"])
@requires("blank.destroy")
@form("blanks/end.html", EndForm, page=_end_page("destroy"), beside=_ENDING)
def destroy(typed: EndForm, print_id: UUID) -> Response:
    """Note that numbers were destroyed, with the witness (D-10)."""
    return _ended(destroy_blanks, "destroy", typed, print_id)


@bp.route("/<uuid:print_id>/lose", methods=["GET", "POST"])
@requires("blank.lose")
@form("blanks/end.html", EndForm, page=_end_page("lose"), beside=_ENDING)
def lose(typed: EndForm, print_id: UUID) -> Response:
    """Note that numbers are lost (D-10)."""
    return _ended(lose_blanks, "lose", typed, print_id)
