"""What the database forbids with epochs: what was lost and who accepted it stays as it was signed (T-2)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

EPOCH_GUARDS: Final = (
    Guard("t_2_epoch_delete", "T-2", "epoch", "DELETE", "TRUE"),
    frozen(
        "t_2_epoch_content",
        "T-2",
        "epoch",
        ("number", "started_at", "backup_at", "end_seq", "floor", "content", "content_sha256"),
    ),
    frozen("t_2_epoch_first", "T-2", "epoch", ("first_by", "first_at"), unless="OLD.first_by IS NULL"),
    frozen("t_2_epoch_second", "T-2", "epoch", ("second_by", "second_at"), unless="OLD.second_by IS NULL"),
)
