"""How a row that several want at the same moment is made once: the others wait for it, and use it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from docctl.models.base import Base


def insert_once(session: Session, kind: type[Base], **values: Any) -> bool:
    """Insert a row unless one with the same key is there, or is just being made; say whether it was ours."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    table = kind.__table__
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return session.execute(statement).first() is not None
