"""Whether the trail still holds: the whole chain, from the first event to the head (T-1, T-2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from docctl.domain.events import Break, Checked, first_break
from docctl.models.trail import AuditHead, EventDetail, EventRow

BATCH = 2000


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check of the trail found; `first_bad` is the number of the first bad event."""

    ok: bool
    events: int
    heads: int
    first_bad: int | None
    reason: str | None
    is_complete: bool = True


class _OutOfTime(Exception):
    """The walk was given up; `seq` is the last event that was found sound."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


def verify(session: Session, *, patience: float | None = None) -> AuditReport:
    """Check hashes, order, completeness and details of all events (T-2).

    After `patience` seconds it stops, and the report says how far all was sound. A missing detail is
    accepted only where a *destroyed* event names its subject (R-7).
    """
    head = session.execute(select(AuditHead)).scalar_one()
    destroyed = frozenset(
        session.scalars(
            select(EventRow.subject_id).where(
                EventRow.action == "record.destroyed", EventRow.subject_id.is_not(None)
            )
        )
    )
    deadline = None if patience is None else time.monotonic() + patience
    try:
        found = first_break(_walk(session, destroyed, deadline), head_seq=head.seq, head_hash=head.hash)
    except _OutOfTime as stopped:
        return AuditReport(True, stopped.seq, 1, None, None, is_complete=False)
    if isinstance(found, Break):
        return AuditReport(False, head.seq, 1, found.seq, found.reason)
    return AuditReport(True, found, 1, None, None)


def _walk(session: Session, destroyed: frozenset[UUID | None], deadline: float | None) -> Iterator[Checked]:
    last: int | None = None
    while True:
        if deadline is not None and time.monotonic() > deadline:
            raise _OutOfTime(max(last or 0, 0))
        rows = session.execute(
            select(EventRow, EventDetail)
            .outerjoin(EventDetail, EventDetail.seq == EventRow.seq)
            .where(true() if last is None else EventRow.seq > last)
            .order_by(EventRow.seq)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        for event, detail in rows:
            kept = _kept(detail)
            yield Checked(event.link(), event.hash, kept, may_be_erased=event.subject_id in destroyed)
        last = rows[-1][0].seq
        session.expunge_all()


def _kept(detail: EventDetail | None) -> tuple[bytes, bytes] | None:
    return None if detail is None else (detail.salt, detail.bytes)
