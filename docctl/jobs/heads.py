"""Where signed heads are put so that they stay: locked objects, and the witness (T-2)."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.epochs import Place, place_of
from docctl.domain.heads import KeyRow, head_of
from docctl.domain.merkle import Frontier, leaf_hash
from docctl.domain.notes import HEAD_KIND, head_note, note_of
from docctl.jobs.counters import note_counters
from docctl.models.seals import AuditTreeHead, keys_in_order, newest_seal
from docctl.models.trail import EventRow
from docctl.queries.epochs import epochs_of
from docctl.services.audit.faults import SealFault
from docctl.services.audit.watch import noted, watch_of
from docctl.services.house import House
from storage.api import Area, Key, StorageError

#: A head is stored and locked this often; each commits to all before it, so the others need no copy.
STORE_EVERY: Final = timedelta(hours=1)
WITNESS_EVERY: Final = timedelta(minutes=5)

#: How long a stored head is locked. Later heads commit to it, so the lock need not be renewed.
LOCKED: Final = timedelta(days=3653)
LOCK_CAP: Final = datetime(2100, 1, 1, tzinfo=UTC)

#: Store or witness may be out of reach for this long before the alarm goes on.
OUTAGE: Final = timedelta(minutes=15)


def store_head(house: House, *, at_once: bool = False) -> None:
    """Store the newest head as a locked object, at most once an hour unless `at_once` (T-2)."""
    with house.uow.read() as session:
        row, watch, keys = newest_seal(session), watch_of(session), keys_in_order(session)
    now = house.clock()
    if row is None or row.size <= watch.stored_size:
        return
    if not at_once and watch.stored_at and watch.stored_at <= now < watch.stored_at + STORE_EVERY:
        return
    head = head_of(row.body)
    key = Key.new(Area.RECORDS, HEAD_KIND, UUID(head.origin.removeprefix("docctl:")), row.size)
    try:
        house.objects.put(
            key,
            io.BytesIO(note_with_key(row, keys).encode()),
            retain_until=min(now + LOCKED, LOCK_CAP),
        )
    except StorageError as error:
        if watch.stored_at is None or now > watch.stored_at + STORE_EVERY + OUTAGE:
            raise SealFault("store_failed") from error
        return
    house.uow.write(noted(stored_size=row.size, stored_at=now))
    with suppress(StorageError):  # the next head brings them
        note_counters(house, head, "store")


def hand_to_witness(house: House, *, at_once: bool = False) -> None:
    """Hand the newest head to the witness, and compare with what it has already (T-2)."""
    if house.witness is None:
        return
    with house.uow.read() as session:
        row, watch, keys = newest_seal(session), watch_of(session), keys_in_order(session)
    now = house.clock()
    if row is None:
        return
    is_early = watch.witness_at is not None and watch.witness_at <= now < watch.witness_at + WITNESS_EVERY
    if is_early and not at_once:
        return
    try:
        _compare(house, row)
        house.witness.hand_over(row.size, note_with_key(row, keys), head_of(row.body).epoch)
    except SealFault as fault:
        is_blip = watch.witness_at is not None and now <= watch.witness_at + WITNESS_EVERY + OUTAGE
        if fault.code == "witness_unreachable" and is_blip:
            return
        raise
    house.uow.write(noted(witness_size=row.size, witness_at=now))
    with suppress(SealFault):  # the next head brings them
        note_counters(house, head_of(row.body), "witness")


def note_with_key(row: AuditTreeHead, keys: tuple[KeyRow, ...]) -> str:
    """Return a signed head as it is kept elsewhere: with the public key that signed it (T-2)."""
    key_id = head_of(row.body).key_id
    public = next((one.public for one in keys if one.key_id == key_id), "")
    return head_note(row.body, row.signature, public)


def _compare(house: House, row: AuditTreeHead) -> None:
    """Hold the newest head of the witness against the data here: a split view or a lost end shows.

    What an accepted epoch names as lost is no alarm any more.
    """
    assert house.witness is not None
    with house.uow.read() as session:
        epochs = epochs_of(session)
    places = [(size, epoch, place_of(epoch, size, epochs)) for size, epoch in house.witness.places()]
    if any(place is Place.UNKNOWN for *_, place in places):
        raise SealFault("witness_ahead")
    ours_there = [(size, epoch) for size, epoch, place in places if place is Place.HERE]
    if not ours_there:
        return
    newest, epoch = ours_there[-1]
    if newest > row.size:
        raise SealFault("witness_ahead")
    try:
        theirs, _, _ = note_of(house.witness.read(newest, epoch))
    except ValueError as error:
        raise SealFault("witness_differs") from error
    with house.uow.read() as session:
        ours = session.get(AuditTreeHead, newest)
        if ours is not None:
            same = ours.body == theirs.body
        else:
            same = theirs.origin == head_of(row.body).origin and theirs.root == root_at(session, newest)
    if (theirs.size, theirs.epoch) != (newest, epoch) or not same:
        raise SealFault("witness_differs")


def root_at(session: Session, size: int) -> str:
    """Return the root over the first events as the database holds them now; raise SealFault for a gap."""
    tree = Frontier()
    while tree.size < size:
        hashes = session.scalars(
            select(EventRow.hash)
            .where(EventRow.seq > tree.size, EventRow.seq <= size)
            .order_by(EventRow.seq)
            .limit(5000)
        ).all()
        if not hashes:
            raise SealFault("missing")
        for one in hashes:
            tree.append(leaf_hash(bytes.fromhex(one)))
    return tree.root().hex()
