"""Whether a document still bears the number that stands until the real one is given (N-11)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from docctl.domain.number_patterns import PROVISIONAL
from docctl.models.documents import Document
from docctl.models.numbers import NumberEntry


def still_provisional() -> ColumnElement[bool]:
    """Say in SQL whether the number of a document is provisional, in a query over documents (N-11)."""
    return exists().where(
        NumberEntry.item_id == Document.id,
        NumberEntry.shown == Document.number,
        NumberEntry.scheme_code == PROVISIONAL.code,
    )


def is_provisional(session: Session, document_id: UUID, number: str) -> bool:
    """Say whether a document still waits for its real number (N-11)."""
    query = select(NumberEntry.id).where(
        NumberEntry.item_id == document_id,
        NumberEntry.shown == number,
        NumberEntry.scheme_code == PROVISIONAL.code,
    )
    return session.scalar(query) is not None
