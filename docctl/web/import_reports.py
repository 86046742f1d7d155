"""The report of an import as a file: a line for each file, none left out (I-1)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.verdicts import Refused
from docctl.printing.columns import Column, Row
from docctl.queries.imports import Line, report, run_line
from docctl.web.context import actor, house, requires, words
from docctl.web.imports import refused_words
from docctl.web.sheets import sheet

bp = Blueprint("import_reports", __name__, url_prefix="/documents/imports")


@bp.get("/<uuid:run_id>/report")
@requires("document.import")
def report_file(run_id: UUID) -> Response:
    """Send the report as xlsx, a line for each file (I-1)."""
    t = words().t
    with house().uow.read() as session:
        run = run_line(session, actor(), run_id)
    columns = [
        Column(t("imports.column.path"), 50),
        Column(t("imports.column.outcome"), 12),
        Column(t("fields.number"), 20),
        Column(t("fields.title"), 36),
        Column(t("fields.label"), 10),
        Column(t("fields.effective"), 12),
        Column(t("fields.signers"), 24),
        Column(t("fields.origin"), 10),
        Column(t("fields.issuer"), 24),
        Column(t("fields.issuer_number"), 20),
        Column(t("imports.column.why"), 60),
    ]

    def rows() -> Iterator[Row]:
        with house().uow.read() as session:
            for line in report(session, actor(), run_id, at=house().clock()):
                yield _row(line)

    notes = [run.name, t("imports.report.total", count=run.total)]
    return sheet(t("imports.report.title"), notes, columns, rows(), day=house().today())


def _row(line: Line) -> Row:
    t, chosen = words().t, line.chosen
    return (
        line.path,
        t(f"imports.outcome.{line.status}") if line.status else "",
        chosen.get("number", ""),
        chosen.get("title", ""),
        chosen.get("label", ""),
        chosen.get("effective", ""),
        "、".join(name for _, name, _ in chosen.get("signers", ())),
        t("documents.origin.external") if chosen.get("origin") else "",
        chosen.get("issuer", ""),
        chosen.get("issuer_number", ""),
        refused_words(Refused(line.rule, line.code, dict(line.params)) if line.code else None),
    )
