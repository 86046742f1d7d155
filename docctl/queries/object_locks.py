"""Whether the store locks and holds a file as its row says (R-4, R-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from sqlalchemy.orm import Session

from docctl.domain.retention import GRACE, locked_at_least
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.documents import Revision
from docctl.models.records import Record
from docctl.services.records.load import holds_on
from storage.api import Damaged, Key, ObjectMissing, ObjectStore

#: So long a lock may take to reach the store after what asks for it.
_TIME: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Asked:
    """Until when a file has to be locked by now, if at all, and whether it has to be held."""

    until: datetime | None = None
    held: bool = False


def lock_problem(asked: Asked, row: ItemFile, store: ObjectStore, *, at: datetime) -> str:
    """Return `lock_short` or `not_held` where the store keeps less than is asked for, else nothing."""
    until, held = asked.until, asked.held
    if until is None and not held:
        return ""
    try:
        found = store.stat(Key.parse(row.object_key), row.object_version)
    except (ObjectMissing, Damaged):
        return ""  # the check of the bytes has named it
    if held and not found.held:
        return "not_held"
    if until is not None and at < until and (found.retain_until is None or found.retain_until < until):
        return "lock_short"
    return ""


def asked_of(session: Session, row: ItemFile, *, at: datetime, zone: tzinfo) -> Asked:
    """Return what its row asks of the store (R-4, R-5)."""
    if row.owner_kind is OwnerKind.REVISION:
        revision = session.get_one(Revision, row.owner_id)
        is_kept = revision.issued_at is not None and revision.issued_at + _TIME <= at
        return Asked(locked_at_least(None, zone, at) if is_kept else None)
    if row.owner_kind is not OwnerKind.RECORD:
        return Asked()
    kept = session.get_one(Record, row.owner_id)
    if kept.voided_at is not None or kept.destroying_since is not None:
        return Asked()
    since = min(kept.filed_at + GRACE, kept.accepted_at or kept.filed_at + GRACE)
    until = locked_at_least(kept.keep_until, zone, at) if since + _TIME <= at else None
    return Asked(until, since + _TIME <= at and holds_on(session, kept.id) > 0)
