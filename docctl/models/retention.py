"""Retention classes, holds and disposal lists (R-1, R-5, R-6)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.disposal import Opinion
from docctl.domain.lifecycle import ListStatus
from docctl.models.base import Base, Identified, Versioned, checked


class RetentionClassRow(Identified, Base):
    """A class of the retention schedule; a change is a new row with the next revision (R-1, R-3)."""

    __tablename__ = "retention_class"
    __table_args__ = (UniqueConstraint("code", "revision"),)

    code: Mapped[str] = mapped_column(String(40))
    revision: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(String(500))
    is_catch_all: Mapped[bool] = mapped_column(default=False)
    #: No form may choose it any more; those that name it go on with it.
    is_closed: Mapped[bool] = mapped_column(default=False, server_default=false())
    ordinal: Mapped[int] = mapped_column(default=0)
    #: As `domain.class_data` reads it: period, trigger, action, maximum, functions.
    data: Mapped[dict[str, Any]]
    #: By which revision of the controlled setting it came.
    schedule: Mapped[int] = mapped_column(default=1, server_default="1")
    #: From when it is in force (`models.schedule`); null: it came with the company.
    effective_from: Mapped[datetime | None]
    #: Its revision of the setting was withdrawn before it began: it never was in force.
    withdrawn_at: Mapped[datetime | None]


class HoldRegister(Base):
    """The one row that holds and disposal lock first, so that neither overtakes the other (R-5)."""

    __tablename__ = "hold_register"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)


class Hold(Identified, Versioned, Base):
    """A legal hold: named, with reason, lifted only by its owner's role (R-5)."""

    __tablename__ = "hold"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_reason"),)

    number: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    owner_role: Mapped[str] = mapped_column(String(40))
    placed_by: Mapped[UUID]
    placed_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None]
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str] = mapped_column(Text, default="")


class HoldKey(Base):
    """A key that a hold covers: every record that bears it, those filed later too (R-5, S-7).

    `value` is as it was typed, `normal` what records are compared by (N-10).
    """

    __tablename__ = "hold_key"
    __table_args__ = (Index("ix_hold_key_value", "kind", "normal"),)

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("hold.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    normal: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
    #: How many records that bear it were being destroyed already when the hold was placed.
    too_late: Mapped[int] = mapped_column(default=0)


class HoldItem(Base):
    """An item under a hold, on its own or because of a key; one of a key may be covered before it is here."""

    __tablename__ = "hold_item"
    __table_args__ = (Index("ix_hold_item_item", "item_id"),)

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("hold.id"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    item_kind: Mapped[str] = mapped_column(String(20), default="record")
    #: When its trail and the store were told that this hold has ended.
    released_at: Mapped[datetime | None]


class DisposalList(Identified, Versioned, Base):
    """A disposal list through its steps; its manifest is what the leader signs (R-6, V-13)."""

    __tablename__ = "disposal_list"

    number: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    status: Mapped[ListStatus] = mapped_column(checked(ListStatus))
    as_of: Mapped[date]
    manifest: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    approved_sha256: Mapped[str | None] = mapped_column(String(64))
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    executor_id: Mapped[UUID | None]
    ordered_at: Mapped[datetime | None]
    witness_id: Mapped[UUID | None]
    witnessed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    rejected_reason: Mapped[str] = mapped_column(Text, default="")
    stopped_reason: Mapped[str] = mapped_column(Text, default="")
    certificate_number: Mapped[str] = mapped_column(String(60), default="")
    #: The newest event when the last item was settled: every index must have been made as of it or later.
    purge_from: Mapped[int | None]


class ItemStatus(StrEnum):
    """What becomes of an item on a list."""

    INCLUDED = "included"
    TAKEN_OUT = "taken_out"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"
    STOPPED = "stopped"


class DisposalItem(Identified, Base):
    """One record on a list, with what the certificate says of it (R-6, R-7)."""

    __tablename__ = "disposal_item"
    __table_args__ = (
        UniqueConstraint("list_id", "record_id"),
        Index("ix_disposal_item_record", "record_id"),
        Index("ix_disposal_item_status", "list_id", "status"),
    )

    list_id: Mapped[UUID] = mapped_column(ForeignKey("disposal_list.id"))
    record_id: Mapped[UUID] = mapped_column(ForeignKey("record.id"))
    ordinal: Mapped[int]
    status: Mapped[ItemStatus] = mapped_column(checked(ItemStatus), default=ItemStatus.INCLUDED)
    number: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(500))
    form_number: Mapped[str] = mapped_column(String(200))
    unit_name: Mapped[str] = mapped_column(String(200))
    occurred_on: Mapped[date]
    keep_until: Mapped[date]
    class_code: Mapped[str] = mapped_column(String(40))
    class_name: Mapped[str] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(String(500))
    #: SHA-256 of each file, in order.
    hashes: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    prolonged_until: Mapped[date | None]
    proof: Mapped[dict[str, Any]] = mapped_column(default=dict)
    destroyed_at: Mapped[datetime | None]


class DisposalCheck(Identified, Base):
    """The opinion of one function on a list (鉴定意见); open until given (R-6)."""

    __tablename__ = "disposal_check"
    __table_args__ = (UniqueConstraint("list_id", "unit_id"),)

    list_id: Mapped[UUID] = mapped_column(ForeignKey("disposal_list.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    opinion: Mapped[Opinion | None] = mapped_column(checked(Opinion))
    comment: Mapped[str] = mapped_column(Text, default="")
    list_sha256: Mapped[str] = mapped_column(String(64), default="")
    given_by: Mapped[UUID | None]
    given_at: Mapped[datetime | None]
