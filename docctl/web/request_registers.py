"""The register of change requests, as a page and as files (V-2, D-7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from flask import Blueprint, Response, request

from docctl.domain.change_requests import RequestKind
from docctl.printing.columns import Column, Row
from docctl.queries.document_choices import units
from docctl.queries.requests import (
    SORTS,
    STATES,
    RequestFilter,
    RequestRegister,
    RequestRow,
    request_register,
)
from docctl.web.context import actor, house, render, requires, words
from docctl.web.registers import chosen, every_row, flag, itself_or_file, number, sorted_by
from docctl.web.sheets import paper, sheet

bp = Blueprint("request_registers", __name__, url_prefix="/documents/change-requests")

_PATH: Final = "/documents/change-requests"


@bp.get("")
@requires("request.list")
def register() -> str:
    """Show the change requests that the person may see, the newest first (V-2, D-7)."""
    wanted = _wanted(request.args)
    with house().uow.read() as session:
        found = request_register(session, actor(), wanted, at=house().clock(), zone=house().zone)
        places = units(session)
    return render(
        "change_requests/register.html",
        found=found,
        wanted=wanted,
        units=places,
        states=list(STATES),
        kinds=list(RequestKind),
        sort=(wanted.sort, wanted.descending),
        here=_address(wanted),
    )


def _wanted(given: Mapping[str, str]) -> RequestFilter:
    state, kind = given.get("state", ""), given.get("kind", "")
    sort, descending = sorted_by(given, SORTS)
    return RequestFilter(
        text=given.get("text", "")[:200],
        unit_id=chosen(given.get("unit")),
        state=state if state in STATES else "",
        kind=kind if kind in set(RequestKind) else "",
        document_id=chosen(given.get("document")),
        mine=flag(given.get("mine")),
        sort=sort,
        descending=descending or not given.get("sort"),
        page=number(given.get("page")),
    )


def _address(wanted: RequestFilter) -> Any:
    """Return how the page writes the address of itself, or of its files, with something changed."""
    is_usual = wanted.sort == "asked" and wanted.descending
    kept = {
        "text": wanted.text,
        "unit": wanted.unit_id,
        "state": wanted.state,
        "kind": wanted.kind,
        "document": wanted.document_id,
        "mine": "1" if wanted.mine else "",
        "sort": "" if is_usual else wanted.sort,
        "order": "" if is_usual or not wanted.descending else "desc",
    }
    return itself_or_file(_PATH, kept, files=f"{_PATH}/export")


@bp.get("/export")
@requires("request.list")
def export() -> Response:
    """Send the register as xlsx or docx with the filters of the address (D-7)."""
    t, wanted = words().t, _wanted(request.args)
    day = house().today()
    notes = [t("documents.as_of_day", day=day), t("documents.own_view")]
    columns = [
        Column(t("requests.column.number"), 14),
        Column(t("requests.column.kind"), 10),
        Column(t("requests.column.document"), 14),
        Column(t("requests.column.title"), 26),
        Column(t("requests.column.unit"), 14),
        Column(t("requests.column.what"), 36),
        Column(t("requests.column.reason"), 24),
        Column(t("requests.column.basis"), 20),
        Column(t("requests.column.asked_by"), 12),
        Column(t("requests.column.asked"), 12, "date"),
        Column(t("requests.column.wanted"), 12, "date"),
        Column(t("requests.column.due"), 12, "date"),
        Column(t("requests.column.state"), 12),
        Column(t("requests.column.decided_by"), 12),
        Column(t("requests.column.decision"), 26),
        Column(t("requests.column.label"), 8),
    ]
    send = paper if request.args.get("format") == "docx" else sheet
    return send(t("requests.title"), notes, columns, _lines(wanted), day=day)


def _lines(wanted: RequestFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> RequestRegister:
        asked, at = replace(wanted, page=page), house().clock()
        return request_register(session, actor(), asked, at=at, zone=house().zone, page_size=size)

    return map(_line, every_row(ask))


def _line(one: RequestRow) -> Row:
    t = words().t
    return (
        one.number,
        t(f"requests.kind.{one.kind}"),
        one.document_number,
        one.title,
        one.unit,
        one.what,
        one.reason,
        one.basis,
        one.asked_by,
        one.asked_at.date(),
        one.wanted_on,
        one.due_on,
        t(f"requests.state.{one.state}"),
        one.decided_by,
        one.decision,
        one.label,
    )
