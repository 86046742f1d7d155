"""The registers of distribution and recalls as pages and files (发放记录、回收记录; D-1, D-2, D-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from docctl.printing.columns import Column, Row
from docctl.queries.copy_register import CopyFilter, CopyRegister, CopyRow, copy_register
from docctl.queries.copy_states import COPY_STATES
from docctl.queries.document_choices import units
from docctl.web.context import actor, house, render, requires, words
from docctl.web.registers import chosen, every_row, itself_or_file, number, past_day
from docctl.web.sheets import paper, sheet

bp = Blueprint("copy_registers", __name__, url_prefix="/documents/distribution")


@bp.get("")
@requires("distribution.list")
def distribution() -> str:
    """Show who has which controlled copy, now or as of a past day (D-1, D-7)."""
    return _register(recalls=False)


@bp.get("/recalls")
@requires("distribution.list")
def recalls() -> str:
    """Show what was called back, and what became of it (D-2)."""
    return _register(recalls=True)


def _register(*, recalls: bool) -> str:
    wanted = _wanted(request.args, recalls=recalls)
    with house().uow.read() as session:
        found = copy_register(session, actor(), wanted, at=house().clock(), zone=house().zone)
        places = units(session)
    return render(
        "distribution/register.html",
        found=found,
        wanted=wanted,
        units=places,
        states=_states(recalls=recalls),
        today=house().today(),
        here=_address(wanted),
    )


def _states(*, recalls: bool) -> list[str]:
    return [one for one in COPY_STATES if not recalls or one not in {"issued", "received"}]


def _wanted(given: Mapping[str, str], *, recalls: bool) -> CopyFilter:
    return CopyFilter(
        text=given.get("text", "")[:200],
        unit_id=chosen(given.get("unit")),
        state=given.get("state", "") if given.get("state") in _states(recalls=recalls) else "",
        medium=given.get("medium", "") if given.get("medium") in {"paper", "screen", "posted"} else "",
        recalls=recalls,
        as_of=past_day(given.get("as_of"), house().today()),
        page=number(given.get("page")),
    )


def _address(wanted: CopyFilter) -> Any:
    """Return how the page writes the address of itself, or of its files, with something changed."""
    start = "/documents/distribution/recalls" if wanted.recalls else "/documents/distribution"
    kept = {
        "text": wanted.text,
        "unit": wanted.unit_id,
        "state": wanted.state,
        "medium": wanted.medium,
        "as_of": wanted.as_of,
    }
    recalls = "1" if wanted.recalls else ""
    return itself_or_file(start, kept, files="/documents/distribution/export", recalls=recalls)


@bp.get("/export")
@requires("distribution.list")
def export() -> Response:
    """Send a register as xlsx or docx with the filters of the address (D-7)."""
    t, today = words().t, house().today()
    wanted = _wanted(request.args, recalls=request.args.get("recalls") == "1")
    day = wanted.as_of or today
    notes = [t("documents.as_of_day", day=day), t("documents.own_view")]
    send = paper if request.args.get("format") == "docx" else sheet
    title = t("copies.recalls" if wanted.recalls else "copies.title")
    return send(title, notes, _columns(recalls=wanted.recalls), _lines(wanted), day=day)


def _columns(*, recalls: bool) -> list[Column]:
    t = words().t
    found = [
        Column(t("copies.column.number"), 16),
        Column(t("copies.column.title"), 30),
        Column(t("copies.column.label"), 8),
        Column(t("copies.column.copy"), 9),
        Column(t("copies.column.holder"), 20),
        Column(t("copies.column.medium"), 8),
        Column(t("copies.column.issued"), 12, "date"),
    ]
    if recalls:
        return [
            *found,
            Column(t("copies.column.recalled"), 12, "date"),
            Column(t("copies.column.state"), 10),
            Column(t("copies.column.closed"), 12, "date"),
            Column(t("copies.column.closed_by"), 12),
            Column(t("copies.column.witness"), 12),
            Column(t("copies.column.reason"), 24),
        ]
    return [
        *found,
        Column(t("copies.column.received"), 12, "date"),
        Column(t("copies.column.receiver"), 12),
        Column(t("copies.column.state"), 10),
    ]


def _lines(wanted: CopyFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> CopyRegister:
        asked = replace(wanted, page=page)
        return copy_register(session, actor(), asked, at=house().clock(), zone=house().zone, page_size=size)

    return (_line(one, recalls=wanted.recalls) for one in every_row(ask))


def _line(one: CopyRow, *, recalls: bool) -> Row:
    t = words().t
    state = t(f"copies.state.{one.state}")
    start = (
        one.number,
        one.title,
        one.label,
        one.copy,
        one.holder,
        t(f"copies.medium.{one.medium}"),
        one.issued_on,
    )
    if recalls:
        return (*start, one.recalled_on, state, one.closed_on, one.closed_by, one.witness, one.reason)
    return (*start, one.received_on, one.receiver, state)
