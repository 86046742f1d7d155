"""What the database forbids with units and entities: what they were called and owned stays (O-2)."""

from __future__ import annotations

from typing import Final

from docctl.models.guard_delegations import DELEGATION_GUARDS
from docctl.models.guard_kinds import Guard

ORGANISATION_GUARDS: Final = (
    *DELEGATION_GUARDS,
    # what a unit was called stays; another name of its own may end
    Guard("o_2_unit_name_change", "O-2", "unit_name", "UPDATE", "TRUE"),
    Guard(
        "o_2_unit_name_delete",
        "O-2",
        "unit_name",
        "DELETE",
        "OLD.until_on IS NOT NULL OR OLD.from_unit_id IS NOT NULL",
    ),
    Guard("o_2_entity_name_change", "O-2", "legal_entity_name", "UPDATE", "TRUE"),
    Guard("o_2_entity_name_delete", "O-2", "legal_entity_name", "DELETE", "TRUE"),
    Guard("o_2_owner_change", "O-2", "document_owner", "UPDATE", "TRUE"),
    Guard("o_2_owner_delete", "O-2", "document_owner", "DELETE", "TRUE"),
)
