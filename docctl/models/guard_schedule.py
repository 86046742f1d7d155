"""What the database forbids with retention classes: a change is a further row, never one in place (R-3)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

SCHEDULE_GUARDS: Final = (
    frozen(
        "r_3_class_update",
        "R-3",
        "retention_class",
        (
            "code",
            "revision",
            "name",
            "basis",
            "is_catch_all",
            "is_closed",
            "ordinal",
            "data",
            "schedule",
            "effective_from",
        ),
    ),
    frozen(
        "r_3_class_withdrawn",
        "R-3",
        "retention_class",
        ("withdrawn_at",),
        unless="OLD.withdrawn_at IS NULL AND OLD.effective_from IS NOT NULL "
        "AND NEW.withdrawn_at < OLD.effective_from",
    ),
    Guard("r_3_class_delete", "R-3", "retention_class", "DELETE", "TRUE"),
)
