"""What the database forbids with lists, copies, readers: what was signed or issued stays (D-2, D-4, D-8)."""

from __future__ import annotations

from typing import Final

from docctl.domain.copy_states import COPY_MOVES
from docctl.models.guard_kinds import Guard, final, frozen, moves

_IS_DRAFT: Final = "EXISTS (SELECT 1 FROM revision r WHERE r.id = {row}.revision_id AND r.status = 'draft')"
_IS_ISSUED: Final = "EXISTS (SELECT 1 FROM revision r WHERE r.id = {row}.revision_id AND r.status = 'issued')"

#: Beside the draft only issued revisions get entries, each with the reason.
_NEW_ENTRY: Final = (
    f"NOT {_IS_DRAFT.format(row='NEW')} AND NOT ({_IS_ISSUED.format(row='NEW')} AND NEW.reason <> '')"
)

DISTRIBUTION_GUARDS: Final = (
    Guard("d_8_entry_insert", "D-8", "distribution_entry", "INSERT", _NEW_ENTRY),
    Guard("d_8_entry_delete", "D-8", "distribution_entry", "DELETE", f"NOT {_IS_DRAFT.format(row='OLD')}"),
    frozen(
        "d_8_entry_content",
        "D-8",
        "distribution_entry",
        (
            "revision_id",
            "ordinal",
            "kind",
            "unit_id",
            "post_id",
            "person_id",
            "place",
            "medium",
            "copies",
            "reads",
            "holder",
            "added_at",
            "added_by",
            "reason",
        ),
    ),
    frozen(
        "d_8_entry_removed",
        "D-8",
        "distribution_entry",
        ("removed_at", "removed_by", "removed_reason"),
        unless=f"OLD.removed_at IS NULL AND {_IS_ISSUED.format(row='OLD')}",
    ),
    Guard(
        "d_1_copy_insert",
        "D-1",
        "controlled_copy",
        "INSERT",
        f"NEW.status <> 'issued' OR NOT {_IS_ISSUED.format(row='NEW')}",
    ),
    Guard("d_2_copy_delete", "D-2", "controlled_copy", "DELETE", "TRUE"),
    moves("d_2_copy_moves", "D-2", "controlled_copy", COPY_MOVES),
    final("d_2_copy_final", "D-2", "controlled_copy", COPY_MOVES),
    frozen(
        "d_1_copy_identity",
        "D-1",
        "controlled_copy",
        (
            "document_id",
            "revision_id",
            "entry_id",
            "sequence",
            "number",
            "kind",
            "unit_id",
            "post_id",
            "person_id",
            "place",
            "medium",
            "holder",
            "issued_at",
            "issued_on",
            "issued_by",
        ),
    ),
    frozen("d_3_copy_mark", "D-3", "controlled_copy", ("mark",), unless="OLD.mark IS NULL"),
    frozen(
        "d_1_copy_received",
        "D-1",
        "controlled_copy",
        ("received_on", "received_at", "received_by", "receiver"),
        unless="OLD.received_at IS NULL",
    ),
    frozen(
        "d_2_copy_recalled",
        "D-2",
        "controlled_copy",
        ("recalled_at", "recalled_by", "recall_reason"),
        unless="OLD.recalled_at IS NULL",
    ),
    frozen(
        "d_2_copy_lost",
        "D-2",
        "controlled_copy",
        ("lost_on", "lost_at", "lost_by", "lost_reason"),
        unless="OLD.lost_at IS NULL",
    ),
    frozen(
        "d_2_copy_closed",
        "D-2",
        "controlled_copy",
        ("closed_on", "closed_at", "closed_by", "close_reason", "witness_id"),
        unless="OLD.closed_at IS NULL",
    ),
    Guard("d_8_scope_insert", "D-8", "revision_scope", "INSERT", _NEW_ENTRY),
    Guard("d_8_scope_delete", "D-8", "revision_scope", "DELETE", f"NOT {_IS_DRAFT.format(row='OLD')}"),
    frozen(
        "d_8_scope_content",
        "D-8",
        "revision_scope",
        ("revision_id", "kind", "unit_id", "post_id", "name", "added_at", "added_by", "reason"),
    ),
    frozen(
        "d_8_scope_removed",
        "D-8",
        "revision_scope",
        ("removed_at", "removed_by", "removed_reason"),
        unless=f"OLD.removed_at IS NULL AND {_IS_ISSUED.format(row='OLD')}",
    ),
    Guard("d_4_read_delete", "D-4", "read_task", "DELETE", "TRUE"),
    frozen(
        "d_4_read_asked", "D-4", "read_task", ("revision_id", "person_id", "asked_at", "asked_by", "due_at")
    ),
    frozen("d_4_read_done", "D-4", "read_task", ("acknowledged_at",), unless="OLD.acknowledged_at IS NULL"),
    frozen(
        "d_4_read_ended",
        "D-4",
        "read_task",
        ("ended_at", "ended_by", "ended_reason"),
        unless="OLD.ended_at IS NULL",
    ),
)
