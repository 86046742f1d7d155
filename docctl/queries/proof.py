"""How far the trail is sealed, and where its heads lie, for the page of the proof (T-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.heads import Head, head_of
from docctl.models.seals import AuditWatch, keys_in_order, newest_seal
from docctl.models.trail import AuditHead, EventRow


@dataclass(frozen=True, slots=True)
class Placed:
    """The newest head that lies in a place, and since when."""

    size: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """The last whole check; `reason` is a code, empty where all held."""

    at: datetime
    events: int
    reason: str


@dataclass(frozen=True, slots=True)
class ProofState:
    """What the page shows; `tail` counts the events that wait for their seal since `tail_since`.

    `first_key` is the fingerprint that outsiders compare.
    """

    head: Head | None
    first_key: str
    tail: int
    tail_since: datetime | None
    stored: Placed | None
    witness: Placed | None
    verified: Verified | None
    trusted_at: datetime | None
    alarm: str
    alarm_at: datetime | None


def proof_state(session: Session) -> ProofState:
    """Return the state of the seals as last seen."""
    row = newest_seal(session)
    try:
        head = None if row is None else head_of(row.body)
    except ValueError:  # the alarm tells that it was changed
        head = None
    sealed = row.size if row else 0
    newest = session.execute(select(AuditHead.seq)).scalar_one()
    watch = session.execute(select(AuditWatch)).scalar_one()
    return ProofState(
        head=head,
        first_key=next((one.key_id for one in keys_in_order(session)), ""),
        tail=max(0, newest - sealed),
        tail_since=session.scalar(select(EventRow.recorded_at).where(EventRow.seq == sealed + 1)),
        stored=_placed(watch.stored_size, watch.stored_at),
        witness=_placed(watch.witness_size, watch.witness_at),
        verified=Verified(watch.verified_at, watch.verified_events, watch.verified_reason)
        if watch.verified_at
        else None,
        trusted_at=watch.trusted_at,
        alarm=watch.alarm,
        alarm_at=watch.alarm_at,
    )


def _placed(size: int, at: datetime | None) -> Placed | None:
    return Placed(size, at) if at is not None else None
