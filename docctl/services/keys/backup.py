"""Backing up the key store: one copy, which replaces the one before and expires (R-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Conflict, Refused, RuleRefused
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.keys.store import key_store
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record
from storage.durable import sync_folder

#: The name of the backup in its folder: there is only ever one.
NAME: Final = "docctl-keys.backup"
#: How often a copy is made again because keys were destroyed meanwhile.
_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: wrapped keys, of no use without the master key."""

    path: Path
    keys: int
    master_id: str
    expires_on: date


def back_up(folder: Path, *, by: Caller, house: House) -> Backup:
    """Write the wrapped keys into a folder elsewhere, in place of the backup before (R-7).

    It is in the trail before it is in its place, and holds no key that was destroyed before the trail
    knew of it: a certificate never names too early a day. Raises Conflict where keys go all the time.
    """
    authorise(by.actor, "system.operate", Facts())
    store = key_store(house)
    folder = folder.absolute()
    if folder.resolve().is_relative_to(house.scratch.parent.resolve()):
        raise RuleRefused(Refused("keys", "backup_inside"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / NAME
    fresh = path.with_name(f".{NAME}.new")
    expires_on = house.today() + timedelta(days=house.key_backup_days)
    for _ in range(_TRIES):
        fresh.unlink(missing_ok=True)  # also what a crash has left
        before = store.status()
        keys = store.copy_to(fresh, expires_on=expires_on)
        note_backup(NoteBackup(str(path), keys, before.master_id, expires_on), by=by, house=house)
        after = store.status()
        if (after.destroyed, after.master_id) == (before.destroyed, before.master_id):
            break
    else:
        fresh.unlink()
        raise Conflict(Refused("request", "busy"))
    fresh.replace(path)
    sync_folder(folder)
    return Backup(path, keys, before.master_id, expires_on)


@dataclass(frozen=True, slots=True)
class NoteBackup:
    """A backup of the key store that is about to take its place."""

    place: str
    keys: int
    master_id: str
    expires_on: date


@use_case("system.operate")
def note_backup(session: Session, cmd: NoteBackup, by: Caller) -> None:
    """Record a backup and when it expires: certificates of destruction name that day (T-1, R-7)."""
    authorise(by.actor, "system.operate", Facts())
    record(
        session,
        by,
        "keys.backed_up",
        Subject("keys", None),
        facts={
            "place": cmd.place,
            "keys": cmd.keys,
            "master": cmd.master_id,
            "expires_on": cmd.expires_on,
        },
    )


__all__ = ["NAME", "Backup", "back_up", "note_backup"]
