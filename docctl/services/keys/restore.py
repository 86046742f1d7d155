"""Getting lost keys back from a backup, without those whose items were destroyed (R-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.imports import ImportRun
from docctl.models.record_imports import RecordImport
from docctl.models.records import Record
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.keys.backup import NAME
from docctl.services.keys.store import key_store
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record
from storage.keyring import KeyRing

_BATCH: Final = 500


def restore(folder: Path, *, by: Caller, house: House) -> int:
    """Take from a backup the keys that the key store lacks; return their number.

    Before it, the register of destruction is replayed: a destroyed record's key stays destroyed, and that of
    an import that has ended. A backup that has expired is refused.
    """
    authorise(by.actor, "system.operate", Facts())
    store = key_store(house)
    path = usable_backup(store, folder, today=house.today())
    with house.uow.read() as session:
        query = select(Record.id).where(Record.status == RecordStatus.DESTROYED).order_by(Record.id)
        destroyed = list(session.scalars(query))
        for kind in (ImportRun, RecordImport):
            ended = select(kind.id).where(kind.key_destroyed_at.is_not(None)).order_by(kind.id)
            destroyed += session.scalars(ended)
    for first in range(0, len(destroyed), _BATCH):
        store.destroy(destroyed[first : first + _BATCH])
    store.purge()
    taken = store.take_from(path)
    note_restore(NoteRestore(str(path.absolute()), taken), by=by, house=house)
    return taken


def usable_backup(store: KeyRing, folder: Path, *, today: date) -> Path:
    """Return the file of a key backup; raise RuleRefused for none, or one that has expired (R-7)."""
    path = folder / NAME
    expires_on = store.expiry_of(path) if path.is_file() else None
    if expires_on is None:
        raise RuleRefused(Refused("keys", "no_backup"))
    if expires_on < today:
        raise RuleRefused(Refused("keys", "backup_expired", {"day": expires_on}))
    return path


@dataclass(frozen=True, slots=True)
class NoteRestore:
    """Keys were taken from a backup."""

    place: str
    keys: int


@use_case("system.operate")
def note_restore(session: Session, cmd: NoteRestore, by: Caller) -> None:
    """Record that lost keys came back from a backup (T-1)."""
    authorise(by.actor, "system.operate", Facts())
    facts = {"place": cmd.place, "keys": cmd.keys}
    record(session, by, "keys.restored", Subject("keys", None), facts=facts)


__all__ = ["note_restore", "restore", "usable_backup"]
