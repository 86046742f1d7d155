"""What the database forbids with reminders and reasons of being late: what was said stays (A-13)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

LATENESS_GUARDS: Final = (
    Guard("a_13_reminder_update", "A-13", "reminder", "UPDATE", "TRUE"),
    Guard("a_13_reminder_delete", "A-13", "reminder", "DELETE", "TRUE"),
    frozen(
        "a_13_late_reason", "A-13", "step", ("late_reason", "late_unit_id"), unless="OLD.closed_at IS NULL"
    ),
)
