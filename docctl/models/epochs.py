"""Epochs: one row for each restore of an older state, and who accepted it (T-2). No foreign keys here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from docctl.models.base import Base, Identified


class EpochRow(Identified, Base):
    """What a restore began. While `second_at` is empty, people may only read."""

    __tablename__ = "epoch"
    __table_args__ = (
        CheckConstraint(
            "second_by IS NULL OR (first_by IS NOT NULL AND second_by <> first_by)", name="two_people"
        ),
    )

    number: Mapped[int] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    #: When the backup was made: what the store took in since then belongs to what was lost.
    backup_at: Mapped[datetime]
    #: The newest event of the restored state.
    end_seq: Mapped[int]
    #: A counter that is new after the restore begins behind this: it may have been counted before (N-1).
    floor: Mapped[int]
    #: Canonical JSON of what was lost; this is what two people sign.
    content: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))
    first_by: Mapped[UUID | None]
    first_at: Mapped[datetime | None]
    second_by: Mapped[UUID | None]
    second_at: Mapped[datetime | None]
