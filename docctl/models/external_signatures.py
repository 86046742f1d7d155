"""Signatures of people without an account, vouched for by somebody inside, and their withdrawal (A-5)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.external_signatures import ExternalMeaning, How
from docctl.models.base import Base, Identified, checked


class ExternalSignature(Identified, Base):
    """That somebody from outside signed a revision in a round; its evidence is a file of its own (A-5)."""

    __tablename__ = "external_signature"
    __table_args__ = (
        CheckConstraint("name <> '' AND organisation <> ''", name="signer_named"),
        CheckConstraint("how <> 'phone' OR note <> ''", name="read_back_told"),
        Index("ix_external_signature_revision", "revision_id", "vouched_at"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    round: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    organisation: Mapped[str] = mapped_column(String(200))
    meaning: Mapped[ExternalMeaning] = mapped_column(checked(ExternalMeaning))
    how: Mapped[How] = mapped_column(checked(How))
    #: In the company's zone, as told.
    signed_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(500))
    content_sha256: Mapped[str] = mapped_column(String(64))
    vouched_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    vouched_name: Mapped[str] = mapped_column(String(100))
    vouched_at: Mapped[datetime]


class ExternalWithdrawal(Base):
    """That a vouched signature does not count any more, and why; the signature itself stays (A-5)."""

    __tablename__ = "external_withdrawal"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason_given"),)

    signature_id: Mapped[UUID] = mapped_column(ForeignKey("external_signature.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    withdrawn_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime]
