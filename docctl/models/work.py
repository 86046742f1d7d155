"""Open steps, due jobs, deliveries, leases, answered requests (A-4; architecture: followers)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.approval import Meaning
from docctl.models.base import Base, Identified, Versioned, checked
from docctl.models.clocks import Clocked

_RUNNING = text("status = 'open'")


class StepStatus(StrEnum):
    """What became of a step of a route."""

    WAITING = "waiting"
    OPEN = "open"
    SIGNED = "signed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Step(Identified, Versioned, Clocked, Base):
    """A step of a revision's route, with whom it waits for and until when (A-1, A-4)."""

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("revision_id", "round", "position"),
        Index("ix_step_assignee", "assignee_id", "status"),
        Index("ix_step_running", "id", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    round: Mapped[int]
    position: Mapped[int]
    #: Steps of one stage are open side by side; the next stage opens when all of them are signed (A-1).
    stage: Mapped[int] = mapped_column(default=0, server_default="0")
    #: How the route calls it, such as 会签; "" by its meaning.
    name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    #: Whoever signs it signs no other step so marked (A-2).
    is_separate: Mapped[bool] = mapped_column(default=True, server_default=true())
    meaning: Mapped[Meaning] = mapped_column(checked(Meaning))
    assignee_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    #: Whom the route wanted: a role, post, head or person, and of what; "" for one from before (A-8).
    who: Mapped[str] = mapped_column(String(10), default="", server_default="")
    who_of: Mapped[str] = mapped_column(String(200), default="", server_default="")
    #: The class of the authority table that found them, asked again when it is handed over (A-7).
    authority: Mapped[str] = mapped_column(String(40), default="", server_default="")
    #: To whom its signer may delegate it: nobody, holders of a post, anybody who may sign (A-8).
    delegable: Mapped[str] = mapped_column(String(10), default="free", server_default="free")
    delegable_post_id: Mapped[UUID | None]
    #: Of a formal check what it asks, as the route said when it was submitted (A-9).
    points: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    status: Mapped[StepStatus] = mapped_column(checked(StepStatus))
    opened_at: Mapped[datetime | None]
    #: How long it may take from its opening, for counting again; nothing for one from before limits.
    limit_amount: Mapped[int | None]
    limit_unit: Mapped[str | None] = mapped_column(String(40))
    closed_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    #: The next level, once the step is overdue (处理逾期反应).
    escalated_to: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    escalated_at: Mapped[datetime | None]
    #: When it was reminded of, before it was due.
    reminded_at: Mapped[datetime | None]
    #: Why it was closed after its time, "" in time, and the unit of who had it then (A-13).
    late_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    late_unit_id: Mapped[UUID | None]


class DueJob(Identified, Base):
    """Something that falls due at an instant; worked in order, also after days off."""

    __tablename__ = "due_job"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_due_job_due", "done_at", "due_at"),
    )

    kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    #: How often it failed since it was wanted, the kind of the last fault, when it is tried again.
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    next_at: Mapped[datetime | None]


class Delivery(Identified, Base):
    """An outside effect, wanted by a transaction: tried until done, never replayed by a rebuild."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_next", "done_at", "next_at"),
        Index("ix_delivery_subject", "subject_id", "done_at", "key"),
    )

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    #: Whom it goes to: the person of a mail. None for what stays in the house.
    subject_id: Mapped[UUID | None]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    #: How it ended where it was not done: `refused`, `expired`, `given_up`, `not_needed`.
    outcome: Mapped[str] = mapped_column(String(20), default="", server_default="")


class Lease(Base):
    """Who works as the worker until when; two holders do no harm."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime]


class IndexCopy(Base):
    """The search index of one host, as that host told last; never deleted: a list waits for each (R-7).

    `made_from` is the number of the event as of which its files were made; 0 where older files may be left.
    """

    __tablename__ = "index_copy"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    generation: Mapped[str] = mapped_column(String(40), default="")
    made_from: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    entries: Mapped[int] = mapped_column(default=0)
    joined_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    forgotten_at: Mapped[datetime | None]


class AnsweredRequest(Base):
    """A request that was carried out: a repeat gets the first answer."""

    __tablename__ = "answered_request"

    request_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID | None]
    use_case: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(index=True)


class Setting(Base):
    """A fact about this installation, such as the time zone its dates were computed in."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[dict[str, Any]]
