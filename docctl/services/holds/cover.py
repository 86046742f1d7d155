"""How the records of a hold come to know of it, some at a time: list, trail, the store's own hold (R-5).

The rules ask what a hold covers (`models.holding`), and need none of this: a hold by a key stands from its
commit on, however many records bear it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from docctl.domain.holds import MOST, Key
from docctl.domain.lifecycle import CorrectionStatus
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound
from docctl.models.holding import bears_key_of, is_noted_of
from docctl.models.records import Correction, Record, RecordKey
from docctl.models.retention import Hold, HoldItem, HoldKey
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.jobs import Wish, row_of, want
from docctl.services.locks import Rank, lock, lock_names
from docctl.services.records.load import holds_among
from docctl.services.records.settle import settle_notes
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: What a hold wants done for its records after the transaction.
KIND: Final = "hold"


def lock_keys(session: Session, keys: Iterable[Key], *, shared: bool = False) -> None:
    """Let no record be filed with a key while a hold on it is placed or lifted, and the reverse (R-5).

    Records are filed beside each other: they share it.
    """
    lock_names(session, {f"key:{one.kind}:{one.normal}" for one in keys if one.normal}, shared=shared)


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold on a key, in place."""

    hold_id: UUID
    number: str
    name: str
    kind: str


def holds_of(session: Session, keys: Iterable[Key]) -> list[Standing]:
    """Return the holds in place on some keys, each once; ask with the keys locked (R-5)."""
    pairs = {(one.kind, one.normal) for one in keys if one.normal}
    if not pairs:
        return []
    rows = session.execute(
        select(Hold.id, Hold.number, Hold.name, HoldKey.kind)
        .join(HoldKey, HoldKey.hold_id == Hold.id)
        .where(Hold.lifted_at.is_(None), tuple_(HoldKey.kind, HoldKey.normal).in_(sorted(pairs)))
        .order_by(Hold.placed_at, Hold.number, HoldKey.kind)
    )
    found: dict[UUID, Standing] = {}
    for row in rows:
        found.setdefault(row.id, Standing(*row))
    return list(found.values())


def note_held(session: Session, by: Caller, *, record_id: UUID, number: str, hold: Standing) -> None:
    """Say in a record's trail that it is held, and of which kind the key is that holds it, if any (R-5).

    The key's value is no registration data: it goes with the record (R-7).
    """
    key = {"key": hold.kind} if hold.kind else {}
    facts = {"number": number, "hold": hold.number, "name": hold.name, **key}
    record(session, by, "record.held", Subject("record", record_id), facts=facts)


def _store_follows(session: Session, record_id: UUID, hold_id: UUID, by: Caller, *, on: bool) -> None:
    """Let the store's own hold follow: on while at least one of ours is. Each is asked for once."""
    key = f"{record_id}:hold:{hold_id}:{'on' if on else 'off'}"
    session.add(Delivery(**row_of(Wish("lock", key, {"record_id": str(record_id)}, by.at))))


def cover_rows(session: Session, hold: Hold, rows: Sequence[Record], by: Caller) -> None:
    """Put records on the hold's list, and tell their trail and the store."""
    kinds = _kinds(session, hold, [one.id for one in rows])
    for row in rows:
        session.add(HoldItem(hold_id=hold.id, item_id=row.id))
        _store_follows(session, row.id, hold.id, by, on=True)
        standing = Standing(hold.id, hold.number, hold.name, kinds.get(row.id, ""))
        note_held(session, by, record_id=row.id, number=row.number, hold=standing)


def _kinds(session: Session, hold: Hold, record_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return of which kind the key is that lets the hold cover each record; one named alone is left out."""
    rows = session.execute(
        select(RecordKey.record_id, func.min(RecordKey.kind))
        .join(HoldKey, (HoldKey.kind == RecordKey.kind) & (HoldKey.normal == RecordKey.normal))
        .where(HoldKey.hold_id == hold.id, RecordKey.record_id.in_(record_ids))
        .group_by(RecordKey.record_id)
    )
    return {row[0]: row[1] for row in rows}


def next_borne(hold_id: UUID, most: int) -> Select[Record]:
    """Return the query for the next records that bear a key of the hold and are not on its list yet."""
    waiting = select(Record).where(bears_key_of(hold_id), ~is_noted_of(hold_id))
    return waiting.order_by(Record.id).limit(most)


def release_some(session: Session, hold: Hold, by: Caller, *, most: int = MOST, first: bool = False) -> int:
    """Tell the next records of a lifted hold that it has ended; return how many (R-5, C-3).

    `first`: also settle what was noted under the hold; those who corrected do not wait for the others.
    """
    next_ones = (
        select(HoldItem.item_id)
        .where(HoldItem.hold_id == hold.id, HoldItem.released_at.is_(None))
        .order_by(HoldItem.item_id)
        .limit(most)
    )
    going = list(session.scalars(next_ones))
    noted = _noted(session, hold) if first else []
    rows = lock(
        session, Rank.ITEMS, select(Record).where(Record.id.in_({*going, *noted})).order_by(Record.id)
    )
    still = holds_among(session, noted)
    items = {
        one.item_id: one
        for one in session.scalars(
            select(HoldItem).where(HoldItem.hold_id == hold.id, HoldItem.item_id.in_(going))
        )
    }
    for row in rows:
        if row.id in noted and not still.get(row.id):
            settle_notes(session, row.id, by)
        if (item := items.get(row.id)) is None:
            continue
        item.released_at = by.at
        _store_follows(session, row.id, hold.id, by, on=False)
        facts = {"number": row.number, "hold": hold.number}
        record(session, by, "record.released", Subject("record", row.id), facts=facts)
    return len(going)


def _noted(session: Session, hold: Hold) -> Sequence[UUID]:
    """Return the records of a hold in which a correction waits for its end."""
    return session.scalars(
        select(Correction.record_id)
        .join(Record, Record.id == Correction.record_id)
        .where(Correction.status == CorrectionStatus.NOTED, or_(bears_key_of(hold.id), is_noted_of(hold.id)))
        .distinct()
    ).all()


def go_on_later(session: Session, hold: Hold, by: Caller) -> None:
    """Ask for the rest of a hold's records to be told, where there are more than a transaction takes."""
    ends = "lift" if hold.lifted_at is not None else "place"
    want(session, KIND, key=f"{hold.id}:{ends}", payload={"hold_id": str(hold.id)}, at=by.at)


@dataclass(frozen=True, slots=True)
class FollowHold:
    """Tell the next records of a hold that it began, or that it has ended."""

    hold_id: UUID
    most: int = MOST


@use_case("hold.follow")
def follow_hold(session: Session, cmd: FollowHold, by: Caller) -> int:
    """Tell the next records, their trail and the store; return how many, 0 at the end (R-5)."""
    authorise(by.actor, "hold.follow", Facts())
    holds = lock(session, Rank.PARENTS, select(Hold).where(Hold.id == cmd.hold_id))
    if not holds:
        raise NotFound("hold")
    (hold,) = holds
    if hold.lifted_at is not None:
        return release_some(session, hold, by, most=cmd.most)
    rows = lock(session, Rank.ITEMS, next_borne(hold.id, cmd.most))
    cover_rows(session, hold, rows, by)
    return len(rows)
