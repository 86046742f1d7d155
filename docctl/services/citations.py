"""What a revision's text cites, written beside it (D-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.permissions import Facts, authorise
from docctl.models.citations import Citation
from docctl.models.content import FileReading
from docctl.models.names import name_key
from docctl.services.caller import Caller
from docctl.services.registry import use_case

#: A text that cites more is a bibliography.
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class NoteCitations:
    """What the text of a revision's file cites, as read at `read_at`; None: what stands there stays."""

    revision_id: UUID
    file_id: UUID
    read_at: datetime
    found: tuple[Mapping[str, Any], ...] | None


@use_case("system.operate")
def note_citations(session: Session, cmd: NoteCitations, by: Caller) -> bool:
    """Keep what a text cites, unless it was read anew meanwhile (D-6)."""
    authorise(by.actor, "system.operate", Facts())
    row = session.get(FileReading, cmd.file_id)
    if row is None or row.read_at != cmd.read_at or row.cited_at is not None:
        return False
    if cmd.found is not None:
        write_citations(session, cmd.revision_id, cmd.found)
    row.cited_at = by.at
    return True


def write_citations(session: Session, revision_id: UUID, found: Iterable[Mapping[str, Any]]) -> int:
    """Put what was found in the place of what stood there; return how many (D-6)."""
    session.execute(delete(Citation).where(Citation.revision_id == revision_id))
    rows = [_row(revision_id, ordinal, one) for ordinal, one in enumerate(list(found)[:_MOST], start=1)]
    session.add_all(rows)
    return len(rows)


def _row(revision_id: UUID, ordinal: int, one: Mapping[str, Any]) -> Citation:
    name, number = str(one.get("name", ""))[:200], str(one.get("number", ""))[:200]
    key, as_written = name_key(name), normal(name)[:500]
    return Citation(
        revision_id=revision_id,
        ordinal=ordinal,
        kind=str(one.get("kind", "generic"))[:20],
        name=name,
        number=number,
        normal=normal(number)[:500] if number else key,
        normal_name=key if number else (as_written if as_written != key else ""),
        times=int(one.get("times", 1)),
        chapter=str(one.get("chapter", ""))[:20],
        clause=str(one.get("clause", ""))[:80],
    )
