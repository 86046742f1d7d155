"""What the trail knows of the key store's backups: the last one, and when all have expired (R-7)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.trail import EventRow
from storage.keyring import KeyStatus

BACKED_UP: Final = "keys.backed_up"
#: No backup may be kept for longer than this, whatever the setting was.
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class KeyBackup:
    """A backup of the key store as the trail has it."""

    at: datetime
    place: str
    keys: int
    master_id: str
    expires_on: date


def last_backup(session: Session) -> KeyBackup | None:
    """Return the newest backup of the key store, or None where none was ever made."""
    query = select(EventRow).where(EventRow.action == BACKED_UP).order_by(EventRow.seq.desc()).limit(1)
    row = session.scalars(query).first()
    return _backup(row) if row else None


def backups_end(session: Session, *, before: datetime) -> date | None:
    """Return the day on which every backup made before an instant has expired; None without one (R-7)."""
    query = select(EventRow).where(
        EventRow.action == BACKED_UP,
        EventRow.occurred_at <= before,
        EventRow.occurred_at >= before - LONGEST,
    )
    return max((_backup(row).expires_on for row in session.scalars(query)), default=None)


def is_overdue(backup: KeyBackup | None, status: KeyStatus, *, today: date) -> bool:
    """Say whether a new backup is due: there is none, it has expired, or its master key is gone."""
    if backup is None:
        return status.keys > 0
    return backup.expires_on < today or backup.master_id != status.master_id


def _backup(row: EventRow) -> KeyBackup:
    facts = json.loads(row.facts)
    return KeyBackup(
        at=row.occurred_at,
        place=str(facts["place"]),
        keys=int(facts["keys"]),
        master_id=str(facts["master"]),
        expires_on=date.fromisoformat(facts["expires_on"]),
    )
