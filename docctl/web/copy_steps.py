"""Pages of copy-to steps: saying that one knows, and the list of what is open (A-10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.printing.columns import Column, Row
from docctl.queries.copy_steps import OpenCopies, open_copies
from docctl.queries.document_page import DocumentPage
from docctl.services.revisions.copy_steps import AcknowledgeCopy, acknowledge_copy
from docctl.web.context import actor, caller, house, render, requires, words
from docctl.web.forms import form
from docctl.web.registers import every_row, number
from docctl.web.revisions import document_at, done_at
from docctl.web.sheets import sheet

bp = Blueprint("copy_steps", __name__, url_prefix="/documents")


@dataclass(frozen=True, slots=True)
class AcknowledgeForm:
    """That one knows, with a remark where there is something to say."""

    remark: str = ""
    request_id: str = ""


def _page(revision_id: UUID) -> DocumentPage:
    return document_at(revision_id)


@bp.route("/revisions/<uuid:revision_id>/acknowledge", methods=["GET", "POST"])
@requires("step.acknowledge")
@form("revisions/acknowledge.html", AcknowledgeForm, page=_page, beside={"A-10.remark_too_long": "remark"})
def acknowledge(typed: AcknowledgeForm, revision_id: UUID) -> Response:
    """Say that one knows of a revision that was copied to one (A-10)."""
    acknowledge_copy(AcknowledgeCopy(revision_id, typed.remark), by=caller(typed.request_id), house=house())
    return done_at(revision_id, "known")


@bp.get("/told")
@requires("step.list")
def register() -> str:
    """Show the copy-to steps that are open, oldest first (A-10)."""
    with house().uow.read() as session:
        found = open_copies(session, actor(), zone=house().zone, page=number(request.args.get("page")))
    return render("documents/told.html", found=found)


@bp.get("/told/list.xlsx")
@requires("step.list")
def xlsx() -> Response:
    """Send the list of open copy-to steps as xlsx."""
    t, day = words().t, house().today()
    columns = [
        Column(t("informing.number"), 16),
        Column(t("fields.title"), 36),
        Column(t("informing.revision"), 10),
        Column(t("informing.step"), 14),
        Column(t("informing.to"), 14),
        Column(t("informing.since"), 12, "date"),
    ]
    notes = [t("documents.as_of_day", day=day), t("documents.own_view")]
    return sheet(t("informing.title"), notes, columns, _lines(), day=day)


def _lines() -> Iterator[Row]:
    def ask(session: Any, page: int, size: int) -> OpenCopies:
        return open_copies(session, actor(), zone=house().zone, page=page, page_size=size)

    for one in every_row(ask):
        name = one.name or words().t("meanings.inform")
        yield one.number, one.title, one.label, name, one.person, one.since.date()
