"""The register of destruction over a restored state: what was destroyed stays destroyed (R-7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RecordStatus
from docctl.models.guards import GUARDS
from docctl.models.records import Record
from docctl.services.caller import Caller
from docctl.services.disposal.destroy import erase
from docctl.services.trail import Subject, record

#: The event: what a *destroyed* event was for is told by the trail that was lost, and by its certificate.
ACTION: Final = "record.destroyed_again"

#: An older state may lack the day, or hold what was released later. The destruction was decided under these
#: guards and has happened; here it is only repeated.
_LIFTED: Final = ("r_4_no_end_date", "r_5_held")
_BATCH: Final = 200


def destroy_again(session: Session, record_ids: Sequence[UUID], by: Caller, *, epoch: int) -> None:
    """Destroy again what a restored state still has of destroyed records (R-7).

    Call it as the role that owns the tables, before anybody is served. What was *destroying* in the restored
    state goes on by itself.
    """
    if not record_ids:
        return
    with _lifted(session):
        for first in range(0, len(record_ids), _BATCH):
            _destroy(session, record_ids[first : first + _BATCH], by, epoch)


def _destroy(session: Session, record_ids: Sequence[UUID], by: Caller, epoch: int) -> None:
    wanted = select(Record).where(
        Record.id.in_(record_ids),
        Record.status.not_in((RecordStatus.DESTROYING, RecordStatus.DESTROYED)),
    )
    rows = session.scalars(wanted.order_by(Record.id)).all()  # no locks: nobody else is at work
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
            facts={"number": row.number, "epoch": epoch},
        )


@contextmanager
def _lifted(session: Session) -> Iterator[None]:
    """Take two guards away within this transaction, and put them back."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    guards = [one for one in GUARDS if one.name in _LIFTED]
    for one in guards:
        off = f"DROP TRIGGER {one.name}" if on_sqlite else f"ALTER TABLE record DISABLE TRIGGER {one.name}"
        session.execute(text(off))
    yield
    session.flush()  # the last rows go while the guards are away
    for one in guards:
        on = one.sqlite() if on_sqlite else f"ALTER TABLE record ENABLE TRIGGER {one.name}"
        session.connection().exec_driver_sql(on)


__all__ = ["ACTION", "destroy_again"]
