"""How a change is written into the trail: recorded in the session, numbered and chained at commit (T-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical
from docctl.domain.events import Link, detail_digest
from docctl.models.base import table_of
from docctl.models.trail import AuditHead, EventDetail, EventRow
from docctl.services.caller import Caller
from docctl.services.locks import LockedRow, Rank
from docctl.services.rows import New, write_together

_HEAD: Final = table_of(AuditHead)
_HEAD_ROW: Final = LockedRow(select(_HEAD.c.seq, _HEAD.c.recorded_at, _HEAD.c.hash).select_from(_HEAD))
_MOVED: Final = update(_HEAD).values(
    seq=bindparam("to"), recorded_at=bindparam("at", type_=_HEAD.c.recorded_at.type), hash=bindparam("after")
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about."""

    kind: str
    id: UUID | None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event waiting for its number."""

    by: Caller
    action: str
    subject: Subject
    facts: str
    detail: bytes
    occurred_at: datetime
    on_behalf_of: UUID | None


def record(
    session: Session,
    by: Caller,
    action: str,
    subject: Subject,
    *,
    facts: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
    on_behalf_of: UUID | None = None,
) -> None:
    """Put one event into the session (T-1).

    `facts` may be known for ever: registration data only. `detail` holds what was before and after and
    is erased with the item (R-7).
    """
    pending: list[Recorded] = session.info.setdefault("events", [])
    pending.append(
        Recorded(
            by=by,
            action=action,
            subject=subject,
            facts=canonical(facts or {}),
            detail=canonical(detail or {}).encode(),
            occurred_at=occurred_at or by.at,
            on_behalf_of=on_behalf_of,
        )
    )


def number_events(session: Session, *, now: datetime) -> int | None:
    """Lock the head, then number and chain what was recorded; only commit follows (T-1).

    Return the newest number, or None where nothing was recorded.
    """
    session.flush()  # all rows first: after the head nothing but the trail is touched
    events: list[Recorded] = session.info.pop("events", [])
    if not events:
        return None
    head = _HEAD_ROW.lock(session, Rank.HEAD, ["head"], named=Rank.HEAD)
    assert head is not None  # made with the database
    recorded_at = max(now, head.recorded_at)
    seq: int = head.seq
    prev: str = head.hash
    rows, details = [], []
    for one in events:
        seq += 1
        salt = token_bytes(16)
        link = _link(one, seq=seq, recorded_at=recorded_at, salt=salt, prev_hash=prev)
        prev = link.digest()
        rows.append({name: getattr(link, name) for name in Link.__slots__} | {"hash": prev})
        details.append({"seq": seq, "salt": salt, "bytes": one.detail})
    new: list[New] = [(EventRow, rows), (EventDetail, details)]
    write_together(session, new, _MOVED, to=seq, at=recorded_at, after=prev)
    return seq


def _link(one: Recorded, *, seq: int, recorded_at: datetime, salt: bytes, prev_hash: str) -> Link:
    return Link(
        seq=seq,
        recorded_at=recorded_at,
        occurred_at=one.occurred_at,
        actor_id=one.by.actor.person_id,
        actor_name=one.by.actor.name,
        on_behalf_of=one.on_behalf_of,
        channel=one.by.channel,
        system_user=one.by.system_user,
        action=one.action,
        subject_kind=one.subject.kind,
        subject_id=one.subject.id,
        subject_version=one.subject.version,
        facts=one.facts,
        detail_digest=detail_digest(salt, one.detail),  # the chain holds without the detail
        prev_hash=prev_hash,
    )
