"""Counters, the register of every number ever given, aliases (N-1 to N-10)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified, checked


class Counter(Base):
    """The last sequence number taken in a scope; locked by scope name, in order."""

    __tablename__ = "counter"

    scope: Mapped[str] = mapped_column(String(300), primary_key=True)
    value: Mapped[int]
    #: Up to here the numbers of the series were given by another scheme or count, and stand there (N-5).
    begins_after: Mapped[int] = mapped_column(default=0, server_default="0")


class NumberState(StrEnum):
    """What became of a number; none is ever given twice (N-1)."""

    RESERVED = "reserved"
    USED = "used"
    VOIDED = "voided"


class NumberReservation(Identified, Base):
    """Numbers that were reserved ahead in one step, for one purpose, unit or person (N-3)."""

    __tablename__ = "number_reservation"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("count > 0", name="some"),
        Index("ix_number_reservation_at", "reserved_at"),
    )

    type_id: Mapped[UUID] = mapped_column(ForeignKey("document_type.id"))
    count: Mapped[int]
    first: Mapped[str] = mapped_column(String(200))
    last: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    #: The last day, in the company's zone; what is not used by then is void.
    until: Mapped[date | None]
    reserved_at: Mapped[datetime]
    reserved_by: Mapped[UUID | None]


class NumberEntry(Identified, Base):
    """One number in the register, with what it belongs to (N-1, N-3)."""

    __tablename__ = "number_entry"
    __table_args__ = (
        UniqueConstraint("entity_id", "normal"),  # N-10
        CheckConstraint("state <> 'voided' OR reason <> ''", name="void_has_reason"),
        CheckConstraint("state <> 'used' OR item_id IS NOT NULL", name="used_has_item"),
        Index("ix_number_entry_item", "item_id"),
        Index("ix_number_entry_scope", "scope", "sequence"),
        Index("ix_number_entry_shown", "shown"),  # the order of the register
        Index("ix_number_entry_normal", "normal"),  # what a citation names
        Index("ix_number_entry_reservation", "reservation_id", "state"),
    )

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("legal_entity.id"))
    shown: Mapped[str] = mapped_column(String(200))
    normal: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    scheme_code: Mapped[str] = mapped_column(String(40), default="")
    scope: Mapped[str] = mapped_column(String(300), default="")
    sequence: Mapped[int | None]
    #: What its counter said when the number was taken: no sequence up to here is missing before it (N-5).
    begins_after: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[NumberState] = mapped_column(checked(NumberState))
    item_kind: Mapped[str] = mapped_column(String(20), default="")
    item_id: Mapped[UUID | None]
    #: The reservation it came from.
    reservation_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    taken_at: Mapped[datetime]
    taken_by: Mapped[UUID | None]


class NumberTail(Base):
    """An end of a document's number by which people cite it; goes with the number's entry (N-10).

    Numbers of records have none here: no citation means one, and they are a hundred times as many.
    """

    __tablename__ = "number_tail"
    __table_args__ = (Index("ix_number_tail_tail", "tail"),)

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("number_entry.id"), primary_key=True)
    tail: Mapped[str] = mapped_column(String(200), primary_key=True)


class Alias(Identified, Base):
    """Another name or number that finds an item: former, misspelt, outside (N-4, N-9)."""

    __tablename__ = "alias"
    __table_args__ = (Index("ix_alias_normal", "normal"), Index("ix_alias_item", "item_id"))

    item_kind: Mapped[str] = mapped_column(String(20))
    item_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(500))
    normal: Mapped[str] = mapped_column(String(500))
