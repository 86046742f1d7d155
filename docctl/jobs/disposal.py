"""Carrying out a disposal list: item by item, each step repeatable, proved at the end (R-7).

Order for each item: *destroying* is committed, the bytes go, the rows go, *destroyed* is committed. A
crash anywhere resumes forward.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import select

from docctl.jobs.projection import purge
from docctl.jobs.sealer import keep_head
from docctl.models.content import FileRole, ItemFile, OwnerKind
from docctl.models.records import Record
from docctl.models.retention import DisposalItem, DisposalList, ItemStatus
from docctl.printing.certificate import certificate_docx
from docctl.queries.certificate import certificate_of
from docctl.services.caller import the_system
from docctl.services.disposal.destroy import (
    FinishItem,
    FinishList,
    StartItem,
    StopItem,
    finish_item,
    finish_list,
    number_certificate,
    start_item,
    stop_item,
)
from docctl.services.files import StoredFile
from docctl.services.house import House
from storage.api import Area, Destroyed, HoldActive, Key, RetentionActive, StorageError

log = logging.getLogger(__name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class LogInUse(Exception):
    """The write-ahead log could not be emptied: somebody is reading an older state."""


def run_disposal(house: House, payload: Mapping[str, Any]) -> None:
    """Carry a witnessed list to its end, from wherever it stands (R-7)."""
    list_id = UUID(payload["list_id"])
    keep_head(house)
    while (item_id := _start(house, list_id)) is not None:
        if not _destroy(house, list_id, item_id):
            return
    with house.uow.read() as session:
        row = session.get_one(DisposalList, list_id)
        if row.status.value != "executing":
            return
    purge(house)
    empty_log(house)
    _certify(house, list_id)
    keep_head(house)


def _start(house: House, list_id: UUID) -> UUID | None:
    return start_item(StartItem(list_id, house.clock()), by=the_system(house.clock()), house=house)


def _destroy(house: House, list_id: UUID, item_id: UUID) -> bool:
    """Destroy one item's bytes and rows; say whether the list may go on."""
    with house.uow.read() as session:
        item = session.get_one(DisposalItem, item_id)
        if item.status is not ItemStatus.DESTROYING:
            return True  # a rule spared it at the last moment
        kept = session.get_one(Record, item.record_id)
        keys = session.scalars(
            select(ItemFile.object_key).where(ItemFile.owner_id == kept.id).order_by(ItemFile.ordinal)
        ).all()
    try:
        gone = [house.objects.destroy(Key.parse(key)) for key in keys]
        left = [
            listed
            for area in Area
            for kind in {Key.parse(key).kind for key in keys}
            for listed in house.objects.list(area, f"{kind}/{kept.id}/")
        ]
    except (RetentionActive, HoldActive) as refused:
        log.error("the store refuses a disposal", extra={"record": str(kept.id)})  # noqa: TRY400
        _stop(house, list_id, item_id, type(refused).__name__)
        return False
    except StorageError as error:
        _stop(house, list_id, item_id, type(error).__name__)
        return False
    if left:
        _stop(house, list_id, item_id, "objects_left")
        return False
    finish_item(FinishItem(list_id, item_id, _proof(gone)), by=the_system(house.clock()), house=house)
    return True


def _proof(gone: list[Destroyed]) -> dict[str, Any]:
    return {
        "versions": sum(len(one.versions) for one in gone),
        "objects": len(gone),
        "looked_at": sorted({place for one in gone for place in one.looked_at}),
        "not_claimed": sorted({place for one in gone for place in one.not_claimed}),
    }


def _stop(house: House, list_id: UUID, item_id: UUID, reason: str) -> None:
    stop_item(StopItem(list_id, item_id, reason), by=the_system(house.clock()), house=house)


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


__all__ = ["empty_log", "run_disposal"]
