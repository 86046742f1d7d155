"""The register of temporary changes, as a page and as files (V-14, D-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from docctl.printing.columns import Column, Row
from docctl.queries.changes import STATES, ChangeFilter, ChangeRegister, ChangeRow, change_register
from docctl.queries.document_choices import units
from docctl.web.context import actor, house, render, requires, words
from docctl.web.registers import chosen, every_row, itself_or_file, number, past_day
from docctl.web.sheets import paper, sheet

bp = Blueprint("change_registers", __name__, url_prefix="/documents/changes")

_PATH = "/documents/changes"


@bp.get("")
@requires("change.list")
def register() -> str:
    """Show the temporary changes, what holds first, now or as of a past day (V-14, D-7)."""
    wanted = _wanted(request.args)
    with house().uow.read() as session:
        found = change_register(session, actor(), wanted, at=house().clock(), zone=house().zone)
        places = units(session)
    return render(
        "changes/register.html",
        found=found,
        wanted=wanted,
        units=places,
        states=list(STATES),
        today=house().today(),
        here=_address(wanted),
    )


def _wanted(given: Mapping[str, str]) -> ChangeFilter:
    state = given.get("state", "")
    return ChangeFilter(
        text=given.get("text", "")[:200],
        unit_id=chosen(given.get("unit")),
        state=state if state in STATES else "",
        document_id=chosen(given.get("document")),
        as_of=past_day(given.get("as_of"), house().today()),
        page=number(given.get("page")),
    )


def _address(wanted: ChangeFilter) -> Any:
    """Return how the page writes the address of itself, or of its files, with something changed."""
    kept = {
        "text": wanted.text,
        "unit": wanted.unit_id,
        "state": wanted.state,
        "document": wanted.document_id,
        "as_of": wanted.as_of,
    }
    return itself_or_file(_PATH, kept, files=f"{_PATH}/export")


@bp.get("/export")
@requires("change.list")
def export() -> Response:
    """Send the register as xlsx or docx with the filters of the address (D-7)."""
    t, wanted = words().t, _wanted(request.args)
    day = wanted.as_of or house().today()
    notes = [t("documents.as_of_day", day=day), t("documents.own_view")]
    columns = [
        Column(t("changes.column.number"), 16),
        Column(t("changes.column.title"), 26),
        Column(t("changes.column.label"), 8),
        Column(t("changes.column.ordinal"), 8),
        Column(t("changes.column.place"), 14),
        Column(t("changes.column.text"), 36),
        Column(t("changes.column.reason"), 20),
        Column(t("changes.column.first"), 12, "date"),
        Column(t("changes.column.last"), 12, "date"),
        Column(t("changes.column.state"), 12),
        Column(t("changes.column.approver"), 12),
        Column(t("changes.column.end_reason"), 20),
    ]
    send = paper if request.args.get("format") == "docx" else sheet
    return send(t("changes.title"), notes, columns, _lines(wanted), day=day)


def _lines(wanted: ChangeFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> ChangeRegister:
        asked = replace(wanted, page=page)
        return change_register(session, actor(), asked, at=house().clock(), zone=house().zone, page_size=size)

    return map(_line, every_row(ask))


def _line(one: ChangeRow) -> Row:
    return (
        one.number,
        one.title,
        one.label,
        str(one.ordinal),
        one.place,
        one.text,
        one.reason,
        one.first_day,
        one.last_day,
        words().t(f"changes.state.{one.state}"),
        one.approver,
        one.end_reason,
    )
