"""What a change of a document touches, as a page and as a list to print (D-6, D-2, D-4)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response

from docctl.printing.columns import Column, Row
from docctl.queries.impact import Impact, impact
from docctl.web.context import actor, house, render, requires, words
from docctl.web.sheets import paper, sheet

bp = Blueprint("impact", __name__, url_prefix="/documents/<uuid:document_id>/impact")


def impact_of(document_id: UUID) -> Impact:
    """Return what a change of a document touches, for this person."""
    with house().uow.read() as session:
        return impact(session, actor(), document_id, at=house().clock(), zone=house().zone)


@bp.get("")
@requires("document.view")
def show(document_id: UUID) -> str:
    """Show who cites a document, its forms, copies, readers, records."""
    return render("documents/impact.html", page=impact_of(document_id), today=house().today())


@bp.get("/list.docx")
@requires("document.view")
def docx(document_id: UUID) -> Response:
    """Send the list as docx, to print and tick off."""
    return _sent(paper, impact_of(document_id))


@bp.get("/list.xlsx")
@requires("document.view")
def xlsx(document_id: UUID) -> Response:
    """Send the list as xlsx."""
    return _sent(sheet, impact_of(document_id))


def _sent(send: object, found: Impact) -> Response:
    t, day = words().t, house().today()
    columns = [
        Column(t("documents.impact.column.what"), 14),
        Column(t("documents.impact.column.number"), 18),
        Column(t("documents.impact.column.name"), 34),
        Column(t("documents.impact.column.label"), 8),
        Column(t("documents.impact.column.note"), 24),
    ]
    title = f"{t('documents.impact.title')} {found.number}"
    notes = [
        f"{found.number}　{found.title}　{found.label}",
        t("documents.as_of_day", day=day),
        t("documents.own_view"),
    ]
    assert callable(send)
    answer: Response = send(title, notes, columns, _lines(found), day=day)
    return answer


def _lines(found: Impact) -> Iterator[Row]:
    t = words().t
    for by in found.cited_by:
        clause = t("documents.cited.clause", clause=by.clause) if by.clause else ""
        yield t("documents.impact.kind.cited_by"), by.number, by.title, by.label, clause
    for form in found.forms:
        yield t("documents.impact.kind.form"), form.number, form.title, form.label, ""
    for copy in found.copies:
        medium = t(f"copies.medium.{copy.medium}")
        yield t("documents.impact.kind.copy"), copy.number, copy.holder, copy.label, medium
    for reader in found.readers:
        is_done = reader.acknowledged_at is not None
        note = t("documents.impact.has_read" if is_done else "documents.impact.to_read")
        yield t("documents.impact.kind.reader"), "", f"{reader.name} {reader.unit}", found.label, note
    if found.records:
        records = t("documents.page.records_count", count=found.records)
        yield t("documents.impact.kind.records"), "", records, "", ""
