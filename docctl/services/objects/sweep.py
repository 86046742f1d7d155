"""Which stored files are swept: those without a row for a day, and uploads that are over (F-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.notes import KEPT_KINDS
from docctl.domain.permissions import Facts, authorise
from docctl.models.content import ItemFile, Upload
from docctl.models.epochs import EpochRow
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.objects.keys import unneeded_keys
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record
from docctl.services.uploads import DropExpired, drop_expired
from storage.api import Area, HoldActive, Listed, RetentionActive

#: A file younger than this may belong to a transaction that is still under way.
GRACE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed, or would be; `refused` are files that the store keeps locked.

    `keys` are those of items that never came to be.
    """

    objects: tuple[str, ...]
    uploads: int
    refused: tuple[str, ...]
    keys: int = 0


def sweep(house: House, *, by: Caller, only_look: bool = False) -> Swept:
    """Remove orphans older than a day and expired uploads; the store itself refuses what is locked (R-4)."""
    authorise(by.actor, "system.operate", Facts())
    oldest = by.at - GRACE
    with house.uow.read() as session:
        times = [(one.backup_at, one.started_at) for one in session.scalars(select(EpochRow))]
        strays = [
            one
            for one in house.objects.list(Area.RECORDS)
            if one.modified_at <= oldest and not _is_named(session, one) and not _is_lost(one, times)
        ]
        uploads = _expired(session, by)
        gone_soon = {str(one.key) for one in strays}
        if only_look:
            unneeded = unneeded_keys(house, session, by, without=gone_soon)
            return Swept(tuple(sorted(gone_soon)), uploads, (), len(unneeded))
    gone, refused = [], []
    for one in strays:
        try:
            house.objects.destroy(one.key)
        except (HoldActive, RetentionActive):
            refused.append(str(one.key))
        else:
            gone.append(str(one.key))
    while drop_expired(DropExpired(before=by.at), by=by, house=house) == 500:
        pass
    uploads = _drop_staged(house, by)
    with house.uow.read() as session:
        keys = unneeded_keys(house, session, by)
    if keys and house.keys is not None:
        house.keys.destroy(keys)
        house.keys.purge()
    if gone or uploads or refused or keys:
        note_sweep(NoteSweep(tuple(gone), uploads, tuple(refused), len(keys)), by=by, house=house)
    return Swept(tuple(gone), uploads, tuple(refused), len(keys))


def _is_named(session: Session, one: Listed) -> bool:
    """Say whether a row names the file, or a delivery that has yet to remove it; heads need no row."""
    key = str(one.key)
    if one.key.kind in KEPT_KINDS:
        return True
    if session.scalar(select(ItemFile.id).where(ItemFile.object_key == key)) is not None:
        return True
    waiting = select(Delivery.id).where(Delivery.key == f"destroy_object:{key}", Delivery.done_at.is_(None))
    return session.scalar(waiting) is not None


def _is_lost(one: Listed, times: Sequence[tuple[datetime, datetime]]) -> bool:
    """Say whether a file came in between a backup and its restore: what was lost is kept (T-2)."""
    return any(backup - GRACE <= one.modified_at <= started for backup, started in times)


def _expired(session: Session, by: Caller) -> int:
    query = select(func.count()).select_from(Upload).where(Upload.expires_at <= by.at)
    return session.scalar(query) or 0


def _drop_staged(house: House, by: Caller) -> int:
    """Remove staged files that no row names any more and that nobody is still writing."""
    with house.uow.read() as session:
        named = {str(one) for one in session.scalars(select(Upload.id))}
    oldest = (by.at - GRACE).timestamp()
    dropped = 0
    for path in house.staging.strays():
        if path.name not in named and path.stat().st_mtime <= oldest:
            path.unlink(missing_ok=True)
            dropped += 1
    return dropped


@dataclass(frozen=True, slots=True)
class NoteSweep:
    """What a sweep removed."""

    objects: tuple[str, ...]
    uploads: int
    refused: tuple[str, ...]
    keys: int = 0


@use_case("system.operate")
def note_sweep(session: Session, cmd: NoteSweep, by: Caller) -> None:
    """Record what a sweep removed: no file goes without a trace (T-1)."""
    authorise(by.actor, "system.operate", Facts())
    record(
        session,
        by,
        "objects.swept",
        Subject("objects", None),
        facts={
            "objects": list(cmd.objects[:100]),
            "count": len(cmd.objects),
            "uploads": cmd.uploads,
            "refused": list(cmd.refused[:100]),
            "keys": cmd.keys,
        },
    )
