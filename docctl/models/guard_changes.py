"""What the database forbids with temporary changes: what was signed and ended stays (V-14)."""

from __future__ import annotations

from typing import Final

from docctl.domain.temporary_changes import CHANGE_MOVES
from docctl.models.guard_kinds import Guard, frozen, moves

CHANGE_GUARDS: Final = (
    Guard("v_14_change_delete", "V-14", "temporary_change", "DELETE", "TRUE"),
    moves("v_14_change_moves", "V-14", "temporary_change", CHANGE_MOVES),
    frozen(
        "v_14_change_of",
        "V-14",
        "temporary_change",
        ("document_id", "revision_id", "ordinal", "created_by", "created_at"),
    ),
    frozen(
        "v_14_change_signed",
        "V-14",
        "temporary_change",
        ("place", "text", "reason", "basis", "first_day", "last_day", "editors"),
        unless="OLD.status = 'draft'",
    ),
    frozen(
        "v_14_change_content",
        "V-14",
        "temporary_change",
        ("content", "content_sha256", "round", "submitted_by", "submitted_at", "approver_id"),
        unless="OLD.status IN ('draft', 'in_review') AND NEW.status IN ('draft', 'in_review')",
    ),
    frozen(
        "v_14_change_time",
        "V-14",
        "temporary_change",
        ("valid_from", "valid_until", "approved_at"),
        unless="OLD.status = 'in_review' AND NEW.status = 'issued'",
    ),
    frozen(
        "v_14_change_ended",
        "V-14",
        "temporary_change",
        ("ended_at", "ended_by", "end_reason"),
        unless="OLD.ended_at IS NULL",
    ),
)
