"""The registers of documents and of records as files: exactly what the pages show (D-7, S-3, X-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Blueprint, Response, request

from docctl.printing.columns import Column, Row
from docctl.queries.documents import document_register
from docctl.queries.records import RecordRow, record_register
from docctl.web.context import actor, house, lang, requires, words
from docctl.web.documents import wanted_documents
from docctl.web.records import wanted_records
from docctl.web.sheets import sheet

bp = Blueprint("register_files", __name__)


@bp.get("/documents/export")
@requires("document.list")
def export() -> Response:
    """Send the register as xlsx with the filters of the address (D-7)."""
    wanted, now, t = wanted_documents(request.args), house().clock(), words().t
    with house().uow.read() as session:
        found = document_register(session, actor(), wanted, at=now, zone=house().zone, page_size=None)
    day = wanted.as_of or house().today()
    columns = [
        Column(t("documents.column.number"), 16),
        Column(t("documents.column.title"), 40),
        Column(t("documents.column.label"), 10),
        Column(t("documents.column.state"), 14),
        Column(t("documents.column.unit"), 16),
        Column(t("documents.column.effective"), 12, "date"),
        Column(t("documents.column.type"), 14),
    ]
    if wanted.origin == "external":
        columns += [Column(t("fields.issuer"), 24), Column(t("fields.issuer_number"), 20)]
    rows = (
        (
            one.number,
            one.title,
            one.label,
            t(f"shell.state.{one.state}"),
            one.unit_name,
            one.effective_on,
            one.type_name_en if lang() == "en" else one.type_name,
            *((one.issuer, one.issuer_number) if wanted.origin == "external" else ()),
        )
        for one in found.rows
    )
    notes = [
        t("documents.as_of_day", day=day),
        t("documents.own_view"),
        t("documents.rows", count=found.total),
    ]
    return sheet(t("documents.title"), notes, columns, rows, day=day)


#: Rows read at a time: a register is never whole in memory.
_AT_ONCE = 1000


@bp.get("/records/export")
@requires("record.list")
def records() -> Response:
    """Send the register of records as xlsx with the filters of the address (S-3, X-3)."""
    t, today, zone = words().t, house().today(), house().zone
    columns = [
        Column(t("records.number"), 22),
        Column(t("fields.title"), 40),
        Column(t("records.state"), 14),
        Column(t("records.form"), 14),
        Column(t("fields.unit"), 14),
        Column(t("fields.occurred_at"), 12, "date"),
        Column(t("records.filed"), 12, "date"),
        Column(t("records.filed_by"), 12),
        Column(t("records.keep_until"), 12),
    ]

    def rows() -> Iterator[Row]:
        wanted, page = wanted_records(), 1
        with house().uow.read() as session:
            while True:
                found = record_register(
                    session,
                    actor(),
                    replace(wanted, page=page),
                    today=today,
                    zone=zone,
                    page_size=_AT_ONCE,
                )
                yield from (_record(one) for one in found.rows)
                if page * _AT_ONCE >= found.total:
                    return
                page += 1

    notes = [t("documents.as_of_day", day=today), t("documents.own_view")]
    return sheet(t("records.title"), notes, columns, rows(), day=today)


def _record(one: RecordRow) -> Row:
    t = words().t
    until = one.keep_until.isoformat() if one.keep_until else ""
    return (
        one.number,
        one.title,
        t(f"shell.state.{one.state}"),
        f"{one.form_number} {one.form_label}",
        one.unit_name,
        one.occurred_on,
        one.filed_on,
        one.filer,
        t("records.permanent") if one.is_permanent else until,
    )
