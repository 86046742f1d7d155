"""The list of citations in force that lead nowhere or to what is obsolete, and as xlsx (D-6, X-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from docctl.printing.columns import Column, Row
from docctl.queries.citation_faults import FAULTS, FaultFilter, FaultRow, Faults, citation_faults
from docctl.queries.document_choices import document_types, units
from docctl.web.context import actor, house, lang, render, requires, words
from docctl.web.registers import address, chosen, every_row, number
from docctl.web.sheets import sheet

bp = Blueprint("citation_faults", __name__, url_prefix="/documents/citations")


@bp.get("")
@requires("document.list")
def register() -> str:
    """Show the citations of all documents in force that miss their document."""
    wanted = _wanted(request.args)
    with house().uow.read() as session:
        found = citation_faults(session, actor(), wanted, at=house().clock())
        places, types = units(session), document_types(session)
    return render(
        "documents/citation_faults.html",
        found=found,
        wanted=wanted,
        faults=FAULTS,
        units=places,
        types=types,
        english=lang() == "en",
        here=_address(wanted),
    )


def _wanted(given: Mapping[str, str]) -> FaultFilter:
    return FaultFilter(
        fault=given.get("fault", "") if given.get("fault") in FAULTS else "",
        unit_id=chosen(given.get("unit")),
        type_id=chosen(given.get("type")),
        text=given.get("text", "")[:200],
        page=number(given.get("page")),
    )


def _address(wanted: FaultFilter) -> Any:
    kept = {"fault": wanted.fault, "unit": wanted.unit_id, "type": wanted.type_id, "text": wanted.text}

    def here(*, export: str = "", **changed: Any) -> str:
        path = "/documents/citations" + (f"/list.{export}" if export else "")
        return address(path, {**kept, **changed})

    return here


@bp.get("/list.xlsx")
@requires("document.list")
def xlsx() -> Response:
    """Send the list with the filters of the address as xlsx."""
    t, day = words().t, house().today()
    columns = [
        Column(t("documents.graph.source"), 16),
        Column(t("documents.faults.title_of"), 30),
        Column(t("copies.column.label"), 8),
        Column(t("documents.page.unit"), 14),
        Column(t("documents.faults.written"), 34),
        Column(t("documents.graph.clause"), 9),
        Column(t("documents.graph.times"), 7),
        Column(t("documents.graph.standing_label"), 10),
        Column(t("documents.faults.means"), 30),
    ]
    notes = [t("documents.as_of_day", day=day), t("documents.own_view")]
    return sheet(t("documents.faults.title"), notes, columns, _lines(_wanted(request.args)), day=day)


def _lines(wanted: FaultFilter) -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> Faults:
        asked = replace(wanted, page=page)
        return citation_faults(session, actor(), asked, at=house().clock(), page_size=size)

    return map(_line, every_row(ask))


def _line(one: FaultRow) -> Row:
    return (
        one.number,
        one.title,
        one.label,
        one.unit_name,
        one.cited,
        one.clause,
        str(one.times),
        words().t(f"documents.graph.standing.{one.fault}"),
        f"{one.target_number} {one.target_title}".strip(),
    )
