"""What the database forbids with reviews: what was asked and decided stays (D-5)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

REVIEW_GUARDS: Final = (
    # the next periodic review of a document that is no longer planned asks nobody anything
    Guard(
        "d_5_review_delete",
        "D-5",
        "document_review",
        "DELETE",
        "OLD.cause <> 'periodic' OR OLD.outcome IS NOT NULL",
    ),
    frozen(
        "d_5_review_asked",
        "D-5",
        "document_review",
        ("document_id", "cause", "source_id", "reason", "opened_at", "opened_by"),
    ),
    frozen(
        "d_5_review_due",
        "D-5",
        "document_review",
        ("due_on",),
        unless="OLD.cause = 'periodic' AND OLD.outcome IS NULL",
    ),
    frozen(
        "d_5_review_decided",
        "D-5",
        "document_review",
        ("outcome", "note", "decided_at", "decided_by", "revision_id"),
        unless="OLD.outcome IS NULL",
    ),
)
