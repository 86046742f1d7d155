"""Stored files that are not as they were filed wait for those who keep the records (T-3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from docctl.domain.permissions import Actor, Facts, allows
from docctl.models.content import ItemFile
from docctl.models.documents import Revision
from docctl.models.trail import EventRow
from docctl.queries.fixity import is_unsound
from docctl.queries.inbox_row import work


def file_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the unsound files, by verb; the label is the problem (T-3)."""
    if not allows(actor, "audit.verify", Facts()):
        return {}
    found = work("stored_file", ItemFile.id, label=ItemFile.problem, since=_found_at())
    return {"mend": found.select_from(ItemFile).where(is_unsound())}


def _found_at() -> ColumnElement[Any]:
    """Return when its problem was found, which the trail says: what is checked again is no new find."""
    of_document = select(Revision.document_id).where(Revision.id == ItemFile.owner_id).correlate(ItemFile)
    told = select(func.max(EventRow.recorded_at)).where(
        EventRow.action == "file.unsound",
        EventRow.subject_id == func.coalesce(of_document.scalar_subquery(), ItemFile.owner_id),
        EventRow.facts.contains(ItemFile.sha256),
    )
    return func.coalesce(told.correlate(ItemFile).scalar_subquery(), ItemFile.checked_at)
