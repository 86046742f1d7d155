"""Pages of tables of past records: uploaded, looked at row by row, filed, reported (I-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from docctl.domain.table_columns import MEANINGS
from docctl.domain.verdicts import Refused
from docctl.printing.columns import Column, Row
from docctl.queries.form_definitions import asked_by
from docctl.queries.record_forms import FormInForce, forms_in_force
from docctl.queries.record_imports import (
    VIEWS,
    RowLine,
    TableLine,
    table_import,
    table_imports,
    table_page,
    table_rows,
    table_stays,
)
from docctl.services.records.columns import ChooseColumns, choose_columns
from docctl.services.records.import_table import (
    CancelRecordImport,
    OrderRecordImport,
    StartRecordImport,
    cancel_record_import,
    order_record_import,
    start_record_import,
)
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other, words
from docctl.web.forms import UploadField, form, parse
from docctl.web.imports import refused_words
from docctl.web.registers import itself, number
from docctl.web.sheets import sheet

bp = Blueprint("record_imports", __name__, url_prefix="/records/imports")

_PAGE = 50


@bp.get("")
@requires("record.file")
def register() -> str:
    """Show one's own tables, newest first (I-2)."""
    page = number(request.args.get("page"))
    with house().uow.read() as session:
        total, rows = table_imports(session, actor(), limit=_PAGE, offset=(page - 1) * _PAGE)
    return render("records/imports.html", total=total, rows=rows, page=page, size=_PAGE)


@dataclass(frozen=True, slots=True)
class NewTable:
    """A zip of a table with its files, for one form."""

    name: str
    form_id: UUID
    file: UploadField
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class NewTablePage:
    """The forms that may be chosen, and a name that fits the day."""

    forms: tuple[FormInForce, ...]
    name: str


def _new_page() -> NewTablePage:
    with house().uow.read() as session:
        forms = forms_in_force(session, actor(), at=house().clock())
    return NewTablePage(forms, words().t("record_imports.new.default_name", day=house().today()))


@bp.route("/new", methods=["GET", "POST"])
@requires("record.file")
@form(
    "records/import_new.html",
    NewTable,
    page=_new_page,
    beside={"I-1.name_needed": "name", "upload": "file"},
)
def new(typed: NewTable) -> Response:
    """Upload a table; it is looked at in the background, nothing is filed yet (I-2)."""
    cmd = StartRecordImport(typed.name, typed.form_id, uploads=typed.file)
    import_id = start_record_import(cmd, by=caller(typed.request_id), house=house())
    return see_other(f"/records/imports/{import_id}")


@bp.get("/<uuid:import_id>")
@requires("record.file")
def show(import_id: UUID) -> str:
    """Show a table: how its columns are understood, what becomes of each row, or what became of it (I-2)."""
    given = request.args
    with house().uow.read() as session:
        found = table_import(session, actor(), import_id)
        rows = table_page(
            session, actor(), import_id, view=given.get("view", ""), page=number(given.get("page"))
        )
        stays = table_stays(session, found, house().clock())
    kept = {"view": rows.view if rows.view != VIEWS[0] else ""}
    here = itself(f"/records/imports/{import_id}", kept)
    nothing = None if rows.counts["ready"] else Refused("I-2", "nothing_ready")
    return render(
        "records/import.html",
        found=found,
        rows=rows,
        views=VIEWS,
        here=here,
        nothing=nothing,
        stays=stays,
        progress_words=_progress(found),
    )


def _progress(found: TableLine) -> str:
    if not found.is_busy:
        return words().t(f"record_imports.state.{found.state}")
    return words().t(f"record_imports.progress.{found.state}", done=found.done, total=found.total)


@bp.get("/<uuid:import_id>/progress")
@requires("record.file")
def progress(import_id: UUID) -> Response:
    """Say how far the worker is, for the page that waits for it (I-2)."""
    with house().uow.read() as session:
        found = table_import(session, actor(), import_id)
    return jsonify(
        text=_progress(found),
        done=not found.is_busy,
        percent=found.percent,
        next=f"/records/imports/{import_id}",
    )


@dataclass(frozen=True, slots=True)
class ColumnsForm:
    """How the columns shall be read; each has a field of its own, by its place."""

    without_numbers: bool = False
    row_version: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    """The table with what its columns can be read as."""

    found: TableLine
    meanings: tuple[str, ...]
    #: What the form asks, each by its fact and its name (F-2).
    asked: tuple[tuple[str, str], ...] = ()


def _columns_page(import_id: UUID) -> ColumnsPage:
    with house().uow.read() as session:
        found = table_import(session, actor(), import_id)
        asks = asked_by(session, found.form_id, at=house().clock())
    return ColumnsPage(found, MEANINGS, tuple((one.fact, one.name) for one in asks.fields))


@bp.route("/<uuid:import_id>/columns", methods=["GET", "POST"])
@requires("record.file")
@form("records/import_columns.html", ColumnsForm, page=_columns_page)
def columns(typed: ColumnsForm, import_id: UUID) -> Response:
    """Say which column is which; the table is read anew, nothing is filed (I-2)."""
    meanings = {
        one.place: request.form.get(f"column-{one.place}", "")[:40]
        for one in _columns_page(import_id).found.columns
        if one.place is not None
    }
    cmd = ChooseColumns(import_id, meanings, typed.without_numbers, typed.row_version)
    choose_columns(cmd, by=caller(typed.request_id), house=house())
    return see_other(f"/records/imports/{import_id}")


@dataclass(frozen=True, slots=True)
class TableStep:
    """The table as it was shown."""

    row_version: int | None = None
    request_id: str = ""


@bp.post("/<uuid:import_id>/order")
@requires("record.file")
def order(import_id: UUID) -> Response:
    """File the rows that are ready, in this person's name (I-2)."""
    typed = parse(TableStep)
    cmd = OrderRecordImport(import_id, typed.row_version)
    order_record_import(cmd, by=caller(typed.request_id), house=house())
    return see_other(f"/records/imports/{import_id}")


@bp.post("/<uuid:import_id>/cancel")
@requires("record.file")
def cancel(import_id: UUID) -> Response:
    """Give the table up; what was filed stays (I-2)."""
    typed = parse(TableStep)
    cancel_record_import(CancelRecordImport(import_id), by=caller(typed.request_id), house=house())
    flash_done("record_imports.done.cancelled")
    return see_other("/records/imports")


@bp.get("/<uuid:import_id>/report")
@requires("record.file")
def report(import_id: UUID) -> Response:
    """Send a line for each row as xlsx (I-2)."""
    t = words().t
    with house().uow.read() as session:
        found = table_import(session, actor(), import_id)
    columns = [
        Column(t("record_imports.column.row"), 8),
        Column(t("imports.column.outcome"), 14),
        Column(t("fields.number"), 22),
        Column(t("fields.title"), 40),
        Column(t("record_imports.column.day"), 14),
        Column(t("fields.unit"), 16),
        Column(t("fields.file"), 30),
        Column(t("imports.column.why"), 60),
    ]

    def rows() -> Iterator[Row]:
        with house().uow.read() as session:
            for one in table_rows(session, actor(), import_id):
                yield _row(one)

    notes = [found.name, found.form, t("record_imports.rows", count=found.total)]
    return sheet(t("record_imports.report.title"), notes, columns, rows(), day=house().today())


def _row(one: RowLine) -> Row:
    return (
        str(one.number),
        words().t(f"imports.row.{one.status}"),
        one.record_number,
        one.title,
        one.day,
        one.unit,
        one.file,
        refused_words(one.refused),
    )
