"""What is sealed of the trail: keys, signed heads, what the sealer last saw (T-2). No foreign keys here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from docctl.domain.heads import KeyRow
from docctl.models.base import Base


class AuditKey(Base):
    """A public key that signs heads; the one before it signed for it. Rows are only added."""

    __tablename__ = "audit_key"

    key_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    public: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    #: The key before; empty for the first.
    prev: Mapped[str] = mapped_column(String(64), default="", unique=True)
    signature: Mapped[str] = mapped_column(String(128), default="")

    def row(self) -> KeyRow:
        """Return what is signed and checked."""
        return KeyRow(self.key_id, self.public, self.since, self.prev, self.signature)


class AuditTreeHead(Base):
    """A signed head of the tree over all events. Rows are only added, each larger than the last.

    `frontier` holds the complete subtrees below the newest leaf, in hexadecimal: with the newest
    event's hash they give the root again. It is checked against the signed root each time.
    """

    __tablename__ = "audit_tree_head"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The digest of the head before, as in `body`: of two sealers at once only one goes on from a head.
    prev: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(128))
    frontier: Mapped[str] = mapped_column(Text)


class AuditWatch(Base):
    """The one row of what sealer and guard of the time last saw; for the status, not for proof."""

    __tablename__ = "audit_watch"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: The newest instant of the clock that nothing speaks against.
    trusted_at: Mapped[datetime | None]
    #: Why the alarm is on, as a code; empty when all is well.
    alarm: Mapped[str] = mapped_column(String(40), default="")
    alarm_at: Mapped[datetime | None]
    stored_size: Mapped[int] = mapped_column(default=0)
    stored_at: Mapped[datetime | None]
    witness_size: Mapped[int] = mapped_column(default=0)
    witness_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    verified_events: Mapped[int] = mapped_column(default=0)
    #: Why the last whole check failed, as a code; empty when it held.
    verified_reason: Mapped[str] = mapped_column(String(40), default="")


def newest_seal(session: Session) -> AuditTreeHead | None:
    """Return the newest signed head."""
    newest = select(func.max(AuditTreeHead.size)).scalar_subquery()
    return session.scalars(select(AuditTreeHead).where(AuditTreeHead.size == newest)).one_or_none()


def keys_in_order(session: Session) -> tuple[KeyRow, ...]:
    """Return the keys in the order in which they handed over; one outside that order is left out."""
    rows = {one.prev: one.row() for one in session.scalars(select(AuditKey))}
    found: list[KeyRow] = []
    while (one := rows.pop(found[-1].key_id if found else "", None)) is not None:
        found.append(one)
    return tuple(found)
