"""Placing and lifting a legal hold, under the hold register (R-5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.disposal import may_hold
from docctl.domain.permissions import Facts, authorise
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.records import Record
from docctl.models.retention import Hold, HoldItem, HoldRegister
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.jobs import want
from docctl.services.locks import Rank, lock
from docctl.services.numbers.count import lock_counter
from docctl.services.records.load import holds_on
from docctl.services.records.settle import settle_notes
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: The longest name of a hold, and the most records that one covers: a transaction stays short.
LONGEST_NAME: Final = 200
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """A new hold on records."""

    name: str
    reason: str
    record_ids: tuple[UUID, ...]
    item_id: UUID = field(default_factory=new_id)


@use_case("hold.place")
def place_hold(session: Session, cmd: PlaceHold, by: Caller) -> UUID:
    """Place a named hold; nothing it covers can be destroyed before it is lifted (R-5).

    An item that is being destroyed is refused, and the answer says since when. Returns the hold's id.
    """
    authorise(by.actor, "hold.place", Facts())
    name, reason = _named(cmd)
    _lock_register(session)
    rows = lock(session, Rank.ITEMS, select(Record).where(Record.id.in_(cmd.record_ids)).order_by(Record.id))
    if len(rows) != len(set(cmd.record_ids)):
        raise NotFound("record")
    for row in rows:
        if not sees(session, by.actor, row.access_set_id):
            raise NotFound("record")
    for row in rows:  # only now: what is refused of one record says nothing of a hidden one
        require(may_hold(status=row.status.value, since=row.destroying_since))
    owner = Role.LEADER if by.actor.has(Role.LEADER) else Role.RECORDS_MANAGER
    hold = Hold(
        id=cmd.item_id,
        number=_next_number(session, by),
        name=name,
        reason=reason,
        owner_role=owner.value,
        placed_by=by.person_id,
        placed_at=by.at,
    )
    session.add(hold)
    session.flush()  # its items refer to it
    for row in rows:
        session.add(HoldItem(hold_id=hold.id, item_id=row.id))
        _store_follows(session, row, hold.id, by, on=True)
    record(
        session,
        by,
        "hold.placed",
        Subject("hold", hold.id),
        facts={"hold": hold.number, "name": name, "items": len(rows)},
        detail={"reason": reason},
    )
    for row in rows:
        record(
            session,
            by,
            "record.held",
            Subject("record", row.id),
            facts={"number": row.number, "hold": hold.number, "name": name},
        )
    return hold.id


def _named(cmd: PlaceHold) -> tuple[str, str]:
    """Return the name and the reason; refuse a hold without them, or on nothing, or on too much."""
    name, reason = cmd.name.strip(), cmd.reason.strip()
    if not name or not reason:
        raise RuleRefused(Refused("R-5", "name_and_reason"))
    if len(name) > LONGEST_NAME:
        raise RuleRefused(Refused("C-6", "too_long", {"field": "name", "longest": LONGEST_NAME}))
    if not cmd.record_ids:
        raise RuleRefused(Refused("R-5", "nothing_to_hold"))
    if len(cmd.record_ids) > MOST:
        raise RuleRefused(Refused("R-5", "too_many", {"most": MOST}))
    return name, reason


@dataclass(frozen=True, slots=True)
class LiftHold:
    """Lift a hold with the reason."""

    hold_id: UUID
    row_version: int
    reason: str


@use_case("hold.lift")
def lift_hold(session: Session, cmd: LiftHold, by: Caller) -> UUID:
    """Lift a hold; only its owner's role may (R-5). Notes that waited for its end become corrections."""
    authorise(by.actor, "hold.lift", Facts())
    _lock_register(session)
    holds = lock(session, Rank.PARENTS, select(Hold).where(Hold.id == cmd.hold_id))
    if not holds:
        raise NotFound("hold")
    hold = holds[0]
    if hold.lifted_at is not None:
        raise RuleRefused(Refused("R-5", "already_lifted"))
    if hold.row_version != cmd.row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    if not by.actor.has(Role(hold.owner_role)):
        raise RuleRefused(Refused("R-5", "owners_role_lifts", {"role": hold.owner_role}))
    if not cmd.reason.strip():
        raise RuleRefused(Refused("R-5", "reason_needed"))
    rows = lock(
        session,
        Rank.ITEMS,
        select(Record)
        .join(HoldItem, HoldItem.item_id == Record.id)
        .where(HoldItem.hold_id == hold.id)
        .order_by(Record.id),
    )
    hold.lifted_by, hold.lifted_at, hold.lift_reason = by.person_id, by.at, cmd.reason.strip()
    session.flush()  # what is still held is counted without this one
    for row in rows:
        _store_follows(session, row, hold.id, by, on=False)
        if holds_on(session, row.id) == 0:
            settle_notes(session, row.id, by)
        record(
            session,
            by,
            "record.released",
            Subject("record", row.id),
            facts={"number": row.number, "hold": hold.number},
        )
    record(
        session,
        by,
        "hold.lifted",
        Subject("hold", hold.id),
        facts={"hold": hold.number, "items": len(rows)},
        detail={"reason": hold.lift_reason},
    )
    return hold.id


def _lock_register(session: Session) -> None:
    """Take the one row that disposal takes too: neither overtakes the other."""
    (register,) = lock(session, Rank.HOLD_REGISTER, select(HoldRegister))
    register.version += 1


def _store_follows(session: Session, row: Record, hold_id: UUID, by: Caller, *, on: bool) -> None:
    """Let the store's own hold follow: on while at least one of ours is."""
    want(
        session,
        "lock",
        key=f"{row.id}:hold:{hold_id}:{'on' if on else 'off'}",
        payload={"record_id": str(row.id)},
        at=by.at,
    )


def _next_number(session: Session, by: Caller) -> str:
    scope = f"hold:{by.today.year}"
    counter = lock_counter(session, scope)
    counter.value += 1
    return f"DJ-{by.today.year}-{counter.value:03d}"
