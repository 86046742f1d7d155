"""From stored retention classes to pure ones, and which class a form's records get (R-1, R-10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.retention_classes import (
    EndAction,
    Period,
    RetentionClass,
    Trigger,
    TriggerKind,
    Unit,
)
from docctl.models.documents import Document
from docctl.models.retention import RetentionClassRow


def class_to_data(cls: RetentionClass) -> dict[str, Any]:
    """Return what a row stores of a class besides code, name and basis."""
    return {
        "period": _period_data(cls.period),
        "trigger": {
            "kind": cls.trigger.kind.value,
            "event": cls.trigger.event,
            "month": cls.trigger.month,
        },
        "is_law": cls.is_law,
        "action": cls.action.value,
        "maximum": _period_data(cls.maximum) if cls.maximum else None,
        "functions": list(cls.functions),
    }


def class_of(row: RetentionClassRow) -> RetentionClass:
    """Return the pure class of a row."""
    data = row.data
    trigger = data["trigger"]
    return RetentionClass(
        code=row.code,
        name=row.name,
        basis=row.basis,
        period=_period(data["period"]),
        trigger=Trigger(TriggerKind(trigger["kind"]), trigger["event"], trigger["month"]),
        is_law=data["is_law"],
        action=EndAction(data["action"]),
        maximum=_period(data["maximum"]) if data["maximum"] else None,
        functions=tuple(data["functions"]),
    )


def resolved_class(session: Session, document: Document) -> RetentionClassRow | None:
    """Return a form's class: its own, its procedure's, or the catch-all (R-10)."""
    if document.class_id is not None:
        return session.get_one(RetentionClassRow, document.class_id)
    parent = session.get(Document, document.parent_id) if document.parent_id else None
    if parent is not None and parent.class_id is not None:
        return session.get_one(RetentionClassRow, parent.class_id)
    return session.scalars(
        select(RetentionClassRow)
        .where(RetentionClassRow.is_catch_all)
        .order_by(RetentionClassRow.revision.desc())
    ).first()


def _period_data(period: Period) -> dict[str, Any]:
    return {"amount": period.amount, "unit": period.unit.value}


def _period(data: dict[str, Any]) -> Period:
    return Period(data["amount"], Unit(data["unit"]))
