"""Carrying out a disposal list: item by item, each step repeatable, proved at the end (R-7).

Order for each item: *destroying* is committed, the bytes go, the key goes, the rows go, *destroyed* is
committed. A crash anywhere resumes forward.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from docctl.jobs.destructions import note_destroyed
from docctl.jobs.effects import Postponed
from docctl.jobs.projection import renew_steps
from docctl.jobs.sealer import keep_head
from docctl.models.content import FileRole, ItemFile, OwnerKind
from docctl.models.retention import DisposalItem, DisposalList, ItemStatus
from docctl.printing.certificate import certificate_docx
from docctl.queries.certificate import certificate_of
from docctl.queries.copies import copies_awaited
from docctl.queries.epochs import waits
from docctl.services.caller import the_system
from docctl.services.database import WRITES
from docctl.services.disposal.destroy import (
    FinishItems,
    FinishList,
    StopItem,
    finish_items,
    finish_list,
    number_certificate,
    stop_item,
)
from docctl.services.disposal.start import StartItems, StillFollowing, start_items
from docctl.services.files import StoredFile
from docctl.services.house import House
from docctl.services.index.copies import WantPurge, want_purge
from storage.api import Area, Destroyed, HoldActive, Key, RetentionActive, StorageError

#: How many items are taken over the point of no return in one transaction, at most.
TOGETHER: Final = 100

#: How many items' bytes are destroyed at the same time.
AT_ONCE: Final = 4

#: So often it is looked whether the last host has made its index anew, or records have followed their class.
AGAIN: Final = timedelta(seconds=5)
#: How long a disposal waits before it asks again whether a restored state was accepted.
ACCEPTANCE: Final = timedelta(minutes=5)

log = logging.getLogger(__name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class LogInUse(Exception):
    """The write-ahead log could not be emptied: somebody is reading an older state."""


def disposal_steps(house: House, payload: Mapping[str, Any]) -> Iterator[None]:
    """Carry a witnessed list to its end, from wherever it stands; each step is some items (R-7).

    It begins with one item and takes more at a time as long as the store goes along. At the end this host's
    index is made anew, by steps too, and every other's waited for: raise Postponed while one has yet to be.
    """
    list_id, most = UUID(payload["list_id"]), 1
    with house.uow.read() as session:
        if waits(session):  # nothing is destroyed on the word of an older state (T-2)
            raise Postponed(house.clock() + ACCEPTANCE)
    if first := not _is_settled(house, list_id):
        keep_head(house)
    while item_ids := _start(house, list_id, most):
        if not _destroy(house, list_id, item_ids):
            _no_key_left(house)
            return
        most = min(2 * most, TOGETHER)
        yield
    if first:
        _no_key_left(house)
    if want_purge(WantPurge(list_id), by=the_system(house.clock()), house=house) is None:
        return
    yield from renew_steps(house)
    with house.uow.read() as session:
        awaited = copies_awaited(session, list_id)
    if awaited:
        log.info("a disposal waits for copies of the index", extra={"fields": {"hosts": awaited}})
        raise Postponed(house.clock() + AGAIN)
    empty_log(house)
    _certify(house, list_id)
    keep_head(house)


def _is_settled(house: House, list_id: UUID) -> bool:
    with house.uow.read() as session:
        return session.get_one(DisposalList, list_id).purge_from is not None


def _start(house: House, list_id: UUID, most: int) -> list[UUID]:
    others = {whose: clock() for whose, clock in house.clocks.items()}  # what does not answer ends the try
    now = house.clock()
    try:
        return start_items(StartItems(list_id, now, most, others), by=the_system(now), house=house)
    except StillFollowing as error:
        raise Postponed(house.clock() + AGAIN) from error


@dataclass(frozen=True, slots=True)
class _Going:
    """An item over the point of no return, and its files."""

    item_id: UUID
    record_id: UUID
    keys: tuple[Key, ...]
    #: Files that were stored before there were keys: copies of them elsewhere can be read.
    plain: int


def _destroy(house: House, list_id: UUID, item_ids: Sequence[UUID]) -> bool:
    """Destroy bytes, keys and rows of some items; say whether the list may go on.

    What the store refuses stays and stops the list, after its neighbours in the batch are done.
    """
    proofs: dict[UUID, dict[str, Any]] = {}
    refused: dict[UUID, str] = {}
    going = _going(house, item_ids)
    with ThreadPoolExecutor(AT_ONCE) as pool:  # each waits for the disk most of the time
        for one, (proof, reason) in zip(going, pool.map(partial(_bytes_gone, house), going), strict=True):
            if reason:
                refused[one.item_id] = reason
            else:
                proofs[one.item_id] = proof
    try:
        _keys_gone(house, [one for one in going if one.item_id in proofs], proofs)
    except StorageError as error:
        refused |= dict.fromkeys(proofs, _kind(error))
        proofs.clear()
    by = the_system(house.clock())
    if proofs:
        note_destroyed(house, list_id, [one.record_id for one in going if one.item_id in proofs])
        finish_items(FinishItems(list_id, proofs), by=by, house=house)
    for item_id, reason in refused.items():
        stop_item(StopItem(list_id, item_id, reason), by=by, house=house)
    return not refused


def _going(house: House, item_ids: Sequence[UUID]) -> list[_Going]:
    """Return those items that no rule has spared at the last moment, with their files."""
    with house.uow.read() as session:
        items = session.execute(
            select(DisposalItem.id, DisposalItem.record_id)
            .where(DisposalItem.id.in_(item_ids), DisposalItem.status == ItemStatus.DESTROYING)
            .order_by(DisposalItem.ordinal)
        ).all()
        files = session.execute(
            select(ItemFile.owner_id, ItemFile.object_key, ItemFile.sha256 == ItemFile.stored_sha256)
            .where(ItemFile.owner_id.in_([one.record_id for one in items]))
            .order_by(ItemFile.ordinal)
        ).all()
    of: dict[UUID, list[tuple[str, bool]]] = {}
    for owner_id, key, is_plain in files:
        of.setdefault(owner_id, []).append((key, is_plain))
    return [
        _Going(
            item_id,
            record_id,
            tuple(Key.parse(key) for key, _ in of.get(record_id, ())),
            sum(is_plain for _, is_plain in of.get(record_id, ())),
        )
        for item_id, record_id in items
    ]


def _bytes_gone(house: House, one: _Going) -> tuple[dict[str, Any], str]:
    """Destroy the bytes of one item and look again; return the proof, or why it was not possible."""
    try:
        gone = [house.objects.destroy(key) for key in one.keys]
        for area in Area:
            for kind in {key.kind for key in one.keys}:
                for _left in house.objects.list(area, f"{kind}/{one.record_id}/"):
                    return {}, "objects_left"
    except StorageError as error:
        if isinstance(error, RetentionActive | HoldActive):
            log.error("the store refuses a disposal", extra={"record": str(one.record_id)})  # noqa: TRY400
        return {}, _kind(error)
    return _proof(gone) | {"plain": one.plain}, ""


def _kind(error: StorageError) -> str:
    """Return the name of what every store may raise: a store's own kinds of it have no words for people."""
    return next(one.__name__ for one in type(error).__mro__ if one.__module__ == StorageError.__module__)


def _keys_gone(house: House, going: Sequence[_Going], proofs: Mapping[UUID, dict[str, Any]]) -> None:
    """Destroy the keys of items whose bytes are gone; their proofs say so (R-7).

    Without a key store the proofs speak of no keys.
    """
    if house.keys is None or not going:
        return
    gone = house.keys.destroy([one.record_id for one in going])
    for one in going:
        proof = proofs[one.item_id]
        proof["keys"] = int(len(one.keys) > one.plain)  # also where it went before a crash
        proof["looked_at"] = sorted({*proof["looked_at"], *gone.looked_at})
        proof["not_claimed"] = sorted({*proof["not_claimed"], *gone.not_claimed})


def _no_key_left(house: House) -> None:
    """Let the key store forget the bytes of what was destroyed; where it fails, the delivery comes back."""
    if house.keys is not None:
        house.keys.purge()


def _proof(gone: Sequence[Destroyed]) -> dict[str, Any]:
    return {
        "versions": sum(len(one.versions) for one in gone),
        "objects": len(gone),
        "gone_before": sum(not one.versions for one in gone),
        "looked_at": sorted({place for one in gone for place in one.looked_at}),
        "not_claimed": sorted({place for one in gone for place in one.not_claimed}),
    }


def empty_log(house: House) -> None:
    """Fold the write-ahead log into the database and cut it to nothing, old pages with it (R-7).

    Raise `LogInUse` while a reader still needs old pages; the delivery is tried again. PostgreSQL
    recycles its log and its old rows by itself.
    """
    if house.uow.engine.dialect.name != "sqlite":
        return
    with house.uow.gate(), house.uow.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA query_only = OFF")
        connection.info.pop(WRITES, None)
        (busy, *_rest) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LogInUse


def _certify(house: House, list_id: UUID) -> None:
    """Write the certificate, store it, close the list (R-6)."""
    with house.uow.read() as session:
        there = session.scalars(
            select(ItemFile).where(ItemFile.owner_id == list_id, ItemFile.role == FileRole.CERTIFICATE)
        ).first()
    by = the_system(house.clock())
    if there is None:
        number = number_certificate(FinishList(list_id, ""), by=by, house=house)
        with house.uow.read() as session:
            data = certificate_of(session, list_id, zone=house.zone, language=house.language)
        with TemporaryDirectory(prefix="certificate-", dir=house.scratch) as folder:
            path = Path(folder) / "certificate.docx"
            certificate_docx(path, data)
            stored = _store(house, list_id, path, f"{number}.docx")
        finish_list(FinishList(list_id, number, (stored,)), by=by, house=house)
    else:
        finish_list(FinishList(list_id, ""), by=by, house=house)


def _store(house: House, list_id: UUID, path: Path, name: str) -> StoredFile:
    key = Key.new(Area.RECORDS, OwnerKind.DISPOSAL_LIST.value, list_id, 1)
    with path.open("rb") as source:
        stored = house.objects.put(key, source, retain_until=None)
    return StoredFile(
        role=FileRole.CERTIFICATE,
        ordinal=1,
        name=name,
        media_type=DOCX,
        sha256=stored.sha256,
        size=stored.size,
        object_key=str(key),
        object_version=stored.version,
        stored_sha256=stored.stored_sha256,
        stored_size=stored.stored_size,
    )


__all__ = ["disposal_steps", "empty_log"]
