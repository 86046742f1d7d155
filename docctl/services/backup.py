"""A backup of the whole system that was made, as the trail has it (T-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.models.epochs import EpochRow
from docctl.models.trail import EventRow
from docctl.services.caller import Caller
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

ACTION: Final = "backup.made"


@dataclass(frozen=True, slots=True)
class NoteDataBackup:
    """A finished backup; `place` is the last part of its folder's name, sizes in bytes."""

    place: str
    events: int
    objects: int
    size: int
    manifest: str
    problems: int


@use_case("system.operate")
def note_data_backup(session: Session, cmd: NoteDataBackup, by: Caller) -> None:
    """Record that a backup was made, and of which state (T-1)."""
    authorise(by.actor, "system.operate", Facts())
    record(
        session,
        by,
        ACTION,
        Subject("backup", None),
        facts={
            "place": cmd.place,
            "events": cmd.events,
            "objects": cmd.objects,
            "size": cmd.size,
            "manifest": cmd.manifest,
            "problems": cmd.problems,
        },
    )


def last_backup_at(session: Session) -> datetime | None:
    """Return when the newest backup was made, None where there is none.

    The backup that a restore came from holds no event of its own making.
    """
    newest = select(func.max(EventRow.seq)).where(EventRow.action == ACTION).scalar_subquery()
    made = session.scalar(select(EventRow.recorded_at).where(EventRow.seq == newest))
    restored = session.scalar(select(func.max(EpochRow.backup_at)))
    return max((one for one in (made, restored) if one is not None), default=None)


__all__ = ["ACTION", "NoteDataBackup", "last_backup_at", "note_data_backup"]
