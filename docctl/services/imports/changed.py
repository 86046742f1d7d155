"""Who changed a file of a run while somebody else had it before him (I-1)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import Refused
from docctl.models.imports import ImportChange
from docctl.models.organisation import Person
from docctl.services.imports.contents import Contents

#: So many changes of a run are looked through for the newest of the file.
_MOST: Final = 200


def changed_since(session: Session, run_id: UUID, file_id: UUID, contents: Contents) -> Refused:
    """Return the refusal for who comes second, naming who was first where that is known."""
    newest = (
        select(ImportChange, Person.name)
        .join(Person, Person.id == ImportChange.by)
        .where(ImportChange.run_id == run_id)
        .order_by(ImportChange.at.desc(), ImportChange.id.desc())
        .limit(_MOST)
    )
    for change, name in session.execute(newest):
        if any(one[0] == str(file_id) for one in contents.changes(change)):
            return Refused("I-1", "changed_by_other", {"name": name})
    return Refused("request", "changed_meanwhile")


__all__ = ["changed_since"]
