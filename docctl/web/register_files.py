"""The registers of documents and of records as files: exactly what the pages show (D-7, S-3, X-3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from docctl.domain.form_definition import merged
from docctl.printing.columns import Column, Row
from docctl.queries.document_lists import list_columns, list_lines, listed
from docctl.queries.documents import document_register
from docctl.queries.record_lists import AnswerColumns
from docctl.queries.records import RecordRegister, RecordRow, record_register, with_answers
from docctl.queries.search_form_fields import definitions_known
from docctl.web.context import actor, house, lang, requires, words
from docctl.web.documents import wanted_documents
from docctl.web.record_filters import wanted_records
from docctl.web.registers import every_row
from docctl.web.sheets import paper, sheet

bp = Blueprint("register_files", __name__)


@bp.get("/documents/export")
@requires("document.list")
def export() -> Response:
    """Send the list of the address as auditors expect it, as xlsx, or as docx to print and sign (D-7).

    Lines are counted; what is cancelled is struck, with the day in the remarks.
    """
    wanted, now, t = wanted_documents(request.args), house().clock(), words().t
    with house().uow.read() as session:
        found = document_register(session, actor(), wanted, at=now, zone=house().zone, page_size=None)
    day, which = wanted.as_of or house().today(), listed(wanted)
    lines = list_lines(which, found.rows, words(), english=lang() == "en")
    notes = [
        t("documents.as_of_day", day=day),
        t("documents.own_view"),
        t("documents.rows", count=found.total),
    ]
    send = paper if request.args.get("format") == "docx" else sheet
    return send(t(f"documents.list.{which}"), notes, list_columns(which, words()), lines, day=day)


@bp.get("/records/export")
@requires("record.list")
def records() -> Response:
    """Send the register of records as xlsx with the filters of the address, with all answers (S-3, X-3)."""
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

    wanted = wanted_records()
    with house().uow.read() as session:
        asked = merged(definitions_known(session, actor(), wanted.form_id, at=house().clock()))
    answered = AnswerColumns(words(), asked if wanted.form_id else None)

    def ask(session: Any, page: int, size: int) -> RecordRegister:
        of_page = replace(wanted, page=page)
        return with_answers(
            session,
            record_register(session, actor(), of_page, today=today, zone=zone, page_size=size),
        )

    notes = [t("documents.as_of_day", day=today), t("documents.own_view")]
    rows = ((*_record(one), *answered.cells(one.answers)) for one in every_row(ask))
    return sheet(t("records.title"), notes, [*columns, *answered.columns()], rows, day=today)


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
