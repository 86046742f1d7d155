"""The revision history of a document as a file: xlsx to work with, docx to print (V-2)."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response

from docctl.queries.history import revision_history
from docctl.queries.history_table import history_columns, history_rows
from docctl.web.context import actor, house, requires, words
from docctl.web.sheets import paper, sheet

bp = Blueprint("history_files", __name__, url_prefix="/documents")

Written = Callable[..., Response]


@bp.get("/<uuid:document_id>/history.xlsx")
@requires("revision.history")
def xlsx(document_id: UUID) -> Response:
    """Send the revision history (修订记录) as xlsx (V-2)."""
    return _sent(document_id, sheet)


@bp.get("/<uuid:document_id>/history.docx")
@requires("revision.history")
def docx(document_id: UUID) -> Response:
    """Send the revision history as docx, to print and file with the document (V-2)."""
    return _sent(document_id, paper)


def _sent(document_id: UUID, write: Written) -> Response:
    t = words().t
    with house().uow.read() as session:
        found = revision_history(session, actor(), document_id, at=house().clock(), zone=house().zone)
    title = f"{t('documents.history.title')} {found.number}"
    notes = [f"{found.number}　{found.title}", f"{found.company}　{found.unit_name}"]
    notes.append(t("documents.as_of_day", day=house().today()))
    return write(title, notes, history_columns(t), history_rows(found, t), day=house().today())
