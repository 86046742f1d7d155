"""Who has the number that a file would go in with, and where in the file it was read (N-6, X-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import Choice
from docctl.domain.normal_form import normal
from docctl.domain.permissions import Actor
from docctl.models.numbers import NumberEntry, NumberState
from docctl.queries.import_joining import Target
from docctl.queries.numbers import NumberRow, holder_seen
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
    targets: Sequence[Target],
    *,
    at: datetime,
    zone: tzinfo,
) -> Clash | None:
    """Return what a file's number clashes with as it is chosen now, None where it is free (N-6)."""
    if not file.number or file.document_id is not None or file.choice is Choice.LEAVE_OUT:
        return None
    holder = holder_seen(session, actor, file.number, at=at, zone=zone)
    if holder is None or holder.state == NumberState.RESERVED:
        return None
    target = next((one for one in targets if one.document_id == holder.item_id), None)
    return Clash(file.number, holder, _source(file), target)


def _source(file: AsChosen) -> str:
    fact: Mapping[str, Any] | None = file.facts.get("number") or file.facts.get("issuer_number")
    if fact is None or normal(str(fact["value"])) != normal(file.number):
        return TYPED
    return str(fact["source"])


def taken(session: Session, files: Iterable[AsChosen]) -> Mapping[UUID, str]:
    """Return the holder's written number by file, of the files of a page whose number is taken (N-6)."""
    wanted = {
        one.id: normal(one.number)
        for one in files
        if one.number and one.document_id is None and one.choice is not Choice.LEAVE_OUT
    }
    if not wanted:
        return {}
    query = select(NumberEntry.normal, NumberEntry.shown).where(
        NumberEntry.normal.in_(set(wanted.values())), NumberEntry.state != NumberState.RESERVED
    )
    found: dict[str, str] = {row.normal: row.shown for row in session.execute(query)}
    return {file_id: found[form] for file_id, form in wanted.items() if form in found}
