"""The worker's part of the keys of runs: sealing what lies plain, destroying what has ended (R-7, I-1)."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.imports import ImportRun
from docctl.models.record_imports import RecordImport
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.imports.run_keys import NoteKeysDestroyed, SealRun, note_keys_destroyed, seal_run
from storage.errors import StorageError

log = logging.getLogger(__name__)

#: So many keys are destroyed at once.
_TOGETHER: Final = 200


def seal_plain_runs(house: House) -> bool:
    """Seal some of what was read for runs from before it was encrypted; say whether there was anything."""
    if house.keys is None:
        return False
    with house.uow.read() as session:
        run_id = session.scalars(
            select(ImportRun.id)
            .where(ImportRun.is_plain.is_(True), ImportRun.ended_at.is_(None))
            .order_by(ImportRun.id)
            .limit(1)
        ).first()
    if run_id is None:
        return False
    return seal_run(SealRun(run_id), by=the_system(house.clock()), house=house) > 0


def destroy_ended_keys(house: House) -> int:
    """Destroy the keys of runs that have ended; return how many. Each step may be repeated.

    The rows hold nothing of it any more; with the key it is gone from logs and backups of the database too.
    """
    if house.keys is None:
        return 0
    with house.uow.read() as session:
        runs, tables = _ended(session, ImportRun), _ended(session, RecordImport)
    if not runs and not tables:
        return 0
    try:
        gone = house.keys.destroy([*runs, *tables])
        house.keys.purge()
    except StorageError:
        log.warning("keys of imports that have ended stay for now", exc_info=True)
        return 0
    cmd = NoteKeysDestroyed(runs, tuple(gone.looked_at), tuple(gone.not_claimed), tables)
    return note_keys_destroyed(cmd, by=the_system(house.clock()), house=house)


def _ended(session: Session, kind: type[ImportRun] | type[RecordImport]) -> tuple[UUID, ...]:
    query = select(kind.id).where(kind.ended_at.is_not(None), kind.key_destroyed_at.is_(None))
    return tuple(session.scalars(query.order_by(kind.id).limit(_TOGETHER)))
