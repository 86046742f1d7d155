"""What the database forbids with rules of continuity and explanations: what was said stays (N-8, N-5)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

CONTINUITY_GUARDS: Final = (
    Guard("n_8_rule_delete", "N-8", "continuity_rule", "DELETE", "TRUE"),
    frozen(
        "n_8_rule_content",
        "N-8",
        "continuity_rule",
        (
            "form_id",
            "period",
            "unit_id",
            "post_id",
            "shifts",
            "days_off",
            "from_on",
            "declared_at",
            "declared_by",
        ),
    ),
    frozen(
        "n_8_rule_ended",
        "N-8",
        "continuity_rule",
        ("until_on", "ended_at", "ended_by", "end_reason"),
        unless="OLD.ended_at IS NULL",
    ),
    Guard("n_8_explanation_update", "N-8", "continuity_explanation", "UPDATE", "TRUE"),
    Guard("n_8_explanation_delete", "N-8", "continuity_explanation", "DELETE", "TRUE"),
)
