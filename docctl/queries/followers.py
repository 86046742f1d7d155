"""How far those who follow the events have come: worker, index, deliveries, due jobs, uploads, files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from docctl.models.content import ItemFile, Upload
from docctl.models.trail import AuditHead
from docctl.models.work import Delivery, DueJob, Lease
from docctl.services.backup import last_backup_at
from docctl.services.deliveries.ends import MAIL, OUTWARD

#: What fell due is late after this time; until then the worker may simply be on its way.
LATE: Final = timedelta(minutes=5)
#: So many failing deliveries are listed; the count says how many there are.
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Failing:
    """A delivery that failed and waits for its next try; `error` is the kind of fault, no content."""

    id: UUID
    kind: str
    tries: int
    error: str
    since: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True)
class FailingJob:
    """A due job that failed and waits for its next try; `error` is the kind of fault, no content."""

    id: UUID
    kind: str
    tries: int
    error: str
    due_at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Followers:
    """What waits, what fails and since when; sizes in bytes, instants UTC.

    `worker_until` is when the lease of the newest worker ends or ended, None where it was given back.
    """

    events: int
    newest_at: datetime
    worker_until: datetime | None
    waiting: int
    waiting_since: datetime | None
    failing: int
    failing_since: datetime | None
    jobs: int
    jobs_late: int
    jobs_late_since: datetime | None
    jobs_failing: int
    jobs_failing_since: datetime | None
    files: int
    files_size: int
    files_unsound: int
    files_late: int
    files_oldest: datetime | None
    uploads: int
    uploads_size: int
    uploads_over: int
    #: When the newest backup of the whole system was made.
    backup_at: datetime | None = None
    #: Mails, which are no `waiting` or `failing` of the house: how many, and when the oldest was wanted.
    mails_waiting: int = 0
    mails_waiting_since: datetime | None = None
    mails_failing: int = 0
    mails_failing_since: datetime | None = None


def followers(session: Session, *, at: datetime, every: timedelta) -> Followers:
    """Return the whole state in a few counts; `every` is the time in which all files are read again (T-3)."""
    events, newest_at = session.execute(select(AuditHead.seq, AuditHead.recorded_at)).one()
    open_one = and_(Delivery.done_at.is_(None), Delivery.kind.not_in(OUTWARD))
    waiting = session.execute(
        select(func.count(), func.min(Delivery.created_at)).where(open_one, Delivery.tries == 0)
    ).one()
    failing = session.execute(
        select(func.count(), func.min(Delivery.created_at)).where(open_one, Delivery.tries > 0)
    ).one()
    mail = and_(Delivery.done_at.is_(None), Delivery.kind == MAIL)
    mails = [
        session.execute(select(func.count(), func.min(Delivery.created_at)).where(mail, tried)).one()
        for tried in (Delivery.tries == 0, Delivery.tries > 0)
    ]
    late = session.execute(
        select(func.count(), func.min(DueJob.due_at)).where(
            DueJob.done_at.is_(None), DueJob.due_at <= at - LATE
        )
    ).one()
    failing_due = session.execute(
        select(func.count(), func.min(DueJob.due_at)).where(DueJob.done_at.is_(None), DueJob.tries > 0)
    ).one()
    there = ItemFile.destroyed_at.is_(None)
    files = session.execute(
        select(
            func.count(), func.coalesce(func.sum(ItemFile.stored_size), 0), func.min(ItemFile.checked_at)
        ).where(there)
    ).one()
    uploads = session.execute(select(func.count(), func.coalesce(func.sum(Upload.size), 0))).one()
    return Followers(
        events=events,
        newest_at=newest_at,
        worker_until=session.scalar(select(func.max(Lease.until)).where(Lease.name == "worker")),
        waiting=waiting[0],
        waiting_since=waiting[1],
        failing=failing[0],
        failing_since=failing[1],
        jobs=_count(session, DueJob.done_at.is_(None)),
        jobs_late=late[0],
        jobs_late_since=late[1],
        jobs_failing=failing_due[0],
        jobs_failing_since=failing_due[1],
        files=files[0],
        files_size=files[1],
        files_unsound=_count(session, there, ItemFile.problem != ""),
        files_late=_count(session, there, ItemFile.checked_at <= at - every),
        files_oldest=files[2],
        uploads=uploads[0],
        uploads_size=uploads[1],
        uploads_over=_count(session, Upload.expires_at <= at - timedelta(hours=2)),
        backup_at=last_backup_at(session),
        mails_waiting=mails[0][0],
        mails_waiting_since=mails[0][1],
        mails_failing=mails[1][0],
        mails_failing_since=mails[1][1],
    )


def failing_deliveries(session: Session) -> list[Failing]:
    """Return the deliveries that failed and wait, those that wait longest first."""
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.done_at.is_(None), Delivery.tries > 0, Delivery.kind.not_in(OUTWARD))
        .order_by(Delivery.created_at, Delivery.id)
        .limit(MOST)
    )
    return [Failing(one.id, one.kind, one.tries, one.last_error, one.created_at, one.next_at) for one in rows]


def failing_jobs(session: Session) -> list[FailingJob]:
    """Return the due jobs that failed and wait, in the order in which they fell due."""
    rows = session.scalars(
        select(DueJob)
        .where(DueJob.done_at.is_(None), DueJob.tries > 0)
        .order_by(DueJob.due_at, DueJob.id)
        .limit(MOST)
    )
    return [FailingJob(one.id, one.kind, one.tries, one.last_error, one.due_at, one.next_at) for one in rows]


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0
