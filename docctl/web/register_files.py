"""The register of documents as a file: exactly what the page shows, all pages of it (D-7, X-3)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Blueprint, Response, request, send_file

from docctl.printing.columns import Column
from docctl.printing.registers import register_xlsx
from docctl.queries.documents import document_register
from docctl.web.context import actor, house, lang, requires, words
from docctl.web.documents import wanted_documents

bp = Blueprint("register_files", __name__, url_prefix="/documents")

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/export")
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
    rows = (
        (
            one.number,
            one.title,
            one.label,
            t(f"shell.state.{one.state}"),
            one.unit_name,
            one.effective_on,
            one.type_name_en if lang() == "en" else one.type_name,
        )
        for one in found.rows
    )
    notes = [
        t("documents.as_of_day", day=day),
        t("documents.own_view"),
        t("documents.rows", count=found.total),
    ]
    with tempfile.TemporaryDirectory(prefix="list-", dir=house().scratch) as folder:
        path = Path(folder) / "list.xlsx"
        foot = f"{t('documents.title')}　" + t("documents.stamp.pages", page="{page}", pages="{pages}")
        register_xlsx(path, t("documents.title"), notes, columns, rows, footer=foot)
        opened = path.open("rb")  # keeps the bytes when the folder goes
    name = f"{t('documents.title')} {day.isoformat()}.xlsx"
    return send_file(opened, mimetype=_SHEET, as_attachment=True, download_name=name)
