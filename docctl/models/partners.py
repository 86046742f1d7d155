"""People of outside organisations bound to a purpose, and what is shared with these, each to a day (O-7)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified


class PartnerBinding(Identified, Base):
    """That a person of an outside organisation may come in, for what, and until the end of which day.

    The newest one counts; the others are how it was.
    """

    __tablename__ = "partner_binding"
    __table_args__ = (Index("ix_partner_binding_person", "person_id", "bound_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(String(200))
    until_on: Mapped[date]
    #: The first instant after that day, UTC.
    ends_at: Mapped[datetime]
    bound_at: Mapped[datetime]
    bound_by: Mapped[UUID | None]


class PartnerShare(Identified, Base):
    """That a document or record is shared with an outside organisation, for what, until the end of a day."""

    __tablename__ = "partner_share"
    __table_args__ = (
        Index("ix_partner_share_unit", "unit_id", "ends_at"),
        Index("ix_partner_share_item", "item_id"),
        CheckConstraint("item_kind IN ('document', 'record')", name="kind"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_whole"),
    )

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    item_kind: Mapped[str] = mapped_column(String(20))
    item_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(200))
    until_on: Mapped[date]
    ends_at: Mapped[datetime]
    shared_at: Mapped[datetime]
    shared_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
