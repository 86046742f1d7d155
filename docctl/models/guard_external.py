"""What the database forbids with signatures from outside: changes, and content that is not fixed (A-5)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard

EXTERNAL_GUARDS: Final = (
    Guard("a_5_external_update", "A-5", "external_signature", "UPDATE", "TRUE"),
    Guard("a_5_external_delete", "A-5", "external_signature", "DELETE", "TRUE"),
    Guard(
        "a_5_external_insert",
        "A-5",
        "external_signature",
        "INSERT",
        """NOT EXISTS (SELECT 1 FROM revision r WHERE r.id = NEW.revision_id AND r.round = NEW.round
            AND r.manifest_sha256 = NEW.content_sha256
            AND r.status IN ('in_review', 'approved', 'issued'))""",
    ),
    Guard("a_5_withdrawal_update", "A-5", "external_withdrawal", "UPDATE", "TRUE"),
    Guard("a_5_withdrawal_delete", "A-5", "external_withdrawal", "DELETE", "TRUE"),
)
