"""The register of printed blanks and bound books as page and files (D-10, D-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from docctl.printing.columns import Column, Row
from docctl.queries.blank_register import BlankFilter, BlankRegister, BlankRow, blank_register
from docctl.queries.blank_states import PRINT_STATES
from docctl.queries.document_choices import units
from docctl.web.context import actor, house, render, requires, words
from docctl.web.registers import chosen, every_row, itself_or_file, number
from docctl.web.sheets import paper, sheet

bp = Blueprint("blank_registers", __name__, url_prefix="/documents/blanks")

#: Where numbers are, in the order in which they are told.
COUNTS = ("printed", "store", "out", "used", "void", "returned", "destroyed", "lost")


@bp.get("")
@requires("blank.list")
def show() -> str:
    """Show which blanks were printed, and where their numbers are (D-10)."""
    wanted = _wanted(request.args)
    with house().uow.read() as session:
        found = blank_register(session, actor(), wanted, at=house().clock())
        places = units(session)
    return render(
        "blanks/register.html",
        found=found,
        wanted=wanted,
        units=places,
        states=list(PRINT_STATES),
        counts=COUNTS,
        here=_address(wanted),
    )


def _wanted(given: Mapping[str, str]) -> BlankFilter:
    return BlankFilter(
        text=given.get("text", "")[:200],
        unit_id=chosen(given.get("unit")),
        state=given.get("state", "") if given.get("state") in PRINT_STATES else "",
        document_id=chosen(given.get("document")),
        page=number(given.get("page")),
    )


def _address(wanted: BlankFilter) -> Any:
    kept = {
        "text": wanted.text,
        "unit": wanted.unit_id,
        "state": wanted.state,
        "document": wanted.document_id,
    }
    return itself_or_file("/documents/blanks", kept, files="/documents/blanks/export")


@bp.get("/export")
@requires("blank.list")
def export() -> Response:
    """Send the register as xlsx or docx with the filters of the address (D-7)."""
    t, today = words().t, house().today()
    wanted = _wanted(request.args)
    notes = [t("documents.as_of_day", day=today), t("documents.own_view")]
    columns = [
        Column(t("blanks.column.number"), 16),
        Column(t("blanks.column.title"), 30),
        Column(t("blanks.column.label"), 8),
        Column(t("blanks.column.numbers"), 30),
        Column(t("blanks.column.printed_on"), 12, "date"),
        *(Column(t(f"blanks.count.{one}"), 8, "int") for one in COUNTS),
        Column(t("blanks.column.state"), 12),
    ]
    send = paper if request.args.get("format") == "docx" else sheet
    return send(t("blanks.title"), notes, columns, _lines(wanted), day=today)


def _lines(wanted: BlankFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> BlankRegister:
        return blank_register(
            session, actor(), replace(wanted, page=page), at=house().clock(), page_size=size
        )

    return (_line(one) for one in every_row(ask))


def _line(one: BlankRow) -> Row:
    return (
        one.number,
        one.title,
        one.label,
        one.numbers,
        one.printed_on,
        *(getattr(one.tally, name) for name in COUNTS),
        words().t(f"blanks.state.{one.state}"),
    )
