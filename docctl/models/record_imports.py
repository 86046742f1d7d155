"""Tables of past records on their way in, with a line for each row (I-2)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.imports import RunState
from docctl.models.base import Base, Identified, Versioned, checked


class RowStatus(StrEnum):
    """What is known of a row: looked at, then filed; only ready ones are filed."""

    WAITING = "waiting"
    READY = "ready"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    FILED = "filed"


class RecordImport(Identified, Versioned, Base):
    """One table of past records: looked at in the background, shown, then filed in that person's name (I-2).

    Table and files lie on `host` until it has ended, encrypted with a key of its own; only who started it
    sees it.
    """

    __tablename__ = "record_import"
    __table_args__ = (Index("ix_record_import_state", "state", "host"),)

    name: Mapped[str] = mapped_column(String(200))
    host: Mapped[str] = mapped_column(String(100))
    state: Mapped[RunState] = mapped_column(checked(RunState))
    form_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    #: Where the table lies among the files, its headings and what each was understood as, "" for none.
    table_path: Mapped[str] = mapped_column(String(1000), default="")
    columns: Mapped[list[Any]] = mapped_column(default=list)
    #: Rows found, and worked off by the present step.
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    started_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    #: The last change of anything of it: what nobody works on is given up.
    touched_at: Mapped[datetime]
    #: When it ends, once its people were told that nobody works on it.
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    #: When the key was destroyed with which its copies are encrypted, after its end.
    key_destroyed_at: Mapped[datetime | None]
    #: Why the table cannot be used at all, as a refusal.
    rule: Mapped[str] = mapped_column(String(20), default="")
    code: Mapped[str] = mapped_column(String(60), default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)


class RecordImportRow(Identified, Base):
    """One row: its values by column while it is on its way; then its line alone, with its record (R-7)."""

    __tablename__ = "record_import_row"
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        Index("ix_record_import_row_status", "import_id", "status"),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("record_import.id"))
    #: In the sheet, from 1.
    number: Mapped[int]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[RowStatus] = mapped_column(checked(RowStatus))
    rule: Mapped[str] = mapped_column(String(20), default="")
    code: Mapped[str] = mapped_column(String(60), default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    record_id: Mapped[UUID | None]
