"""Stored files that are not as they were filed wait for those who keep the records (T-3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from docctl.domain.permissions import Actor, Facts, allows
from docctl.models.content import ItemFile
from docctl.queries.fixity import is_unsound
from docctl.queries.inbox_row import work


def file_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the unsound files, by verb; the label is the problem (T-3)."""
    if not allows(actor, "audit.verify", Facts()):
        return {}
    return {
        "mend": work("stored_file", ItemFile.id, label=ItemFile.problem, since=ItemFile.checked_at).where(
            is_unsound()
        )
    }
