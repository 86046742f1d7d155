"""The register of destruction over a restored state: what was destroyed stays destroyed (R-7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.permissions import Facts, authorise
from docctl.models.guards import GUARDS
from docctl.models.records import Record
from docctl.services.caller import Caller
from docctl.services.disposal.destroy import erase
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: The event: what a *destroyed* event was for is told by the trail that was lost, and by its certificate.
ACTION: Final = "record.destroyed_again"

#: An older state may lack the day, or hold what was released later. The destruction was decided under these
#: guards and has happened; here it is only repeated.
_LIFTED: Final = ("r_4_no_end_date", "r_5_held")


@dataclass(frozen=True, slots=True)
class ReplayDestruction:
    """Records whose bytes and keys are gone, as the register of destruction has them."""

    record_ids: tuple[UUID, ...]
    epoch: int


@use_case("system.operate")
def replay_destruction(session: Session, cmd: ReplayDestruction, by: Caller) -> int:
    """Destroy again what a restored state still has of destroyed records; return their number (R-7).

    It runs before anybody is served, as the role that owns the tables. What was *destroying* in the
    restored state goes on by itself.
    """
    authorise(by.actor, "system.operate", Facts())
    wanted = select(Record).where(
        Record.id.in_(cmd.record_ids),
        Record.status.not_in((RecordStatus.DESTROYING, RecordStatus.DESTROYED)),
    )
    rows = lock(session, Rank.ITEMS, wanted.order_by(Record.id))
    if not rows:
        return 0
    with _lifted(session):
        for row in rows:
            row.status, row.destroying_since = RecordStatus.DESTROYING, by.at
        session.flush()  # the guards let go of content only in this state
    erase(session, [row.id for row in rows])
    for row in rows:
        row.status, row.destroyed_at = RecordStatus.DESTROYED, by.at
        row.place, row.received_at = "", None
        record(
            session,
            by,
            ACTION,
            Subject("record", row.id),
            facts={"number": row.number, "epoch": cmd.epoch},
        )
    return len(rows)


@contextmanager
def _lifted(session: Session) -> Iterator[None]:
    """Take two guards away within this transaction, and put them back."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    guards = [one for one in GUARDS if one.name in _LIFTED]
    for one in guards:
        off = f"DROP TRIGGER {one.name}" if on_sqlite else f"ALTER TABLE record DISABLE TRIGGER {one.name}"
        session.execute(text(off))
    yield
    for one in guards:
        on = one.sqlite() if on_sqlite else f"ALTER TABLE record ENABLE TRIGGER {one.name}"
        session.connection().exec_driver_sql(on)


__all__ = ["ACTION", "ReplayDestruction", "replay_destruction"]
