"""Temporary changes that a person is asked to approve, with who may instead (A-16, V-9, V-14)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from docctl.domain.leaving import OpenKind
from docctl.domain.particulars import amount_in
from docctl.domain.permissions import Actor
from docctl.domain.temporary_changes import ChangeStatus
from docctl.models.changes import TemporaryChange
from docctl.models.documents import Document, DocumentType, Revision
from docctl.queries.controlled import setting_at
from docctl.queries.open_item import OpenItem, Taker
from docctl.queries.revision_states import is_insider
from docctl.queries.routes import company_at, plan_by, values_with


def approvers_of(
    session: Session, changes: Collection[TemporaryChange], *, at: datetime, today: date
) -> Mapping[UUID, frozenset[UUID]]:
    """Return who may approve each of some changes by the route in force: never who prepared it (A-2, V-9)."""
    if not changes:
        return {}
    found = setting_at(session, "routes", at)
    company = company_at(session, at, today)
    rows = session.execute(
        select(Document, Revision, DocumentType.code)
        .join(Revision, Revision.document_id == Document.id)
        .join(DocumentType, DocumentType.id == Document.type_id)
        .where(Revision.id.in_({one.revision_id for one in changes}))
    )
    of = {revision.id: (document, revision, code) for document, revision, code in rows}
    able: dict[UUID, frozenset[UUID]] = {}
    for one in changes:
        document, revision, code = of[one.revision_id]
        values = values_with(code, document, revision, company.keys[document.unit_id])
        able[one.id] = plan_by(
            found.content, found.name, values, company, one.authors(), amount_in(revision.amount)
        ).able[-1]
    return able


def waiting_changes() -> Select[*tuple[Any, ...]]:
    """Return a query with whom temporary changes wait for approval, a row each (A-16)."""
    return select(TemporaryChange.approver_id).where(TemporaryChange.status == ChangeStatus.IN_REVIEW)


def changes_asked(
    session: Session,
    actor: Actor,
    person_id: UUID,
    people: Collection[Taker],
    *,
    at: datetime,
    today: date,
) -> Iterable[OpenItem]:
    """Yield the changes that wait for a person's approval (A-16)."""
    rows = session.execute(
        select(TemporaryChange, Document.number, Revision.title, is_insider(actor).label("seen"))
        .join(Document, Document.id == TemporaryChange.document_id)
        .join(Revision, Revision.id == TemporaryChange.revision_id)
        .where(TemporaryChange.approver_id == person_id, TemporaryChange.status == ChangeStatus.IN_REVIEW)
        .order_by(TemporaryChange.first_day, Document.number, TemporaryChange.ordinal)
    ).all()
    able = approvers_of(session, [row[0] for row in rows], at=at, today=today)
    for change, number, title, seen in rows:
        takers = tuple(one for one in people if one.id in able[change.id])
        href, shown = (f"/documents/changes/{change.id}", title) if seen else ("", "")
        day = change.first_day
        yield OpenItem(OpenKind.CHANGE, change.id, "change", number, shown, day, href, takers)
