"""What the database forbids with copy-to steps: whom a round told, and what was answered, stays (A-10)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

COPY_STEP_GUARDS: Final = (
    Guard("a_10_copy_delete", "A-10", "copy_step", "DELETE", "TRUE"),
    frozen(
        "a_10_copy_content",
        "A-10",
        "copy_step",
        # PostgreSQL says a column of this name back in quotes: as it says it, the guard is found again.
        ("revision_id", "round", '"position"', "stage", "name", "who", "who_of"),
    ),
    frozen("a_10_copy_begun", "A-10", "copy_step", ("opened_at",), unless="OLD.opened_at IS NULL"),
    frozen(
        "a_10_copy_answered",
        "A-10",
        "copy_step",
        ("person_id", "acknowledged_at", "remark"),
        unless="OLD.acknowledged_at IS NULL",
    ),
)
