"""The trail: events, their details, the head of the chain (T-1, T-2). No foreign keys here."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.events import Link
from docctl.models.base import Base


class EventRow(Base):
    """One event. `facts` is canonical JSON of registration data, stored as hashed."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "subject_id", "seq"),
        Index("ix_event_actor", "actor_id", "seq"),
        Index("ix_event_action", "action", "seq"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime]
    occurred_at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(100))
    on_behalf_of: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(String(10))
    system_user: Mapped[str] = mapped_column(String(60), default="")
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID | None]
    subject_version: Mapped[str] = mapped_column(String(60), default="")
    facts: Mapped[str] = mapped_column(Text)
    detail_digest: Mapped[str] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    def link(self) -> Link:
        """Return what the chain hashes."""
        return Link(
            seq=self.seq,
            recorded_at=self.recorded_at,
            occurred_at=self.occurred_at,
            actor_id=self.actor_id,
            actor_name=self.actor_name,
            on_behalf_of=self.on_behalf_of,
            channel=self.channel,
            system_user=self.system_user,
            action=self.action,
            subject_kind=self.subject_kind,
            subject_id=self.subject_id,
            subject_version=self.subject_version,
            facts=self.facts,
            detail_digest=self.detail_digest,
            prev_hash=self.prev_hash,
        )


class EventDetail(Base):
    """What was before and after; erased with its subject, while the chain still holds (R-7)."""

    __tablename__ = "event_detail"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    bytes: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Base):
    """The newest event; locked last, so that commit order is the order of numbers."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]
    recorded_at: Mapped[datetime]
    hash: Mapped[str] = mapped_column(String(64))
