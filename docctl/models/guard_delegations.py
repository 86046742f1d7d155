"""What the database forbids with delegations: what was said stays, an end only comes earlier (A-2)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

DELEGATION_GUARDS: Final = (
    Guard("a_2_delegation_delete", "A-2", "delegation", "DELETE", "TRUE"),
    frozen(
        "a_2_delegation_content",
        "A-2",
        "delegation",
        (
            "principal_id",
            "delegate_id",
            "from_on",
            "until_on",
            "begins_at",
            "reason",
            "given_by",
            "given_at",
        ),
    ),
    frozen(
        "a_2_delegation_ended",
        "A-2",
        "delegation",
        ("ends_at", "ended_at", "ended_by", "end_reason"),
        unless="OLD.ended_at IS NULL",
    ),
    Guard("a_2_delegation_longer", "A-2", "delegation", "UPDATE", "NEW.ends_at > OLD.ends_at"),
    Guard("a_2_delegation_scope_update", "A-2", "delegation_scope", "UPDATE", "TRUE"),
    Guard("a_2_delegation_scope_delete", "A-2", "delegation_scope", "DELETE", "TRUE"),
)
