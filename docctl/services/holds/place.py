"""Placing and lifting a legal hold on records and keys, under the hold register (R-5, S-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.disposal import may_hold
from docctl.domain.holds import MOST, Key, may_cover, may_hold_key
from docctl.domain.permissions import Facts, authorise
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.records import KEY_KINDS, Record, RecordKey
from docctl.models.retention import Hold, HoldKey, HoldRegister
from docctl.models.visibility import visible_sets
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.holds.cover import (
    cover_rows,
    go_on_later,
    lock_keys,
    next_borne,
    release_some,
)
from docctl.services.locks import Rank, lock, lock_many
from docctl.services.numbers.count import next_of_year
from docctl.services.records.load import held_by
from docctl.services.records.words import clean_value
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: The longest name of a hold.
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """A new hold on records, on keys as pairs of kind and value, or on both.

    A key that no record bears yet may be mistyped: `none_yet_is_meant` says that it is not.
    """

    name: str
    reason: str
    record_ids: tuple[UUID, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()
    none_yet_is_meant: bool = False
    item_id: UUID = field(default_factory=new_id)


@use_case("hold.place")
def place_hold(session: Session, cmd: PlaceHold, by: Caller) -> UUID:
    """Place a named hold; nothing it covers can be destroyed before it is lifted (R-5).

    A named record that is being destroyed is refused, and the answer says since when. Of a key every record
    is covered, those that the person may not see and those filed later too (S-7); what is being destroyed
    already is not, which its trail says. Returns the hold's id.
    """
    authorise(by.actor, "hold.place", Facts())
    name, reason = _named(cmd)
    keys = _keys(cmd)
    require(may_cover(records=len(cmd.record_ids), keys=keys, kinds=KEY_KINDS))
    lock_keys(session, keys)
    _lock_register(session)
    covered = lock_many(session, Rank.ITEMS, _covered(cmd, keys))
    named = select(Record).where(Record.id.in_(cmd.record_ids)).order_by(Record.id)
    rows = session.scalars(named.execution_options(populate_existing=True)).all()
    if len(rows) != len(set(cmd.record_ids)):
        raise NotFound("record")
    for row in rows:
        if not sees(session, by.actor, row.access_set_id):
            raise NotFound("record")
    for row in rows:  # only now: what is refused of one record says nothing of a hidden one
        require(may_hold(status=row.status.value, since=row.destroying_since))
    for key in keys:
        seen = _seen(session, key, by)
        require(may_hold_key(key, seen=seen, none_yet_is_meant=cmd.none_yet_is_meant))
    owner = Role.LEADER if by.actor.has(Role.LEADER) else Role.RECORDS_MANAGER
    late = {key: _too_late(session, key) for key in keys}
    hold = Hold(
        id=cmd.item_id,
        number=next_of_year(session, "DJ", by.today, scope="hold"),
        name=name,
        reason=reason,
        owner_role=owner.value,
        placed_by=by.person_id,
        placed_at=by.at,
    )
    session.add(hold)
    session.flush()  # what it covers refers to it
    for key in keys:
        values = {"kind": key.kind, "normal": key.normal, "value": key.value, "too_late": len(late[key])}
        session.add(HoldKey(hold_id=hold.id, **values))
    kinds = sorted({one.kind for one in keys})
    record(
        session,
        by,
        "hold.placed",
        Subject("hold", hold.id),
        facts={"hold": hold.number, "name": name, "items": covered, **({"keys": kinds} if kinds else {})},
        detail={"reason": reason, **({"keys": [[one.kind, one.value] for one in keys]} if keys else {})},
    )
    session.flush()  # of which kind the key of a record is, and what is left, is asked of its rows
    cover_rows(session, hold, rows, by)
    if keys:
        session.flush()  # what is on the list is not covered twice
        cover_rows(session, hold, session.scalars(next_borne(hold.id, MOST - len(rows))).all(), by)
        if covered > MOST:
            go_on_later(session, hold, by)
    for one in {row.id: row for found in late.values() for row in found}.values():
        _came_late(session, one, hold, by)
    return hold.id


def _named(cmd: PlaceHold) -> tuple[str, str]:
    """Return the name and the reason; refuse a hold without them."""
    name, reason = cmd.name.strip(), cmd.reason.strip()
    if not name or not reason:
        raise RuleRefused(Refused("R-5", "name_and_reason"))
    if len(name) > LONGEST_NAME:
        raise RuleRefused(Refused("C-6", "too_long", {"field": "name", "longest": LONGEST_NAME}))
    return name, reason


def _keys(cmd: PlaceHold) -> list[Key]:
    """Return the keys as they are stored, each once however it was written (N-10)."""
    typed = (Key(kind, clean_value(kind, value)) for kind, value in cmd.keys)
    return list({(one.kind, one.normal): one for one in typed}.values())


def _covered(cmd: PlaceHold, keys: Sequence[Key]) -> Select[UUID]:
    """Return the query for all that the hold will cover: locked at once, no rule decides beside it."""
    borne = [and_(Record.id.in_(_bears(one)), Record.destroying_since.is_(None)) for one in keys]
    return select(Record.id).where(or_(Record.id.in_(cmd.record_ids), *borne)).order_by(Record.id)


def _bears(key: Key) -> Select[UUID]:
    return select(RecordKey.record_id).where(RecordKey.kind == key.kind, RecordKey.normal == key.normal)


def _seen(session: Session, key: Key, by: Caller) -> int:
    """Return how many records that bear a key the person sees (X-3)."""
    seen = Record.access_set_id.in_(visible_sets(by.actor))
    return (
        session.scalar(select(func.count()).select_from(Record).where(seen, Record.id.in_(_bears(key)))) or 0
    )


def _too_late(session: Session, key: Key) -> Sequence[Record]:
    """Return the records that bear a key and are being destroyed: none is taken up any more."""
    late = select(Record).where(Record.id.in_(_bears(key)), Record.destroying_since.is_not(None))
    return session.scalars(late.order_by(Record.id)).all()


def _came_late(session: Session, row: Record, hold: Hold, by: Caller) -> None:
    record(
        session,
        by,
        "record.hold_came_late",
        Subject("record", row.id),
        facts={"number": row.number, "hold": hold.number, "name": hold.name, "since": row.destroying_since},
    )


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
    lock_keys(session, _keys_of(session, cmd.hold_id))
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
    covered = held_by(session, hold.id)
    hold.lifted_by, hold.lifted_at, hold.lift_reason = by.person_id, by.at, cmd.reason.strip()
    session.flush()  # what is still held is counted without this one
    if release_some(session, hold, by, first=True) == MOST:
        go_on_later(session, hold, by)
    record(
        session,
        by,
        "hold.lifted",
        Subject("hold", hold.id),
        facts={"hold": hold.number, "items": covered},
        detail={"reason": hold.lift_reason},
    )
    return hold.id


def _keys_of(session: Session, hold_id: UUID) -> list[Key]:
    """Return the keys of a hold: they never change, so that they may be read before they are locked."""
    rows = session.execute(select(HoldKey.kind, HoldKey.value).where(HoldKey.hold_id == hold_id))
    return [Key(kind, value) for kind, value in rows]


def _lock_register(session: Session) -> None:
    """Take the one row that disposal takes too: neither overtakes the other."""
    (register,) = lock(session, Rank.HOLD_REGISTER, select(HoldRegister))
    register.version += 1
