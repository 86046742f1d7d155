"""What the database forbids with suspensions: they begin in force, stay as they were, stop filing (V-6)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

#: A suspension begins while its revision is in force and none before it goes on.
NOT_TO_SUSPEND: Final = """NOT EXISTS (SELECT 1 FROM revision r WHERE r.id = NEW.revision_id
        AND r.status = 'issued' AND r.effective_from <= NEW.suspended_at
        AND (r.effective_until IS NULL OR r.effective_until > NEW.suspended_at))
    OR EXISTS (SELECT 1 FROM revision_suspension s WHERE s.revision_id = NEW.revision_id
        AND (s.resumed_at IS NULL OR s.resumed_at > NEW.suspended_at))"""

SUSPENDED: Final = """EXISTS (SELECT 1 FROM revision_suspension s WHERE s.revision_id = NEW.form_revision_id
    AND s.suspended_at <= NEW.filed_at AND (s.resumed_at IS NULL OR s.resumed_at > NEW.filed_at))"""

SUSPENSION_GUARDS: Final = (
    Guard("v_6_suspension_insert", "V-6", "revision_suspension", "INSERT", NOT_TO_SUSPEND),
    Guard("v_6_suspension_delete", "V-6", "revision_suspension", "DELETE", "TRUE"),
    frozen(
        "v_6_suspension_content",
        "V-6",
        "revision_suspension",
        ("revision_id", "suspended_at", "suspended_by", "reason"),
    ),
    frozen(
        "v_6_suspension_resumed",
        "V-6",
        "revision_suspension",
        ("resumed_at", "resumed_by", "resume_reason"),
        unless="OLD.resumed_at IS NULL",
    ),
    Guard(
        "v_6_suspension_over",
        "V-6",
        "revision_suspension",
        "UPDATE",
        """NEW.resumed_at IS NOT NULL AND OLD.resumed_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM revision r WHERE r.id = NEW.revision_id AND r.status = 'issued'
            AND (r.effective_until IS NULL OR r.effective_until > NEW.resumed_at))""",
        of=("resumed_at",),
    ),
    Guard("v_6_filed_while_suspended", "V-6", "record", "INSERT", SUSPENDED),
)
