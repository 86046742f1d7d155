"""The register of destruction outside the database: a restore brings nothing back of what is gone (R-7)."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.notes import DESTRUCTION_KIND, destruction_note
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.heads import LOCK_CAP, LOCKED
from docctl.models.records import Record
from docctl.models.retention import DisposalList
from docctl.services.audit.faults import SealFault
from docctl.services.house import House
from docctl.services.jobs import want
from storage.api import Area, Key
from storage.durable import new_file, sync_file, sync_folder

_BATCH: Final = 500
#: Of notes at the witness.
_KIND: Final = "destroyed"

log = logging.getLogger(__name__)


def note_destroyed(house: House, list_id: UUID, record_ids: Sequence[UUID]) -> None:
    """Write down which records have gone, as a locked object and at the witness (R-7).

    Raise StorageError where the store does not take it: then the disposal is tried again. A witness out of
    reach holds nothing up, and gets the note later.
    """
    now = house.clock()
    with house.uow.read() as session:
        number = session.execute(select(DisposalList.number).where(DisposalList.id == list_id)).scalar_one()
        query = select(Record.id, Record.number).where(Record.id.in_(record_ids)).order_by(Record.id)
        records = [(one.id, one.number) for one in session.execute(query)]
    text = destruction_note(number, now, records)
    key = Key.new(Area.RECORDS, DESTRUCTION_KIND, list_id, 0)
    stored = house.objects.put(key, io.BytesIO(text.encode()), retain_until=min(now + LOCKED, LOCK_CAP))
    if house.witness is not None:
        try:
            house.witness.note(_KIND, str(key.uid), text)
        except SealFault as fault:
            log.error("the witness of a destruction: %s", fault.code)  # noqa: TRY400  # the store has it
            payload = {"key": str(key), "version": stored.version}
            house.uow.write(
                lambda session: want(session, "witness_note", key=str(key.uid), payload=payload, at=now)
            )


def hand_note_over(house: House, payload: Mapping[str, Any]) -> None:
    """Bring the witness a note of destruction that the store has and it has not (R-7).

    Raise SealFault while it is out of reach: then it is tried again.
    """
    if house.witness is None:  # there is none any more
        return
    key = Key.parse(payload["key"])
    with house.objects.open(key, payload["version"]) as source:
        house.witness.note(_KIND, str(key.uid), source.read().decode())


def write_register(house: House, path: Path) -> int:
    """Write all records destroyed so far into a new file, all or none; return their number (R-7).

    Raise RuleRefused where the file is there already.
    """
    count, fresh = 0, path.with_name(f".{path.name}.{token_hex(4)}")
    new_file(fresh)
    try:
        with fresh.open("w", encoding="utf-8") as target:
            for records in _destroyed(house):
                target.write(destruction_note("", house.clock(), records))
                count += len(records)
        sync_file(fresh)
        if path.exists():
            raise RuleRefused(Refused("register", "file_there", {"name": path.name}))
        fresh.rename(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.absolute().parent)
    return count


def _destroyed(house: House) -> Iterator[list[tuple[UUID, str]]]:
    last = UUID(int=0)
    while True:
        query = select(Record.id, Record.number).where(
            Record.status == RecordStatus.DESTROYED, Record.id > last
        )
        with house.uow.read() as session:
            rows = session.execute(query.order_by(Record.id).limit(_BATCH)).all()
        if not rows:
            return
        yield [(one.id, one.number) for one in rows]
        last = rows[-1].id


__all__ = ["hand_note_over", "note_destroyed", "write_register"]
