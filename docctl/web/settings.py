"""Pages of the settings, read-only: number schemes with a tester, retention, types, permissions."""

from __future__ import annotations

from flask import Blueprint, request

from docctl.domain.permission_table import permission_rows
from docctl.queries.rules_in_force import number_rules_at
from docctl.queries.settings import (
    document_types,
    read_number,
    retention_classes,
    schemes,
    signature_meanings,
)
from docctl.web.context import house, lang, render, requires

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("")
@requires("settings.view")
def numbers() -> str:
    """Show the number schemes, and how each reads a number that one types (N-2)."""
    asked = request.args.get("number", "").strip()[:200]
    with house().uow.read() as session:
        now = house().clock()
        rows = schemes(session, now)
        found = read_number(number_rules_at(session, now).rules, asked) if asked else []
    return render("settings/numbers.html", schemes=rows, asked=asked, found=found, english=lang() == "en")


@bp.get("/retention")
@requires("settings.view")
def retention() -> str:
    """Show the retention schedule (R-1)."""
    with house().uow.read() as session:
        rows = retention_classes(session, house().clock())
    return render("settings/retention.html", classes=rows)


@bp.get("/types")
@requires("settings.view")
def types() -> str:
    """Show the types of documents, and what signatures mean with their weight (A-1, A-3)."""
    with house().uow.read() as session:
        rows = document_types(session, house().clock())
    meanings = signature_meanings(rows)
    return render("settings/types.html", types=rows, meanings=meanings, english=lang() == "en")


@bp.get("/permissions")
@requires("settings.view")
def permissions() -> str:
    """Show who may do what (X-1)."""
    areas: dict[str, list[object]] = {}
    for row in permission_rows():
        areas.setdefault(row.permission.split(".")[0], []).append(row)
    return render("settings/permissions.html", areas=areas)
