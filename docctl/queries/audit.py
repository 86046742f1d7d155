"""Whether the trail still holds: the whole chain, from first event to head, and its seals (T-1, T-2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from sqlalchemy import ColumnElement, String, select, true, type_coerce
from sqlalchemy.orm import Session

from docctl.domain.events import Break, Checked, Link, first_break, wire
from docctl.models.trail import AuditHead, EventDetail, EventRow
from docctl.queries.audit_heads import HeadBroken, HeadsCheck, Seals

BATCH: Final = 2000

_EVENT: Final = EventRow.__table__.c
_DETAIL: Final = EventDetail.__table__.c

_SUBJECT: Final = [one.name for one in fields(Link)].index("subject_id")
_SALT: Final = len(fields(Link)) + 1

#: What the chain covers, in the order of `Link`: ids and instants as the database keeps them.
LINK: Final[tuple[ColumnElement[Any], ...]] = tuple(
    type_coerce(_EVENT[one.name], String()) if one.type in {"datetime", "UUID | None"} else _EVENT[one.name]
    for one in fields(Link)
)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check of the trail found.

    `heads` counts the signed heads, `stored` and `witness` their copies. `first_bad` is the number of
    the first bad event; where a head is bad, its size, or the first event that no good head covers.
    """

    ok: bool
    events: int
    heads: int
    first_bad: int | None
    reason: str | None
    is_complete: bool = True
    stored: int = 0
    witness: int = 0


class _OutOfTime(Exception):
    """The walk was given up; `seq` is the last event that was found sound."""

    def __init__(self, seq: int) -> None:
        super().__init__(seq)
        self.seq = seq


def verify(session: Session, *, patience: float | None = None, seals: Seals | None = None) -> AuditReport:
    """Check hashes, order, completeness and details of all events, and every signed head (T-2).

    After `patience` seconds it stops, and the report says how far all was sound. A missing detail is
    accepted only where a *destroyed* event names its subject (R-7). Without `seals` the signatures
    and the copies elsewhere are not looked at.
    """
    head = session.execute(select(AuditHead)).scalar_one()
    gone = select(EventRow.subject_id).where(
        EventRow.action.in_(("record.destroyed", "record.destroyed_again"))
    )
    destroyed = frozenset(_hex(one) for one in session.scalars(gone) if one is not None)
    deadline = None if patience is None else time.monotonic() + patience
    check = HeadsCheck(session, seals)
    try:
        events = check.along(_walk(session, destroyed, deadline))
        found = first_break(events, head_seq=head.seq, head_hash=head.hash)
    except _OutOfTime as stopped:
        return AuditReport(True, stopped.seq, check.counted.heads, None, None, is_complete=False)
    except HeadBroken as broken:
        found = broken.found
    count = check.counted
    if isinstance(found, Break):
        return AuditReport(
            False, head.seq, count.heads, found.seq, found.reason, True, count.stored, count.witness
        )
    return AuditReport(True, found, count.heads, None, None, True, count.stored, count.witness)


def _walk(session: Session, destroyed: frozenset[str], deadline: float | None) -> Iterator[Checked]:
    last: int | None = None
    query = (
        select(*LINK, _EVENT.hash, _DETAIL.salt, _DETAIL.bytes)
        .select_from(EventRow.__table__.outerjoin(EventDetail.__table__, _DETAIL.seq == _EVENT.seq))
        .order_by(_EVENT.seq)
        .limit(BATCH)
    )
    while True:
        if deadline is not None and time.monotonic() > deadline:
            raise _OutOfTime(max(last or 0, 0))
        rows = session.connection().execute(query.where(true() if last is None else _EVENT.seq > last)).all()
        if not rows:
            return
        for row in rows:
            salt = row[_SALT]
            kept = None if salt is None else (salt, row[_SALT + 1])
            erased = kept is None and _hex(row[_SUBJECT]) in destroyed
            yield Checked(wire(row[: _SALT - 1]), row[_SALT - 1], kept, erased)
        last = rows[-1][0]


def _hex(value: Any) -> str:
    return str(value).replace("-", "")
