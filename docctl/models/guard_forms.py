"""What the database forbids with fields of forms and forms in annexes: drafts alone change (F-2, N-12)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_kinds import Guard

_IS_DRAFT: Final = "EXISTS (SELECT 1 FROM revision r WHERE r.id = {row}.revision_id AND r.status = 'draft')"

FORM_GUARDS: Final = (
    Guard("n_12_annex_insert", "N-12", "annex_form", "INSERT", f"NOT {_IS_DRAFT.format(row='NEW')}"),
    Guard("n_12_annex_update", "N-12", "annex_form", "UPDATE", "TRUE"),
    Guard("n_12_annex_delete", "N-12", "annex_form", "DELETE", f"NOT {_IS_DRAFT.format(row='OLD')}"),
    Guard("f_2_definition_insert", "F-2", "form_definition", "INSERT", f"NOT {_IS_DRAFT.format(row='NEW')}"),
    Guard(
        "f_2_definition_update",
        "F-2",
        "form_definition",
        "UPDATE",
        f"NEW.revision_id <> OLD.revision_id OR NEW.document_id <> OLD.document_id "
        f"OR NOT {_IS_DRAFT.format(row='NEW')}",
    ),
    Guard("f_2_definition_delete", "F-2", "form_definition", "DELETE", f"NOT {_IS_DRAFT.format(row='OLD')}"),
)
