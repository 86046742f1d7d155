"""What the database forbids with files: changed content, a changed place once it is signed (F-3, V-13)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard, frozen

#: A file of a revision that is not signed yet.
_IN_DRAFT: Final = "EXISTS (SELECT 1 FROM revision r WHERE r.id = OLD.owner_id AND r.status = 'draft')"

FILE_GUARDS: Final = (
    Guard(
        "v_2_file_insert",
        "V-2",
        "item_file",
        "INSERT",
        "EXISTS (SELECT 1 FROM revision r WHERE r.id = NEW.owner_id AND r.status <> 'draft')",
    ),
    Guard(
        "v_2_file_delete",
        "V-2",
        "item_file",
        "DELETE",
        """NOT EXISTS (SELECT 1 FROM revision r
            WHERE r.id = OLD.owner_id AND r.status IN ('draft', 'discarded'))
        AND NOT EXISTS (SELECT 1 FROM record r
            WHERE r.id = OLD.owner_id AND r.status = 'destroying')""",
    ),
    frozen(
        "f_3_file_content",
        "F-3",
        "item_file",
        (
            "owner_kind",
            "owner_id",
            "role",
            "name",
            "media_type",
            "sha256",
            "size",
            "object_key",
            "object_version",
            "stored_sha256",
            "stored_size",
            "added_by",
            "added_at",
        ),
    ),
    frozen("v_13_file_place", "V-13", "item_file", ("ordinal", "title"), _IN_DRAFT),
)
