"""The index beside the database, item by item: what is missing, left over, or no longer as it is (S-4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.jobs.entries import all_entries, record_key, revision_key
from docctl.jobs.projection import newest
from docctl.models.documents import Document, Revision
from docctl.models.records import Record
from docctl.models.trail import EventRow
from docctl.services.house import House
from search.api import State

#: So many ids are asked of the database at once.
_AT_ONCE: Final = 500


#: What can be wrong with an entry.
PROBLEMS: Final = ("missing", "left_over", "different", "unreadable")


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that differs: `missing` in the index, `left_over` there, or `different` from the database.

    `unreadable` is one whose key is not there: nobody can say whether the index holds its text.
    """

    problem: str
    id: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it; `behind` events are still to be followed, and what they are about is not compared.

    `state` is the engine's; an index that is not `intact` is not compared at all, it has to be made again.
    """

    state: State
    intact: bool
    entries: int
    behind: int
    differences: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        """Whether the index holds what it has to."""
        return self.intact and not self.differences

    def ids(self, problem: str) -> list[str]:
        """Return the entries with one kind of problem."""
        return [one.id for one in self.differences if one.problem == problem]


def compare(house: House) -> Comparison:
    """Read the whole index and compare each of its entries with the database (S-4)."""
    engine = house.search
    position = engine.position()  # before the rows are read: what follows it is left out below
    if (state := engine.state) != "ready" or not engine.intact():
        with house.uow.read() as session:
            return Comparison(state, False, 0, newest(session) - position, ())
    there = dict(engine.digests())
    count = len(there)
    found: list[Difference] = []
    with house.uow.read() as session:
        behind = newest(session) - position
        awaited = _awaited(session, position)
        keyless: set[UUID] = set()
        for entry in all_entries(session, house.zone, keyless):
            digest = there.pop(entry.id, None)
            if entry.id in awaited:
                continue
            is_unreadable = _parsed(entry.id)[1] in keyless
            if is_unreadable or digest != entry.digest():
                problem = "missing" if digest is None else "unreadable" if is_unreadable else "different"
                found.append(Difference(problem, entry.id, entry.number, entry.title))
        found += _left_over(session, sorted(set(there) - awaited))
    found.sort(key=lambda one: (one.problem, one.number, one.id))
    return Comparison(state, True, count, behind, tuple(found))


def _awaited(session: Session, position: int) -> set[str]:
    """Return the entries that events after the cursor are about: they may differ, and will not for long."""
    changed = select(EventRow.subject_kind, EventRow.subject_id).where(
        EventRow.seq > position, EventRow.subject_kind.in_(("document", "record"))
    )
    subjects = {(kind, one) for kind, one in session.execute(changed) if one is not None}
    documents = sorted(one for kind, one in subjects if kind == "document")
    records = (one for kind, one in subjects if kind == "record")
    found = {record_key(one) for one in records}
    for some in _portions(documents):
        revisions = select(Revision.id).where(Revision.document_id.in_(some))
        found |= {revision_key(one) for one in session.scalars(revisions)}
    return found


def _left_over(session: Session, ids: Sequence[str]) -> Iterator[Difference]:
    """Yield entries that should not be there, by number and title where a row still tells them."""
    shown: dict[str, tuple[str, str]] = {}
    for some in _portions([one for kind, one in map(_parsed, ids) if kind == "record"]):
        rows = session.execute(select(Record.id, Record.number, Record.title).where(Record.id.in_(some)))
        shown |= {record_key(one): (number, title) for one, number, title in rows}
    for some in _portions([one for kind, one in map(_parsed, ids) if kind == "revision"]):
        revisions = session.execute(
            select(Revision.id, Document.number, Revision.title)
            .join(Document, Document.id == Revision.document_id)
            .where(Revision.id.in_(some))
        )
        shown |= {revision_key(one): (number, title) for one, number, title in revisions}
    for one in ids:
        number, title = shown.get(one, ("", ""))
        yield Difference("left_over", one, number, title)


def _parsed(entry_id: str) -> tuple[str, UUID]:
    kind, _, rest = entry_id.partition(":")
    try:
        return kind, UUID(rest)
    except ValueError:  # no entry of ours
        return "", UUID(int=0)


def _portions(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
