"""Returns: ticking what is done of a list, and the register with its sums, also as files (A-9, D-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.printing.columns import Column, Row
from docctl.queries.document_choices import document_types, units
from docctl.queries.return_register import (
    ReturnFilter,
    ReturnRegister,
    ReturnRow,
    return_register,
    return_sums,
    submissions,
)
from docctl.services.revisions.returns import TickItems, tick_items
from docctl.web.context import actor, caller, house, lang, render, requires, words
from docctl.web.registers import all_chosen, chosen, every_row, itself_or_file, number
from docctl.web.revisions import done_at
from docctl.web.sheets import paper, sheet

bp = Blueprint("returns", __name__, url_prefix="/documents")

_PATH: Final = "/documents/returns"


@bp.post("/revisions/<uuid:revision_id>/returned")
@requires("revision.edit")
def tick(revision_id: UUID) -> Response:
    """Keep what is done of the list with which a draft came back (A-9).

    Only what changed since the list was shown: what somebody else ticked meanwhile stays.
    """
    done, was = (all_chosen(request.form.getlist(name)) for name in ("done", "was"))
    cmd = TickItems(
        revision_id,
        done=tuple(one for one in done if one not in was),
        undone=tuple(one for one in was if one not in done),
    )
    tick_items(cmd, by=caller(request.form.get("request_id", "")[:64]), house=house())
    return done_at(revision_id, "mended")


@bp.get("/returns")
@requires("return.list")
def register() -> str:
    """Show the returns of a period one by one, below their sums by department and type (A-9, D-7)."""
    wanted, zone = _wanted(request.args), house().zone
    with house().uow.read() as session:
        found = return_register(session, actor(), wanted, zone=zone)
        sums = return_sums(session, actor(), wanted, zone=zone)
        submitted = submissions(session, actor(), wanted, zone=zone)
        types, places = document_types(session), units(session)
    return render(
        "revisions/returns.html",
        found=found,
        sums=sums,
        submitted=submitted,
        wanted=wanted,
        types=types,
        units=places,
        today=house().today(),
        english=lang() == "en",
        here=_address(wanted),
    )


def _wanted(given: Mapping[str, str]) -> ReturnFilter:
    return ReturnFilter(
        first=_day(given.get("from")),
        last=_day(given.get("until")),
        unit_id=chosen(given.get("unit")),
        type_id=chosen(given.get("type")),
        page=number(given.get("page")),
    )


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day is not None and 1900 <= day.year <= 9000 else None


def _address(wanted: ReturnFilter) -> Any:
    """Return how the page writes the address of itself, or of its files, with something changed."""
    kept = {"from": wanted.first, "until": wanted.last, "unit": wanted.unit_id, "type": wanted.type_id}
    return itself_or_file(_PATH, kept, files=f"{_PATH}/export")


@bp.get("/returns/export")
@requires("return.list")
def export() -> Response:
    """Send the returns of the address, or with `what=sums` their sums, as xlsx or docx (A-9, D-7)."""
    t, wanted, day = words().t, _wanted(request.args), house().today()
    send = paper if request.args.get("format") == "docx" else sheet
    period = t("returns.period", first=wanted.first or "…", last=wanted.last or day)
    notes = [t("documents.as_of_day", day=day), period, t("documents.own_view")]
    if request.args.get("what") == "sums":
        return send(t("returns.sums"), notes, _sum_columns(), _sum_lines(wanted), day=day)
    columns = [
        Column(t("returns.column.number"), 16),
        Column(t("returns.column.title"), 30),
        Column(t("returns.column.label"), 8),
        Column(t("returns.column.unit"), 14),
        Column(t("returns.column.type"), 14),
        Column(t("returns.column.times"), 8),
        Column(t("returns.column.step"), 14),
        Column(t("returns.column.who"), 14),
        Column(t("returns.column.at"), 12, "date"),
        Column(t("returns.column.reason"), 36),
        Column(t("returns.column.items"), 8),
        Column(t("returns.column.done"), 8),
    ]
    return send(t("returns.title"), notes, columns, _lines(wanted), day=day)


def _sum_columns() -> list[Column]:
    t = words().t
    return [
        Column(t("returns.column.unit"), 20),
        Column(t("returns.column.type"), 20),
        *(Column(t(f"returns.column.{one}"), 12) for one in ("returns", "revisions", "again", "items")),
    ]


def _sum_lines(wanted: ReturnFilter) -> Iterator[Row]:
    with house().uow.read() as session:
        for one in return_sums(session, actor(), wanted, zone=house().zone):
            name = one.type_name_en if lang() == "en" else one.type_name
            yield (one.unit, name, one.returns, one.revisions, one.again, one.items)


def _lines(wanted: ReturnFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> ReturnRegister:
        asked = replace(wanted, page=page)
        return return_register(session, actor(), asked, zone=house().zone, page_size=size)

    return map(_line, every_row(ask))


def _line(one: ReturnRow) -> Row:
    t = words().t
    return (
        one.number,
        one.title,
        one.label,
        one.unit,
        one.type_name_en if lang() == "en" else one.type_name,
        one.times,
        one.step or t(f"lateness.step.{one.meaning}" if one.meaning else "returns.by_control"),
        one.who,
        one.at.date(),
        one.reason,
        one.items,
        one.done,
    )
