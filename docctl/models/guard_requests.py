"""What the database forbids with change requests: what was asked and decided stays (V-2)."""

from __future__ import annotations

from typing import Final

from docctl.domain.change_requests import REQUEST_MOVES
from docctl.models.guard_kinds import Guard, frozen, moves

REQUEST_GUARDS: Final = (
    Guard("v_2_request_delete", "V-2", "change_request", "DELETE", "TRUE"),
    moves("v_2_request_moves", "V-2", "change_request", REQUEST_MOVES),
    frozen(
        "v_2_request_of",
        "V-2",
        "change_request",
        ("number", "kind", "document_id", "asked_by", "asked_at"),
    ),
    frozen(
        "v_2_request_said",
        "V-2",
        "change_request",
        ("title", "what", "reason", "basis", "proposal", "wanted_on", "type_id", "round", "submitted_at"),
        unless="OLD.status = 'returned'",
    ),
    frozen(
        "v_2_request_decided",
        "V-2",
        "change_request",
        ("decided_by", "decided_at", "decision"),
        unless="OLD.status IN ('submitted', 'returned', 'accepted')",
    ),
    frozen(
        "v_2_request_answered",
        "V-2",
        "change_request",
        ("revision_id", "done_at"),
        unless="OLD.status IN ('accepted', 'answering')",
    ),
    Guard(
        "v_2_request_file_insert",
        "V-2",
        "item_file",
        "INSERT",
        """EXISTS (SELECT 1 FROM change_request r
            WHERE r.id = NEW.owner_id AND r.status <> 'submitted')""",
    ),
)
