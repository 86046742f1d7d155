"""Until when a record is kept, and why: computed from its classes and written beside it (R-1, R-2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from docctl.domain.canonical import plain
from docctl.domain.retention import Because, RetentionFacts
from docctl.domain.retention_classes import TriggerKind
from docctl.domain.retention_governing import governing
from docctl.models.records import Record, RecordClass
from docctl.models.retention import RetentionClassRow
from docctl.services.records.classes import class_of

#: Reasons that come from a decision on the record, not from its classes.
_PROMISES: Final = frozenset({"prolonged", "never_shortened"})


def name_classes(session: Session, record: Record, rows: Sequence[RetentionClassRow]) -> None:
    """Write down the classes of a governed record that has none yet."""
    session.add_all(
        [RecordClass(record_id=record.id, class_id=row.id, governs=row.id == record.class_id) for row in rows]
    )


def rename_classes(session: Session, record: Record, rows: Sequence[RetentionClassRow]) -> None:
    """Write down the classes of a governed record in place of those it has."""
    session.execute(delete(RecordClass).where(RecordClass.record_id == record.id))
    name_classes(session, record, rows)


def govern(
    record: Record,
    rows: Sequence[RetentionClassRow],
    *,
    zone: tzinfo,
    events: dict[str, date] | None = None,
    not_before: date | None = None,
) -> None:
    """Compute a record's last day and write it beside it: the longest class governs (R-1).

    `not_before` is the last day that already runs: it is never brought forward (R-3).
    """
    kept = kept_by(rows, record.occurred_at.astimezone(zone).date(), events=events, not_before=not_before)
    for name, value in kept.items():
        setattr(record, name, value)


def kept_by(
    rows: Sequence[RetentionClassRow],
    completed_on: date,
    *,
    events: dict[str, date] | None = None,
    not_before: date | None = None,
) -> dict[str, Any]:
    """Return the columns of a record that say how long it is kept; see `govern`."""
    classes = [class_of(row) for row in rows]  # one may apply in two revisions, of which the longer governs
    facts = RetentionFacts(completed_on=completed_on, events=events or {})
    chosen = governing(classes, facts)
    until, because = chosen.kept.until, chosen.kept.because
    if not_before is not None and until is not None and until < not_before:
        until, because = not_before, (*because, Because("never_shortened", {"until": not_before}))
    return {
        "class_id": next(row.id for row, cls in zip(rows, classes, strict=True) if cls is chosen.cls),
        "keep_until": until,
        "is_permanent": chosen.kept.permanent,
        "trigger_on": chosen.kept.trigger_on,
        "keep_because": [
            {"code": one.code, "params": {key: plain(value) for key, value in one.params.items()}}
            for one in because
        ],
    }


def promises(record: Record) -> list[dict[str, Any]]:
    """Return the parts of the reason that name a day to which a record is kept whatever its class says."""
    return [one for one in record.keep_because if one["code"] in _PROMISES]


def promised_until(record: Record) -> date | None:
    """Return the last day that a record was ever given, also while it waits for an event (R-3)."""
    days = [date.fromisoformat(one["params"]["until"]) for one in promises(record)]
    return max([*days, *([record.keep_until] if record.keep_until else [])], default=None)


def classes_of(session: Session, record: Record) -> list[RetentionClassRow]:
    """Return the classes that apply to a record."""
    return list(
        session.scalars(
            select(RetentionClassRow)
            .join(RecordClass, RecordClass.class_id == RetentionClassRow.id)
            .where(RecordClass.record_id == record.id)
            .order_by(RetentionClassRow.ordinal, RetentionClassRow.revision)
        )
    )


def entered_events(record: Record, rows: Sequence[RetentionClassRow]) -> dict[str, date]:
    """Return the event that a record's period already runs from, so that nothing forgets it (R-2)."""
    trigger = next((class_of(row).trigger for row in rows if row.id == record.class_id), None)
    if trigger is None or trigger.kind is not TriggerKind.EVENT or record.trigger_on is None:
        return {}
    return {trigger.event: record.trigger_on}
