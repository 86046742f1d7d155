"""Opening a record's file: allowed, in the trail, and only then handed out (X-1, X-2, X-3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import NotFound
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.records import Record
from docctl.services.caller import Caller
from docctl.services.content.reads import note_read, noted_lately
from docctl.services.content.sound import opener
from docctl.services.house import House
from docctl.services.records.load import record_facts
from docctl.services.registry import use_case
from docctl.services.trail import Subject


class Purpose(StrEnum):
    """Why a record's file is opened; each is a permission and an event of its own."""

    READ = "read"
    DOWNLOAD = "download"


_EVENTS: Final = {Purpose.READ: "record.read", Purpose.DOWNLOAD: "record.downloaded"}

_GONE: Final = frozenset({RecordStatus.DESTROYING, RecordStatus.STOPPED, RecordStatus.DESTROYED})


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """A file of a record whose content is about to be shown or handed out."""

    record_id: UUID
    file_id: UUID
    purpose: str = Purpose.READ.value


@use_case("record.read")
def read_record(session: Session, cmd: ReadRecord, by: Caller) -> UUID:
    """Note that a person reads or takes a file of a record (T-1, X-2)."""
    row, file = _permitted(session, cmd, by)
    note_read(
        session,
        by,
        _EVENTS[Purpose(cmd.purpose)],
        Subject("record", row.id, str(file.id)),
        facts={"number": row.number, "file": file.sha256},
    )
    return row.id


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file that may be handed out now; `open()` yields its bytes as they came (F-3)."""

    number: str
    name: str
    media_type: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]


def open_record_file(
    record_id: UUID, file_id: UUID, *, by: Caller, house: House, purpose: Purpose
) -> RecordFile:
    """Return a record's file; the read is in the trail before any byte goes (T-1, X-2).

    Raises NotFound for what the person may not see, and for what is being destroyed (X-3).
    """
    cmd = ReadRecord(record_id, file_id, purpose.value)
    with house.uow.read() as session:
        row, file = _permitted(session, cmd, by)
        subject = Subject("record", row.id, str(file.id))
        noted = noted_lately(session, by, _EVENTS[purpose], subject, file=file.sha256)
        found = RecordFile(
            number=row.number,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            open=opener(house, file),
        )
    if not noted:
        read_record(cmd, by=by, house=house)
    return found


def _permitted(session: Session, cmd: ReadRecord, by: Caller) -> tuple[Record, ItemFile]:
    row = session.get(Record, cmd.record_id)
    if row is None:
        raise NotFound("record")
    authorise(by.actor, f"record.{Purpose(cmd.purpose).value}", record_facts(session, row, by))
    file = session.scalars(
        select(ItemFile).where(
            ItemFile.id == cmd.file_id,
            ItemFile.owner_id == row.id,
            ItemFile.owner_kind == OwnerKind.RECORD,
            ItemFile.destroyed_at.is_(None),
        )
    ).first()
    if file is None or row.status in _GONE:
        raise NotFound("file")
    return row, file
