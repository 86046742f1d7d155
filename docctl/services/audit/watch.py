"""What sealer and guard of the time saw: the trusted instant, the alarm, the last whole check (T-2, R-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.heads import Head, head_of
from docctl.domain.permissions import Facts, authorise
from docctl.models.seals import AuditWatch, newest_seal
from docctl.services.caller import Caller
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


def watch_of(session: Session) -> AuditWatch:
    """Return the one row."""
    return session.execute(select(AuditWatch)).scalar_one()


def newest_head(session: Session) -> Head | None:
    """Return what the newest signed head says; raise ValueError for one that is none."""
    row = newest_seal(session)
    return None if row is None else head_of(row.body)


def believe(session: Session, at: datetime) -> None:
    """Take an instant for the right one: it becomes what the clock is compared with (R-4)."""
    watch_of(session).trusted_at = at


@dataclass(frozen=True, slots=True)
class TrustClock:
    """The operator's word that the clock is right after it leapt; `wall` is what it says."""

    wall: datetime


@use_case("system.operate")
def trust_clock(session: Session, cmd: TrustClock, by: Caller) -> None:
    """Believe the clock again after a leap or a long stop, on the operator's word (R-4)."""
    authorise(by.actor, "system.operate", Facts())
    row = watch_of(session)
    before, row.trusted_at = row.trusted_at, cmd.wall
    record(
        session,
        by,
        "audit.clock_trusted",
        Subject("audit", None),
        facts={"before": before, "after": cmd.wall},
    )


@dataclass(frozen=True, slots=True)
class NoteAlarm:
    """Why the alarm is on now, as a code; empty: all is well again."""

    code: str


@use_case("system.operate")
def note_alarm(session: Session, cmd: NoteAlarm, by: Caller) -> bool:
    """Turn the alarm on or off; each change is one event (T-2). Return whether it changed."""
    authorise(by.actor, "system.operate", Facts())
    row = watch_of(session)
    if row.alarm == cmd.code:
        return False
    before, row.alarm, row.alarm_at = row.alarm, cmd.code, by.at if cmd.code else None
    action = "audit.alarm" if cmd.code else "audit.alarm_ended"
    record(session, by, action, Subject("audit", None), facts={"reason": cmd.code or before})
    return True


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A new key was put behind the others in the file of the keys."""

    key_id: str


@use_case("system.operate")
def note_key(session: Session, cmd: NoteKey, by: Caller) -> None:
    """Record that heads will be signed with a new key; the old one signs for it at the next head (T-2)."""
    authorise(by.actor, "system.operate", Facts())
    record(session, by, "audit.key_renewed", Subject("audit", None), facts={"key": cmd.key_id})


def noted(**values: Any) -> Any:
    """Return what writes values into the row, for `uow.write`."""

    def work(session: Session) -> None:
        row = watch_of(session)
        for name, value in values.items():
            setattr(row, name, value)

    return work
