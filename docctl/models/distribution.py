"""Distribution lists of revisions, controlled copies, and who is asked to read (D-1, D-2, D-4, D-8)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.copy_states import CopyFacts, CopyStatus, Medium, first_of
from docctl.domain.distribution import HolderKind, ListEntry
from docctl.models.base import Base, Identified, Versioned, checked

#: Exactly one of the three says who holds; a place is looked after by a unit.
_ONE_HOLDER = """(kind IN ('unit', 'place')) = (unit_id IS NOT NULL)
    AND (kind = 'post') = (post_id IS NOT NULL) AND (kind = 'person') = (person_id IS NOT NULL)"""
_PLACE = "(kind = 'place') = (medium = 'posted') AND (kind = 'place') = (place <> '')"


class Held:
    """Who or what holds: the columns of an entry of the list, and of a copy made from it."""

    kind: Mapped[HolderKind] = mapped_column(checked(HolderKind))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str] = mapped_column(String(200), default="")
    medium: Mapped[Medium] = mapped_column(checked(Medium))

    @property
    def holder_id(self) -> UUID:
        """The unit, post or person that is named."""
        found = self.unit_id or self.post_id or self.person_id
        assert found is not None  # the database lets exactly one be there
        return found


class DistributionEntry(Held, Identified, Base):
    """An entry of a revision's distribution list (发放范围); later changes keep what was (D-8).

    `reason` is empty for what stood there when the revision was submitted, and was signed with it.
    """

    __tablename__ = "distribution_entry"
    __table_args__ = (
        UniqueConstraint("revision_id", "ordinal"),
        CheckConstraint("copies BETWEEN 1 AND 50", name="copies"),
        CheckConstraint(_ONE_HOLDER, name="one_holder"),
        CheckConstraint(_PLACE, name="place"),
        CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason = '')",
            name="removed_whole",
        ),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    ordinal: Mapped[int]
    copies: Mapped[int]
    reads: Mapped[bool]
    #: The name as it was when it was listed.
    holder: Mapped[str] = mapped_column(String(420))
    added_at: Mapped[datetime]
    added_by: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(500), default="")
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None]
    removed_reason: Mapped[str] = mapped_column(String(500), default="")

    def entry(self) -> ListEntry:
        """Return the entry as the rules see it."""
        return ListEntry(self.kind, self.holder_id, self.medium, self.place, self.copies, self.reads)


class ControlledCopy(Held, Identified, Versioned, Base):
    """A controlled copy (受控副本): issued with its number, received, closed with how and by whom (D-1, D-2).

    Days are stated ones of the company's zone; `…_at` is when it was noted. That it is recalled follows from
    `recalled_at` and the end of its revision.
    """

    __tablename__ = "controlled_copy"
    __table_args__ = (
        UniqueConstraint("document_id", "sequence"),
        CheckConstraint(_ONE_HOLDER, name="one_holder"),
        CheckConstraint(_PLACE, name="place"),
        CheckConstraint(
            "(received_at IS NULL) = (received_by IS NULL) AND (received_at IS NULL) = (received_on IS NULL)",
            name="received_whole",
        ),
        CheckConstraint(
            "status NOT IN ('issued', 'received') OR (closed_at IS NULL AND lost_at IS NULL)", name="open"
        ),
        CheckConstraint("status <> 'received' OR received_at IS NOT NULL", name="received"),
        CheckConstraint(
            "status <> 'lost' OR (lost_at IS NOT NULL AND closed_at IS NULL AND lost_reason <> '')",
            name="lost",
        ),
        CheckConstraint(
            """status NOT IN ('returned', 'destroyed')
            OR (closed_at IS NOT NULL AND closed_by IS NOT NULL AND closed_on IS NOT NULL)""",
            name="closed",
        ),
        CheckConstraint(
            """status <> 'destroyed'
            OR (witness_id IS NOT NULL AND witness_id <> closed_by AND close_reason <> '')""",
            name="destroyed_watched",
        ),
        CheckConstraint("(recalled_at IS NULL) = (recall_reason = '')", name="recalled_whole"),
        Index("ix_controlled_copy_revision", "revision_id", "status"),
        Index("ix_controlled_copy_unit", "unit_id", "status"),
        Index("ix_controlled_copy_post", "post_id", "status"),
        Index("ix_controlled_copy_person", "person_id", "status"),
        Index("ix_controlled_copy_issued", "issued_at"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("distribution_entry.id"))
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(20), comment="分发号")
    #: What the mark on the print leads to, made at its first print; it cannot be guessed (D-3).
    mark: Mapped[str | None] = mapped_column(String(40), unique=True)
    holder: Mapped[str] = mapped_column(String(420))
    status: Mapped[CopyStatus] = mapped_column(checked(CopyStatus), default=CopyStatus.ISSUED)
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    issued_by: Mapped[UUID]
    received_on: Mapped[date | None]
    received_at: Mapped[datetime | None]
    received_by: Mapped[UUID | None]
    #: Who signed for it on paper, where control notes the receipt.
    receiver: Mapped[str] = mapped_column(String(100), default="")
    recalled_at: Mapped[datetime | None]
    recalled_by: Mapped[UUID | None]
    recall_reason: Mapped[str] = mapped_column(String(500), default="")
    lost_on: Mapped[date | None]
    lost_at: Mapped[datetime | None]
    lost_by: Mapped[UUID | None]
    lost_reason: Mapped[str] = mapped_column(String(500), default="")
    closed_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    close_reason: Mapped[str] = mapped_column(String(500), default="")
    witness_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    def recalled_since(self, over_since: datetime | None) -> datetime | None:
        """Return from when it is recalled: its own recall, or `over_since` of its revision, UTC (D-2)."""
        return first_of(self.recalled_at, over_since)

    def facts(self, over_since: datetime | None) -> CopyFacts:
        """Return the copy as the rules see it; `over_since` is that of its revision."""
        since = self.recalled_since(over_since)
        return CopyFacts(self.number, self.status, self.medium, self.issued_on, since)


class ReadTask(Identified, Base):
    """That a person is asked to read a revision, and when they said that they have (D-4).

    It ends without that where the person leaves or moves, with the reason (A-16).
    """

    __tablename__ = "read_task"
    __table_args__ = (
        UniqueConstraint("revision_id", "person_id"),
        Index("ix_read_task_person", "person_id", "acknowledged_at"),
        CheckConstraint("asked_at <= acknowledged_at", name="interval"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason = '')",
            name="ended_whole",
        ),
        CheckConstraint("ended_at IS NULL OR acknowledged_at IS NULL", name="ended_unread"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID]
    acknowledged_at: Mapped[datetime | None]
    #: The first instant after the last day for reading; nothing for one from before there were days.
    due_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
