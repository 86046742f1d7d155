"""Whether a step is closed late, and what is asked then (A-13)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict

LONGEST_REASON: Final = 500
#: What stands before the numbers of reminders in a year: CB-2026-001 (催办).
PREFIX: Final = "CB"


def is_late(due_at: datetime | None, at: datetime) -> bool:
    """Say whether the time of a step is over at an instant; one without a clock is never late (A-4)."""
    return due_at is not None and at >= due_at


def may_close(due_at: datetime | None, at: datetime, reason: str) -> Verdict:
    """Say whether a step may be closed at an instant: after its time with the reason why (A-13)."""
    if due_at is None or not is_late(due_at, at):
        return Allowed()
    said = reason.strip()
    if not said:
        return Refused("A-13", "late_reason_needed", {"due": due_at})
    if len(said) > LONGEST_REASON:
        return Refused("A-13", "late_reason_too_long", {"longest": LONGEST_REASON, "length": len(said)})
    return Allowed()


def may_remind(*, is_open: bool, due_at: datetime | None, at: datetime, note: str) -> Verdict:
    """Say whether a numbered reminder may be issued for a step: open, and its time is over (催办, A-13)."""
    if not is_open:
        return Refused("A-13", "step_closed")
    if not is_late(due_at, at):
        return Refused("A-13", "not_overdue")
    if (length := len(note.strip())) > LONGEST_REASON:
        return Refused("A-13", "note_too_long", {"longest": LONGEST_REASON, "length": length})
    return Allowed()
