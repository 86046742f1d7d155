"""Which stored files the database of a backup names that are not in it, and why (T-3, R-7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from sqlalchemy import select

from docctl.domain.lifecycle import RecordStatus
from docctl.jobs.backup.manifest import Manifest
from docctl.models.content import ItemFile
from docctl.models.records import Record
from docctl.services.house import House
from storage.keys import Key

ABSENT: Final = "absent.jsonl"


@dataclass(frozen=True, slots=True)
class Absent:
    """A stored file that the database of a backup names, and why it is not in the backup.

    `destroyed`: with its record, meanwhile. `going`: a destruction or a removal was under way. `lost`: it was
    missing or damaged in the store; a copy of an earlier run may be there.
    """

    DESTROYED: ClassVar[str] = "destroyed"
    GOING: ClassVar[str] = "going"
    LOST: ClassVar[str] = "lost"

    key: Key
    why: str

    def as_data(self) -> dict[str, str]:
        """Return what stands in a line of the file."""
        return {"key": str(self.key), "why": self.why}


def absent_lines(manifest: Manifest) -> Iterator[Absent]:
    """Yield the stored files that a backup lacks; older backups do not list them."""
    if ABSENT in manifest.files:
        for line in (manifest.run_folder / ABSENT).read_text("utf-8").splitlines():
            one = json.loads(line)
            yield Absent(Key.parse(one["key"]), one["why"])


def why_absent(house: House, key: Key) -> Absent:
    """Say why the store lacks a file that the state of the backup names (R-7)."""
    with house.uow.read() as session:
        status = session.scalar(select(Record.status).where(Record.id == key.item_id))
        if status is RecordStatus.DESTROYED:
            return Absent(key, Absent.DESTROYED)
        named = session.scalar(select(ItemFile.id).where(ItemFile.object_key == str(key))) is not None
    return Absent(key, Absent.LOST if named and status is not RecordStatus.DESTROYING else Absent.GOING)


__all__ = ["ABSENT", "Absent", "absent_lines", "why_absent"]
