"""Decides what a retention class may say: period, trigger, basis, maximum (R-1, R-2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict


class Unit(StrEnum):
    """In what a period is counted."""

    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class Period:
    """How long: an amount of units; a permanent one has no amount (R-1)."""

    amount: int
    unit: Unit

    @property
    def is_permanent(self) -> bool:
        """Whether it never ends."""
        return self.unit is Unit.PERMANENT


PERMANENT: Final = Period(0, Unit.PERMANENT)


class TriggerKind(StrEnum):
    """From what a period is counted."""

    COMPLETION = "completion"
    END_OF_CALENDAR_YEAR = "end_of_calendar_year"
    END_OF_FISCAL_YEAR = "end_of_fiscal_year"
    SUPERSESSION = "supersession"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Trigger:
    """From what a period is counted: a fiscal year ends with `month`, an event has a name (R-2)."""

    kind: TriggerKind
    event: str = ""
    month: int = 12

    def __str__(self) -> str:
        if self.kind is TriggerKind.EVENT:
            return f"{self.kind}:{self.event}"
        return f"{self.kind}:{self.month}" if self._is_fiscal else str(self.kind)

    @property
    def _is_fiscal(self) -> bool:
        return self.kind is TriggerKind.END_OF_FISCAL_YEAR

    @classmethod
    def read(cls, text: str) -> Trigger | None:
        """Read what `str` wrote, such as `event:contract_end`, or return None (R-2)."""
        kind, _, rest = text.partition(":")
        try:
            trigger = cls(TriggerKind(kind))
            if trigger.kind is TriggerKind.EVENT:
                trigger = cls(trigger.kind, event=rest)
            elif trigger._is_fiscal:
                trigger = cls(trigger.kind, month=int(rest))
        except ValueError:
            return None
        return trigger if str(trigger) == text and trigger.is_sound else None

    @property
    def is_sound(self) -> bool:
        """Whether the month is one, and exactly an event has a name."""
        if self.kind is TriggerKind.EVENT:
            return re.fullmatch("[a-z][a-z0-9_]{0,39}", self.event) is not None
        return not self.event and 1 <= self.month <= 12


class EndAction(StrEnum):
    """What is proposed when the time is over; nothing happens without an approved list (R-6)."""

    REVIEW = "review"
    DESTROY = "destroy"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """One line of the retention schedule (R-1)."""

    code: str
    name: str
    basis: str
    period: Period
    trigger: Trigger
    is_law: bool = False
    action: EndAction = EndAction.DESTROY
    maximum: Period | None = None
    #: The functions that must give an opinion before disposal (R-6).
    functions: tuple[str, ...] = ()


#: No schedule needs more, and every date stays one that can be written.
_MOST: Final = {Unit.DAYS: 36_525, Unit.MONTHS: 1_200, Unit.YEARS: 100}
#: Days that a unit is at least, and at most, long: enough to say that one period is shorter.
_LEAST_DAYS: Final = {Unit.DAYS: 1.0, Unit.MONTHS: 28.0, Unit.YEARS: 365.0}
_MOST_DAYS: Final = {Unit.DAYS: 1.0, Unit.MONTHS: 31.0, Unit.YEARS: 366.0}


def check_class(cls: RetentionClass) -> Verdict:
    """Say whether a class can be used: named, with a basis, a real period and trigger (R-1)."""
    for name, text in (("code", cls.code), ("name", cls.name), ("basis", cls.basis)):
        if not text.strip():
            return Refused("R-1", "class_incomplete", {"field": name})
    for period in filter(None, (cls.period, cls.maximum)):
        if not _is_sound(period, cls.trigger):
            return Refused("R-1", "period_unfit", {"class": cls.code})
    if not cls.trigger.is_sound:
        return Refused("R-2", "trigger_unfit", {"class": cls.code})
    if cls.maximum is not None and _surely_shorter(cls.maximum, cls.period):
        return Refused("R-1", "maximum_below_period", {"class": cls.code})
    return Allowed()


def _is_sound(period: Period, trigger: Trigger) -> bool:
    if period.is_permanent:
        return period.amount == 0
    # Only an event can be waited for with nothing after it: kept for the product's life.
    least = 0 if trigger.kind is TriggerKind.EVENT else 1
    return least <= period.amount <= _MOST[period.unit]


def _surely_shorter(one: Period, other: Period) -> bool:
    if one.is_permanent or other.is_permanent:
        return other.is_permanent and not one.is_permanent
    if {one.unit, other.unit} == {Unit.MONTHS, Unit.YEARS} or one.unit is other.unit:
        return _in_months(one) < _in_months(other)
    return one.amount * _MOST_DAYS[one.unit] < other.amount * _LEAST_DAYS[other.unit]


def _in_months(period: Period) -> int:
    # Only ever compared with a period of the same kind, so days may stand for themselves.
    return period.amount * 12 if period.unit is Unit.YEARS else period.amount
