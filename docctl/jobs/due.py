"""What falls due at an instant: worked in order, catching up after a stop (A-4, V-3)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.jobs.effects import lock_objects
from docctl.jobs.pauses import pause_after
from docctl.models.controlled import SettingRevision
from docctl.models.work import DueJob
from docctl.services.caller import the_system
from docctl.services.distribution.issue import OVERDUE
from docctl.services.distribution.remind import RemindReaders, remind_overdue
from docctl.services.house import House
from docctl.services.jobs import due
from docctl.services.numbers.reserve import EXPIRE, ExpireReservation, expire_reservation
from docctl.services.records.following import CLASSES, SETTLED, want_following
from docctl.services.recount import RecountSettings, RecountSteps, recount_settings, recount_steps
from docctl.services.revisions.overdue import EscalateStep, RemindStep, escalate_step, remind_step
from docctl.services.revisions.validity import ASK, AskValidity, ask_validity
from docctl.services.revisions.withdraw import NoteEffective, note_effective
from docctl.services.settings.decide import CALENDAR

log = logging.getLogger(__name__)

#: What failed is tried again after this time, then after twice as long, up to the longest; it never holds
#: up the others.
PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)


def _escalate(house: House, subject_id: UUID) -> None:
    escalate_step(EscalateStep(subject_id), by=the_system(house.clock()), house=house)


def _remind(house: House, subject_id: UUID) -> None:
    remind_step(RemindStep(subject_id), by=the_system(house.clock()), house=house)


def _calendar_begins(house: House, subject_id: UUID) -> None:
    """Count all running clocks again, and once more a little later (W-2).

    A step that was opened in a transaction of just before may come to light only now.
    """
    last = None
    while (last := recount_steps(RecountSteps(last), by=the_system(house.clock()), house=house)) is not None:
        pass
    recount_settings(RecountSettings(), by=the_system(house.clock()), house=house)

    def again(session: Session) -> None:
        row = session.scalars(select(SettingRevision).where(SettingRevision.id == subject_id)).first()
        if row is not None and row.effective_from is not None:
            at = row.effective_from + SETTLED
            if house.clock() < at:
                due(session, CALENDAR, subject_id=subject_id, at=at)

    house.uow.write(again)


def _classes_begin(house: House, subject_id: UUID) -> None:
    """Want what a version before this one had fall due: records are told step by step (`jobs.classes`)."""

    def wanted(session: Session) -> None:
        row = session.get(SettingRevision, subject_id)
        if row is not None and row.effective_from is not None:
            want_following(session, row.id, row.effective_from)

    house.uow.write(wanted)


def _effective(house: House, subject_id: UUID) -> None:
    note_effective(NoteEffective(subject_id), by=the_system(house.clock()), house=house)


def _ask_validity(house: House, subject_id: UUID) -> None:
    ask_validity(AskValidity(subject_id), by=the_system(house.clock()), house=house)


def _renew_record(house: House, subject_id: UUID) -> None:
    lock_objects(house, {"record_id": str(subject_id)})


def _renew_revision(house: House, subject_id: UUID) -> None:
    lock_objects(house, {"revision_id": str(subject_id)})


def _remind_readers(house: House, subject_id: UUID) -> None:
    remind_overdue(RemindReaders(subject_id), by=the_system(house.clock()), house=house)


def _expire_numbers(house: House, subject_id: UUID) -> None:
    expire_reservation(ExpireReservation(subject_id), by=the_system(house.clock()), house=house)


HANDLERS: Final[Mapping[str, Callable[[House, UUID], None]]] = {
    "step.remind": _remind,
    "step.escalate": _escalate,
    CALENDAR: _calendar_begins,
    CLASSES: _classes_begin,
    "revision.effective": _effective,
    EXPIRE: _expire_numbers,
    ASK: _ask_validity,
    OVERDUE: _remind_readers,
    "lock.record": _renew_record,
    "lock.revision": _renew_revision,
}


def work_due(house: House, limit: int = 50) -> bool:
    """Do what has fallen due, in order of its instant; say whether there was anything.

    A pause that is longer than any was begun by a clock that was far ahead, and is over.
    """
    now = house.clock()
    with house.uow.read() as session:
        jobs = [
            (one.id, one.kind, one.subject_id, one.due_at)
            for one in session.scalars(
                select(DueJob)
                .where(
                    DueJob.done_at.is_(None),
                    DueJob.due_at <= now,
                    or_(
                        DueJob.next_at.is_(None),
                        DueJob.next_at <= now,
                        DueJob.next_at > now + LONGEST_PAUSE,
                    ),
                )
                .order_by(DueJob.due_at, DueJob.id)
                .limit(limit)
            )
        ]
    for job_id, kind, subject_id, due_at in jobs:
        try:
            HANDLERS[kind](house, subject_id)
        except Exception as error:  # what falls due may fail in any way; it stays due
            log.exception("due job failed", extra={"job": str(job_id), "kind": kind})
            _close(house, job_id, due_at, failed=type(error).__name__)
        else:
            _close(house, job_id, due_at, failed=None)
    return bool(jobs)


def _close(house: House, job_id: UUID, due_at: datetime, *, failed: str | None) -> None:
    def work(session: Session) -> None:
        row = session.get(DueJob, job_id)
        if row is None or row.due_at != due_at:  # moved on meanwhile
            return
        if failed is None:
            row.done_at = house.clock()
            return
        row.tries, row.last_error = row.tries + 1, failed[:300]
        # `due_at` stays: it says since when it is late.
        row.next_at = house.clock() + pause_after(row.tries, first=PAUSE, longest=LONGEST_PAUSE)

    house.uow.write(work)
