"""What every part of handing over works with: who gives, who takes, why, and the papers, locked (A-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.leaving import OpenKind
from docctl.domain.roles import Role
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person
from docctl.services.documents.load import Loaded
from docctl.services.locks import Rank, lock
from docctl.services.people.actors import holders


@dataclass(frozen=True, slots=True)
class Handed:
    """One thing that was open with a person, and who takes it; None where it may go to nobody."""

    kind: OpenKind
    id: UUID
    to: UUID | None = None


@dataclass(frozen=True, slots=True)
class Giving:
    """A person who hands over, the people who take, all locked, and why."""

    person: Person
    takers: dict[UUID, Person]
    reason: str

    def taker(self, to: UUID | None) -> Person | None:
        """Return who takes; raise RuleRefused for one who cannot sign in."""
        if to is None:
            return None
        if (found := self.takers.get(to)) is None or found.disabled_at is not None:
            raise RuleRefused(Refused("A-16", "nobody_active"))
        return found

    def somebody(self, to: UUID | None) -> Person:
        """Return who takes what cannot go to nobody."""
        taker = self.taker(to)
        assert taker is not None  # `goes_somewhere` has said so
        return taker


def lock_with_takers(session: Session, person_id: UUID, items: Iterable[Handed], reason: str) -> Giving:
    """Lock a person and all who take over from them, by id; raise NotFound for nobody."""
    ids = {person_id, *(one.to for one in items if one.to is not None)}
    found = lock(session, Rank.PEOPLE, select(Person).where(Person.id.in_(ids)).order_by(Person.id))
    people = {one.id: one for one in found}
    if (person := people.pop(person_id, None)) is None:
        raise NotFound("person")
    return Giving(person, people, reason.strip())


@dataclass(frozen=True, slots=True)
class Papers:
    """Documents with all their revisions, locked."""

    documents: dict[UUID, Document]
    revisions: dict[UUID, Revision]

    def of(self, revision_id: UUID) -> tuple[Document, Revision]:
        """Return a revision with its document; raise Conflict where it is not there."""
        if (revision := self.revisions.get(revision_id)) is None:
            raise changed()
        return self.documents[revision.document_id], revision

    def loaded(self, document_id: UUID) -> Loaded:
        """Return a document as other use cases know it."""
        revisions = {key: one for key, one in self.revisions.items() if one.document_id == document_id}
        return Loaded(self.documents[document_id], revisions)


def lock_papers(session: Session, revision_ids: Iterable[UUID]) -> Papers:
    """Lock the documents of revisions, then all their revisions, each by id."""
    of = select(Revision.document_id).where(Revision.id.in_(set(revision_ids)))
    documents = lock(session, Rank.PARENTS, select(Document).where(Document.id.in_(of)).order_by(Document.id))
    found = {one.id: one for one in documents}
    rows = select(Revision).where(Revision.document_id.in_(found)).order_by(Revision.id)
    return Papers(found, {one.id: one for one in lock(session, Rank.ITEMS, rows)})


def who_holds(session: Session) -> Callable[[Role, UUID], bool]:
    """Return whether somebody holds a role, each role asked for once."""
    known: dict[Role, frozenset[UUID]] = {}

    def holds(role: Role, person_id: UUID) -> bool:
        if role not in known:
            known[role] = frozenset(one.id for one in holders(session, role))
        return person_id in known[role]

    return holds


def changed() -> Conflict:
    """Return what is raised where something is not open with the person any more."""
    return Conflict(Refused("request", "changed_meanwhile"))
