"""From stored retention classes to pure ones, and which class a form's records get (R-1, R-10)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.class_data import class_in
from docctl.domain.retention_classes import RetentionClass
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.documents import Document
from docctl.models.retention import RetentionClassRow
from docctl.models.schedule import classes_at, kept_by_class


def class_of(row: RetentionClassRow) -> RetentionClass:
    """Return the pure class of a row."""
    return class_in(row.code, row.name, row.basis, row.data)


def resolved_class(session: Session, document: Document, at: datetime) -> RetentionClassRow | None:
    """Return a form's class as it is in force: its own, its procedure's, or the catch-all (R-10)."""
    parent = session.get(Document, document.parent_id) if document.parent_id else None
    named = document.class_id or (parent.class_id if parent is not None else None)
    return session.scalars(
        select(RetentionClassRow).where(RetentionClassRow.id == kept_by_class(named, at))
    ).first()


def require_choosable(session: Session, class_id: UUID | None, at: datetime) -> None:
    """Raise NotFound for a class that there is not now, RuleRefused for one closed to new use (R-3)."""
    if class_id is None:
        return
    code = select(RetentionClassRow.code).where(RetentionClassRow.id == class_id).scalar_subquery()
    row = session.scalars(classes_at(at).where(RetentionClassRow.code == code)).first()
    if row is None:
        raise NotFound("retention class")
    if row.is_closed:
        raise RuleRefused(Refused("R-3", "class_closed", {"class": row.name}))
