"""Where notices go: a person's confirmed address, what they chose, and what they were told (A-4)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.mailing import When
from docctl.models.base import Base, checked


class MailAddress(Base):
    """Whether the address on a person's account is theirs; it counts while both are the same.

    `problem` is what the server said when it refused the address for good: nothing goes there any more.
    """

    __tablename__ = "mail_address"
    __table_args__ = (CheckConstraint("hour IS NULL OR hour BETWEEN 0 AND 23", name="hour_of_day"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(200), default="")
    confirmed_at: Mapped[datetime | None]
    #: Of the link that confirms: its hash, until when it works; how many were asked for since when.
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    asked: Mapped[int] = mapped_column(default=0)
    asked_since: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(300), default="")
    problem_at: Mapped[datetime | None]
    #: The hour of the digest in the company's time zone, None for the installation's; the day it came last.
    hour: Mapped[int | None]
    digest_on: Mapped[date | None]


class MailChoice(Base):
    """When a person is told of a kind of work; without a row as the installation says."""

    __tablename__ = "mail_choice"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    when: Mapped[When] = mapped_column("told", checked(When))


class MailTold(Base):
    """What a person was told of while it waits for them: once each."""

    __tablename__ = "mail_told"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(140), primary_key=True)
    told_at: Mapped[datetime]
