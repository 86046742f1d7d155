"""How a retention class is stored: what a row or a setting says of it besides code, name and basis (R-1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docctl.domain.retention_classes import (
    EndAction,
    Period,
    RetentionClass,
    Trigger,
    TriggerKind,
    Unit,
)


def class_to_data(cls: RetentionClass) -> dict[str, Any]:
    """Return what is stored of a class besides code, name and basis."""
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


def class_in(code: str, name: str, basis: str, data: Mapping[str, Any]) -> RetentionClass:
    """Return the pure class that was stored; raise KeyError, TypeError or ValueError for what is none."""
    trigger = data["trigger"]
    return RetentionClass(
        code=code,
        name=name,
        basis=basis,
        period=_period(data["period"]),
        trigger=Trigger(TriggerKind(trigger["kind"]), trigger["event"], trigger["month"]),
        is_law=data["is_law"],
        action=EndAction(data["action"]),
        maximum=_period(data["maximum"]) if data["maximum"] else None,
        functions=tuple(data["functions"]),
    )


def _period_data(period: Period) -> dict[str, Any]:
    return {"amount": period.amount, "unit": period.unit.value}


def _period(data: Mapping[str, Any]) -> Period:
    return Period(data["amount"], Unit(data["unit"]))
