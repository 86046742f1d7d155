"""Delegations: who stands in for whom at signatures, from when until when, for which documents (A-2, A-8)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified, Versioned, checked


class ScopeKind(StrEnum):
    """What a delegation may be narrowed to; documents must be of one of each kind that is named."""

    TYPE = "type"
    UNIT = "unit"


class Delegation(Identified, Versioned, Base):
    """One person signs for another from `begins_at` up to `ends_at`, which an earlier end brings forward.

    Rows are added; what was said stays. Both who did not enter it are told until they have seen it.
    """

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("principal_id <> delegate_id", name="two_people"),
        CheckConstraint("from_on <= until_on", name="interval"),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("(ended_at IS NULL) = (end_reason = '')", name="end_reason"),
        Index("ix_delegation_delegate", "delegate_id", "ends_at"),
        Index("ix_delegation_principal", "principal_id", "ends_at"),
    )

    principal_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    given_by: Mapped[UUID | None]
    given_at: Mapped[datetime]
    principal_seen_at: Mapped[datetime | None]
    delegate_seen_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    end_reason: Mapped[str] = mapped_column(String(500), default="")


class DelegationScope(Identified, Base):
    """A type of documents, or a unit that owns them, to which a delegation is narrowed."""

    __tablename__ = "delegation_scope"
    __table_args__ = (UniqueConstraint("delegation_id", "kind", "of_id"),)

    delegation_id: Mapped[UUID] = mapped_column(ForeignKey("delegation.id"))
    kind: Mapped[ScopeKind] = mapped_column(checked(ScopeKind))
    of_id: Mapped[UUID]
