"""What the database forbids with returns: they and their lists stay; ticks only while it is mended (A-9)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, changed, frozen

RETURN_GUARDS: Final = (
    Guard("a_9_return_update", "A-9", "revision_return", "UPDATE", "TRUE"),
    Guard("a_9_return_delete", "A-9", "revision_return", "DELETE", "TRUE"),
    Guard("a_9_item_delete", "A-9", "return_item", "DELETE", "TRUE"),
    frozen("a_9_item_text", "A-9", "return_item", ("return_id", "ordinal", "text")),
    Guard(
        "a_9_item_ticked",
        "A-9",
        "return_item",
        "UPDATE",
        """NOT EXISTS (SELECT 1 FROM revision_return t
            JOIN revision r ON r.id = t.revision_id WHERE t.id = NEW.return_id AND r.status = 'draft')""",
        ("done_by", "done_at"),
    ),
    Guard(
        "a_9_points_change",
        "A-9",
        "step",
        "UPDATE",
        changed("points"),
        ("points",),
    ),
)
