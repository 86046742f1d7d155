"""Decides what a new revision of a class does to a record that already runs: never less (R-1, R-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.retention_classes import RetentionClass
from docctl.domain.retention_dates import RetentionFacts, keep_until

#: Records whose time runs: what is being destroyed is over the point of no return.
RUNNING: Final = (RecordStatus.COMPLETED, RecordStatus.ACCEPTED, RecordStatus.ON_LIST)


class Outcome(StrEnum):
    """What becomes of a record under a class that was revised."""

    #: The new revision keeps it longer, or as long and by law now: it governs.
    LONGER = "longer"
    #: Both wait for their event: both apply, and the longer one governs once it is entered.
    BOTH = "both"
    #: The new revision would keep it shorter: it keeps its time.
    KEPT = "kept"
    #: Nothing changes for it.
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Running:
    """How long a record is kept now, by which revision of its class."""

    cls: RetentionClass
    until: date | None
    permanent: bool


def outcome(running: Running, new: RetentionClass, facts: RetentionFacts) -> Outcome:
    """Return what a new revision of its class does to a running record (R-3)."""
    old = running.cls
    length = (running.until if running.until is not None else date.max), running.permanent
    coming = keep_until(new, facts).length
    if coming > length or (coming == length and new.is_law and not old.is_law):
        return Outcome.LONGER
    if coming < length:
        return Outcome.KEPT
    if running.until is None and not running.permanent and _counts(old) != _counts(new):
        return Outcome.BOTH
    return Outcome.SAME


def _counts(cls: RetentionClass) -> tuple[object, object]:
    return cls.period, cls.trigger
