"""Decides until when one retention class keeps an item, with the explanation (R-1, R-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from docctl.domain.calendar_dates import add_days, add_months, year_end
from docctl.domain.retention_classes import Period, RetentionClass, Trigger, TriggerKind, Unit
from docctl.domain.verdicts import Param


@dataclass(frozen=True, slots=True)
class RetentionFacts:
    """What a period can be counted from; an event that was not yet entered is absent (R-2)."""

    completed_on: date | None = None
    superseded_on: date | None = None
    events: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Because:
    """One step of the explanation: the code of its sentence, and what stands in it (R-10)."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """An item is kept to the end of the day `until`; None is without end so far (R-4)."""

    until: date | None
    permanent: bool
    trigger: Trigger
    trigger_on: date | None
    because: tuple[Because, ...]

    @property
    def length(self) -> tuple[date, bool]:
        """Its length for comparison: permanent is longest, undated next (R-1)."""
        return (self.until if self.until is not None else date.max), self.permanent


def keep_until(cls: RetentionClass, facts: RetentionFacts) -> Kept:
    """Return until when a class keeps an item with these facts, and why (R-1, R-2)."""
    start = _trigger_on(cls.trigger, facts)
    if cls.period.is_permanent:
        why = Because("permanent", {"class": cls.name, "basis": cls.basis})
        return Kept(None, True, cls.trigger, start, (why,))
    if start is None:
        why = Because("event_open", {"class": cls.name, "trigger": str(cls.trigger)})
        return Kept(None, False, cls.trigger, None, (why,))
    until = end_of(start, cls.period, cls.trigger)
    why = Because(
        "counted_from",
        {
            "class": cls.name,
            "basis": cls.basis,
            "trigger": str(cls.trigger),
            "trigger_on": start,
            "amount": cls.period.amount,
            "unit": cls.period.unit.value,
            "until": until,
        },
    )
    return Kept(until, False, cls.trigger, start, (why,))


def end_of(start: date, period: Period, trigger: Trigger) -> date:
    """Return the last day of a period that is counted from `start` (R-1, R-4)."""
    if period.unit is Unit.DAYS:
        return add_days(start, period.amount)
    months = period.amount * (12 if period.unit is Unit.YEARS else 1)
    # A fiscal year that ends in February ends on the 29th in a leap year, and the period with it.
    whole_years = trigger.kind is TriggerKind.END_OF_FISCAL_YEAR
    return add_months(start, months, from_month_end=whole_years)


def _trigger_on(trigger: Trigger, facts: RetentionFacts) -> date | None:
    match trigger.kind:
        case TriggerKind.SUPERSESSION:
            return facts.superseded_on
        case TriggerKind.EVENT:
            return facts.events.get(trigger.event)
        case TriggerKind.COMPLETION:
            return facts.completed_on
        case TriggerKind.END_OF_CALENDAR_YEAR:
            return facts.completed_on and year_end(facts.completed_on)
        case TriggerKind.END_OF_FISCAL_YEAR:
            return facts.completed_on and year_end(facts.completed_on, month=trigger.month)
