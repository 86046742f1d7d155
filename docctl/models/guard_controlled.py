"""What the database forbids with controlled settings: what was submitted or approved stays (V-2)."""

from __future__ import annotations

from typing import Final

from docctl.domain.lifecycle import SETTING_MOVES
from docctl.models.guard_kinds import Guard, frozen, moves

CONTROLLED_GUARDS: Final = (
    Guard("v_2_setting_delete", "V-2", "controlled_setting", "DELETE", "TRUE"),
    # Not refused altogether: the row is what two who work on one setting at once wait for.
    frozen("v_2_setting_update", "V-2", "controlled_setting", ("id", "entity_id", "kind")),
    Guard("v_2_setting_revision_delete", "V-2", "setting_revision", "DELETE", "TRUE"),
    moves("v_6_setting_moves", "V-6", "setting_revision", SETTING_MOVES),
    frozen(
        "v_2_setting_identity",
        "V-2",
        "setting_revision",
        ("setting_id", "ordinal", "created_by", "created_at"),
    ),
    frozen(
        "v_2_setting_content",
        "V-2",
        "setting_revision",
        ("content", "content_sha256", "reason", "wanted_from", "manifest", "manifest_sha256", "editors"),
        unless="OLD.status = 'draft' OR NEW.status = 'draft'",
    ),
    frozen(
        "v_2_setting_approved",
        "V-2",
        "setting_revision",
        ("submitted_by", "submitted_at", "approved_by", "approved_at", "effective_from"),
        unless="OLD.status IN ('draft', 'in_review')",
    ),
    frozen(
        "v_2_setting_ended",
        "V-2",
        "setting_revision",
        ("ended_by", "ended_at", "end_reason"),
        unless="OLD.ended_at IS NULL",
    ),
)
