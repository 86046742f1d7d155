"""Who has the number that a file would go in with, and where in the file it was read (N-6, X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.imports import Choice
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.models.numbers import NumberState
from docctl.queries.import_joining import Target
from docctl.queries.number_holders import holders_of
from docctl.queries.numbers import NumberRow, holder_seen
from docctl.services.imports.entities import Entities
from docctl.services.imports.joining import AsChosen

#: Where a number stands that a person typed; else the kind of place in the file, as the reading calls it.
TYPED: Final = "typed"


@dataclass(frozen=True, slots=True)
class Clash:
    """A taken number: its holder as far as seen, and the document that could take the file as a revision."""

    number: str
    holder: NumberRow
    source: str
    target: Target | None


def clash_of(
    session: Session,
    actor: Actor,
    file: AsChosen,
    entity_id: UUID,
    targets: Sequence[Target],
    *,
    at: datetime,
    zone: tzinfo,
) -> Clash | None:
    """Return what a file's number clashes with in its entity as it is chosen now, None for nothing (N-6)."""
    if not _takes_number(file):
        return None
    holder = holder_seen(session, actor, (entity_id, file.number), at=at, zone=zone)
    if holder is None or (holder.state == NumberState.RESERVED and holder.kind == "document"):
        return None
    target = next((one for one in targets if one.document_id == holder.item_id), None)
    return Clash(file.number, holder, _source(file), target)


def _source(file: AsChosen) -> str:
    fact: Mapping[str, Any] | None = file.facts.get("number") or file.facts.get("issuer_number")
    if fact is None or normal(str(fact["value"])) != normal(file.number):
        return TYPED
    return str(fact["source"])


def taken(session: Session, files: Iterable[AsChosen], entities: Entities) -> Mapping[UUID, str]:
    """Return the holder's written number by file, of those whose number is taken in their entity (N-6)."""
    wanted = {one.id: (entities.of(one.chosen), normal(one.number)) for one in files if _takes_number(one)}
    found = holders_of(session, wanted.values())
    return {
        file_id: found[place].shown
        for file_id, place in wanted.items()
        if place in found and not found[place].is_free_for("document")
    }


def _takes_number(file: AsChosen) -> bool:
    return bool(file.number) and file.document_id is None and file.choice is not Choice.LEAVE_OUT
