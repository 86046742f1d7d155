"""Filed records, their registered facts with every value they have had, and corrections (F-3, F-17, C-1)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.lifecycle import CorrectionStatus, RecordStatus
from docctl.models.base import Base, Identified, Versioned, checked


class Medium(StrEnum):
    """What the original is on."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


#: Shared keys that a record may carry (S-7): 批号、订单号、料号、顾客、项目、车牌、机台.
KEY_KINDS: Final = ("batch", "order", "part", "customer", "project", "vehicle", "machine")

#: What a register of records is narrowed by.
FILTERED: Final = (
    "status",
    "keep_until",
    "form_id",
    "unit_id",
    "class_id",
    "filed_by",
    "medium",
    "is_late",
    "occurred_at",
)

#: What a register of records is filtered, sorted and counted by.
REGISTERED: Final = ("filed_at", *FILTERED, "number", "title", "id")

#: The other orders of a register of records, each with its column.
ORDERED: Final = {"occurred": "occurred_at", "number": "number", "title": "title", "keep": "keep_until"}


class Record(Identified, Versioned, Base):
    """A record filed under the form revision in force at that time (F-1, F-3).

    `title` and `occurred_at` hold the present value for registers; `RecordFact` holds all of them.
    """

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("entity_id", "number"),
        # Holds all that the register filters, sorts and counts by: rows are wide, 100,000 of them
        # are never read for one page.
        Index("ix_record_register", "access_set_id", *REGISTERED),
        Index("ix_record_state", "access_set_id", "status", "keep_until"),  # counted on every page
        # One for each order of the register, for who sees many: the page is walked to, nothing is sorted.
        Index("ix_record_by_filed", "filed_at", "id", "access_set_id", *FILTERED),
        *(Index(f"ix_record_by_{name}", column, "id", "access_set_id") for name, column in ORDERED.items()),
        Index("ix_record_status", "status", "keep_until"),
        Index("ix_record_form", "form_id"),
        Index("ix_record_unit", "unit_id"),
        CheckConstraint("occurred_at <= filed_at", name="occurred_before_entry"),  # F-5
        CheckConstraint("status <> 'voided' OR void_reason <> ''", name="void_has_reason"),
    )

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("legal_entity.id"))
    number: Mapped[str] = mapped_column(String(200))
    form_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    form_revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    title: Mapped[str] = mapped_column(String(500))
    status: Mapped[RecordStatus] = mapped_column(checked(RecordStatus), default=RecordStatus.COMPLETED)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    #: The unit as it was when the record was filed (O-2).
    unit_name: Mapped[str] = mapped_column(String(200))
    post_name: Mapped[str] = mapped_column(String(200), default="")
    medium: Mapped[Medium] = mapped_column(checked(Medium), default=Medium.ELECTRONIC)
    language: Mapped[str] = mapped_column(String(20), default="zh")
    place: Mapped[str] = mapped_column(String(300), default="", comment="室/柜/盒 (R-13)")
    custody: Mapped[str] = mapped_column(String(200), default="")
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime | None]
    filed_by: Mapped[UUID | None]
    filed_at: Mapped[datetime]
    accepted_by: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    voided_by: Mapped[UUID | None]
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str] = mapped_column(String(500), default="")
    class_id: Mapped[UUID] = mapped_column(ForeignKey("retention_class.id"))
    #: Last day it must be kept, company time zone; null: permanent or the event is open (R-2).
    keep_until: Mapped[date | None]
    is_permanent: Mapped[bool] = mapped_column(default=False)
    trigger_on: Mapped[date | None]
    keep_because: Mapped[list[Any]] = mapped_column(default=list)
    access_set_id: Mapped[UUID] = mapped_column(ForeignKey("access_set.id"))
    confidentiality: Mapped[int] = mapped_column(default=0)
    volume_id: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    calendar: Mapped[str] = mapped_column(String(40), default="natural")
    is_late: Mapped[bool] = mapped_column(default=False)
    destroying_since: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]
    request_id: Mapped[str] = mapped_column(String(64), default="")


class RecordFact(Identified, Base):
    """One value that a registered fact has had; ordinal 0 is the original (C-1, C-2)."""

    __tablename__ = "record_fact"
    __table_args__ = (UniqueConstraint("record_id", "field", "ordinal"),)

    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"))
    field: Mapped[str] = mapped_column(String(40))
    ordinal: Mapped[int]
    value: Mapped[str] = mapped_column(Text)
    set_by: Mapped[UUID | None]
    set_at: Mapped[datetime]
    correction_id: Mapped[UUID | None] = mapped_column(ForeignKey("correction.id"))


class Correction(Identified, Versioned, Base):
    """A signed correction of one fact, or by sheet of the file (C-1 to C-7)."""

    __tablename__ = "correction"
    __table_args__ = (
        Index("ix_correction_record", "record_id", "entered_at"),
        Index("ix_correction_status", "status"),
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"))
    field: Mapped[str] = mapped_column(String(40))
    old_value: Mapped[str] = mapped_column(Text)
    new_value: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(40))
    reason_text: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[CorrectionStatus] = mapped_column(checked(CorrectionStatus))
    sheet_file_id: Mapped[UUID | None] = mapped_column(ForeignKey("item_file.id"))
    content_sha256: Mapped[str] = mapped_column(String(64))
    entered_by: Mapped[UUID]
    entered_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_comment: Mapped[str] = mapped_column(Text, default="")


class RecordClass(Base):
    """A retention class that applies to a record; one governs (R-1)."""

    __tablename__ = "record_class"

    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"), primary_key=True)
    class_id: Mapped[UUID] = mapped_column(ForeignKey("retention_class.id"), primary_key=True)
    governs: Mapped[bool] = mapped_column(default=False)


class RecordKey(Identified, Base):
    """A shared key of a record, one of KEY_KINDS (S-7)."""

    __tablename__ = "record_key"
    __table_args__ = (Index("ix_record_key_value", "kind", "normal"),)

    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(200))
    normal: Mapped[str] = mapped_column(String(200))
