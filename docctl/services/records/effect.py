"""What a correction does once it takes effect, and whether it still may (C-2, C-3, F-5, R-3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.correction import FILE, may_change, stated_not_late
from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.models.records import Correction, Record, RecordFact
from docctl.services.caller import Caller
from docctl.services.jobs import want
from docctl.services.numbers.take import add_alias
from docctl.services.records.keep import classes_of, entered_events, govern, promised_until, rename_classes

#: Filing later than this after it was received or happened shows as late (F-5).
LATE_AFTER: Final = timedelta(days=3)


def current_value(session: Session, record_id: UUID, name: str) -> str:
    """Return the present value of a registered fact as text."""
    return (
        session.scalar(
            select(RecordFact.value)
            .where(RecordFact.record_id == record_id, RecordFact.field == name)
            .order_by(RecordFact.ordinal.desc())
            .limit(1)
        )
        or ""
    )


def times_fit(row: Record, name: str, value: str) -> Verdict:
    """Say whether a corrected time fits: not after the entry, received not before it occurred (F-5)."""
    if name not in {"occurred_at", "received_at"} or not value:
        return Allowed()
    stated = datetime.fromisoformat(value)
    if not (verdict := stated_not_late(stated=stated, entered=row.filed_at, field=name)):
        return verdict
    occurred = stated if name == "occurred_at" else row.occurred_at
    received = stated if name == "received_at" else row.received_at
    if received is not None and received < occurred:
        return Refused("F-5", "received_before_occurred")
    return Allowed()


def still_stands(session: Session, row: Record, correction: Correction) -> Verdict:
    """Say whether a correction that waited may take effect now on what stands there now (C-3)."""
    if not (verdict := may_change(row.status)):
        return verdict
    if correction.field == FILE:
        return Allowed()
    if current_value(session, row.id, correction.field) != correction.old_value:
        return Refused("C-3", "value_moved_on")
    return times_fit(row, correction.field, correction.new_value)


def is_late(filed_at: datetime, *, occurred_at: datetime, received_at: datetime | None) -> bool:
    """Say whether a record was filed late: more than three days after it was received or happened (F-5)."""
    return filed_at - (received_at or occurred_at) > LATE_AFTER


def take_effect(session: Session, row: Record, correction: Correction, by: Caller) -> None:
    """Add the new value above the old one; the register and the last day follow (C-2, R-2)."""
    name, value = correction.field, correction.new_value
    if name == FILE:
        return
    newest = session.scalar(
        select(func.max(RecordFact.ordinal)).where(RecordFact.record_id == row.id, RecordFact.field == name)
    )
    session.add(
        RecordFact(
            record_id=row.id,
            field=name,
            ordinal=(-1 if newest is None else newest) + 1,
            value=value,
            set_by=correction.entered_by,
            set_at=by.at,
            correction_id=correction.id,
        )
    )
    if name == "title":
        row.title = value
    elif name == "outside_number" and value:
        add_alias(session, kind="outside", item_kind="record", item_id=row.id, text=value)
    elif name == "received_at":
        row.received_at = datetime.fromisoformat(value) if value else None
    elif name == "occurred_at":
        _moved(session, row, correction, by)
    row.is_late = is_late(row.filed_at, occurred_at=row.occurred_at, received_at=row.received_at)
    session.flush()  # a later correction of this transaction reads the new value


def _moved(session: Session, row: Record, correction: Correction, by: Caller) -> None:
    """Date the record anew; the lock in the store follows, never backwards (R-3, R-4)."""
    row.occurred_at = datetime.fromisoformat(correction.new_value)
    classes = classes_of(session, row)
    events = entered_events(row, classes)
    govern(row, classes, zone=by.zone, events=events, not_before=promised_until(row))
    rename_classes(session, row, classes)
    if row.accepted_at is not None:
        want(session, "lock", key=f"{row.id}:{correction.id}", payload={"record_id": str(row.id)}, at=by.at)
