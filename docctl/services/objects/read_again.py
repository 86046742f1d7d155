"""Which files are read once more: those that gave no text, where a program or a newer docctl may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.models.content import FileReading, ItemFile
from docctl.reading.kinds import MEDIA_TYPES, Kind
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.jobs import want
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: Problems that may be over: a program that was missing, a scan, a machine that was short of something.
_MAY_BE_OVER: Final = ("no_program", "no_text", "timeout", "memory", "crash", "unreadable")
#: Without any problem these had no reader, or only where a program is installed.
_MAY_BE_READ: Final = tuple(
    MEDIA_TYPES[kind] for kind in (Kind.OTHER, Kind.PNG, Kind.JPEG, Kind.TIFF, Kind.GIF, Kind.BMP, Kind.WEBP)
)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Files whose text is wanted once more."""

    files: tuple[UUID, ...]


@use_case("system.operate")
def read_again(session: Session, cmd: ReadAgain, by: Caller) -> int:
    """Ask for files to be read again, each once for each instant; return how many (S-1, F-3)."""
    authorise(by.actor, "system.operate", Facts())
    there = session.scalars(
        select(ItemFile.id).where(ItemFile.id.in_(cmd.files), ItemFile.destroyed_at.is_(None))
    ).all()
    for file_id in there:
        key = f"{file_id}:{by.at.isoformat()}"
        want(session, "read_file", key=key, payload={"file_id": str(file_id)}, at=by.at)
    if there:
        record(session, by, "objects.read_again", Subject("objects", None), facts={"files": len(there)})
    return len(there)


def read_unread(*, by: Caller, house: House) -> int:
    """Ask for all files without text to be read again; what was read stays until it is replaced (S-1)."""
    authorise(by.actor, "system.operate", Facts())
    with house.uow.read() as session:
        files = session.scalars(
            select(ItemFile.id)
            .join(FileReading, FileReading.file_id == ItemFile.id)
            .where(
                ItemFile.destroyed_at.is_(None),
                or_(
                    FileReading.problem.in_(_MAY_BE_OVER),
                    FileReading.problem.is_(None) & ItemFile.media_type.in_(_MAY_BE_READ),
                ),
            )
            .order_by(ItemFile.added_at, ItemFile.id)
        ).all()
    return sum(
        read_again(ReadAgain(tuple(files[start : start + _AT_ONCE])), by=by, house=house)
        for start in range(0, len(files), _AT_ONCE)
    )
