"""Printed blanks and bound books of a form revision: prints, issues, and how numbers ended (D-10)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.blank_rows import Span, Written
from docctl.domain.blanks import BlankState
from docctl.models.base import Base, Identified, Versioned, checked


class BlankPrint(Identified, Base):
    """A print of blanks (空白表格) or bound books (登记本) of a form revision, with its numbers (D-10).

    `scope` is the counter of the records' series where the numbers are of it, else "" (N-5). The sums follow
    what is issued and ends; they may only grow, and never beyond what was printed.
    """

    __tablename__ = "blank_print"
    __table_args__ = (
        CheckConstraint("first >= 0 AND first <= last", name="row"),
        CheckConstraint("book_size >= 0", name="book"),
        CheckConstraint("issued >= 0 AND ended >= 0 AND ended_in_store >= 0", name="counted"),
        CheckConstraint("issued + ended_in_store <= last - first + 1", name="never_more"),
        CheckConstraint("ended <= last - first + 1", name="ended_once"),
        Index("ix_blank_print_document", "document_id", "prefix", "first"),
        Index("ix_blank_print_revision", "revision_id"),
        Index("ix_blank_print_scope", "scope", "first"),
    )

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    prefix: Mapped[str] = mapped_column(String(100))
    width: Mapped[int]
    first: Mapped[int]
    last: Mapped[int]
    scope: Mapped[str] = mapped_column(String(300), default="")
    #: So many numbers are bound in one book; 0: loose sheets.
    book_size: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(500), default="")
    printed_on: Mapped[date]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID]
    #: How many numbers went out; how many have ended, and of those how many in store.
    issued: Mapped[int] = mapped_column(default=0)
    ended: Mapped[int] = mapped_column(default=0)
    ended_in_store: Mapped[int] = mapped_column(default=0)

    @property
    def span(self) -> Span:
        """The numbers that were printed."""
        return Span(self.first, self.last)

    @property
    def written(self) -> Written:
        """How its numbers are written."""
        return Written(self.prefix, self.width)


class BlankIssue(Identified, Versioned, Base):
    """Numbers of a print that went out to a unit, and who has them there (D-10)."""

    __tablename__ = "blank_issue"
    __table_args__ = (
        CheckConstraint("first <= last", name="row"),
        CheckConstraint(
            "(received_at IS NULL) = (received_by IS NULL) AND (received_at IS NULL) = (received_on IS NULL)",
            name="received_whole",
        ),
        CheckConstraint("ended BETWEEN 0 AND last - first + 1", name="never_more"),
        Index("ix_blank_issue_print", "print_id", "first"),
        Index("ix_blank_issue_unit", "unit_id"),
        Index("ix_blank_issue_person", "person_id"),
    )

    print_id: Mapped[UUID] = mapped_column(ForeignKey("blank_print.id"))
    first: Mapped[int]
    last: Mapped[int]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    #: The unit as it was called then.
    holder: Mapped[str] = mapped_column(String(200))
    #: Who looks after them in the unit, where one person does; handed over when that person goes (A-16).
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID]
    received_on: Mapped[date | None]
    received_at: Mapped[datetime | None]
    received_by: Mapped[UUID | None]
    receiver: Mapped[str] = mapped_column(String(100), default="")
    #: How many of its numbers have ended.
    ended: Mapped[int] = mapped_column(default=0)

    @property
    def span(self) -> Span:
        """The numbers that went out."""
        return Span(self.first, self.last)


class BlankEnd(Identified, Base):
    """How numbers in a row ended; one of its own for each that was used (D-10).

    What was lost and is found ends once more, `was_lost`. Rows are added, never changed.
    """

    __tablename__ = "blank_end"
    __table_args__ = (
        CheckConstraint("first <= last", name="row"),
        CheckConstraint("state IN ('used', 'void', 'returned', 'destroyed', 'lost')", name="is_end"),
        CheckConstraint("state IN ('used', 'returned') OR reason <> ''", name="reason_given"),
        CheckConstraint("state <> 'used' OR (first = last AND normal <> '')", name="used_alone"),
        CheckConstraint("(state = 'destroyed') = (witness_id IS NOT NULL)", name="destroyed_watched"),
        CheckConstraint("witness_id IS NULL OR witness_id <> noted_by", name="witness_other"),
        CheckConstraint("NOT (was_lost AND state IN ('lost', 'void'))", name="found"),
        Index("ix_blank_end_print", "print_id", "first"),
        Index("ix_blank_end_issue", "issue_id", "state"),
        Index("ix_blank_end_normal", "normal"),
    )

    print_id: Mapped[UUID] = mapped_column(ForeignKey("blank_print.id"))
    #: None: it ended in store.
    issue_id: Mapped[UUID | None] = mapped_column(ForeignKey("blank_issue.id"))
    first: Mapped[int]
    last: Mapped[int]
    state: Mapped[BlankState] = mapped_column(checked(BlankState))
    was_lost: Mapped[bool] = mapped_column(default=False)
    #: The normal form of a number that was used, by which its record is found (N-10).
    normal: Mapped[str] = mapped_column(String(200), default="")
    ended_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500), default="")
    witness_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID]

    @property
    def span(self) -> Span:
        """The numbers that ended."""
        return Span(self.first, self.last)
