"""What a revision cites and who cites a document, resolved by number, title, other name (D-6, N-9, N-10)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal, tails
from docctl.domain.permissions import Actor
from docctl.models.citations import Citation
from docctl.models.documents import Document, Revision
from docctl.models.names import name_key
from docctl.models.numbers import Alias, NumberEntry, NumberState
from docctl.queries.citation_targets import Target, candidates_of, target_id, targets
from docctl.queries.number_holders import entities_of_items
from docctl.queries.revision_states import in_force_at, readable_document

#: So many revisions are asked for at once.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation: as written, and what it means now.

    `standing`: in_force; suspended; expired; obsolete (no revision is in force); coming (none yet); missing;
    outside; generic; ambiguous, what `candidates` share (N-10). `other_name` where it is cited by a former or
    another name. Without `document_id` the document is not shown to this person (X-3), and `is_hidden` says
    that there is one.
    """

    kind: str
    name: str
    number: str
    standing: str
    document_id: UUID | None
    shown_number: str
    shown_title: str
    label: str
    is_other_name: bool
    clause: str
    times: int
    chapter: str = ""
    is_hidden: bool = False
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that a tail may mean; of one that is hidden only the number shows (X-3).

    `entity` is the name of its legal entity where there are several (O-4).
    """

    document_id: UUID | None
    number: str
    title: str
    entity: str = ""


@dataclass(frozen=True, slots=True)
class CitedBy:
    """A document whose revision in force cites this one: by what, and in which clause first (D-13)."""

    document_id: UUID
    number: str
    title: str
    label: str
    clause: str
    times: int
    kind: str
    revision_id: UUID


@dataclass(frozen=True, slots=True)
class Citing:
    """A row of `citing`: which document cites which."""

    target_id: UUID
    by: CitedBy


def cited(session: Session, actor: Actor, revision_id: UUID, *, at: datetime) -> tuple[Cited, ...]:
    """Return what a revision cites, in the order of its text (D-6)."""
    return cited_of(session, actor, [revision_id], at=at).get(revision_id, ())


def cited_of(
    session: Session, actor: Actor, revision_ids: Collection[UUID], *, at: datetime
) -> dict[UUID, tuple[Cited, ...]]:
    """Return what each of several revisions cites; those that cite nothing are left out."""
    wanted, rows = sorted(revision_ids), list[tuple[Citation, UUID | None]]()
    for start in range(0, len(wanted), _AT_ONCE):
        query = (
            select(Citation, target_id())
            .where(Citation.revision_id.in_(wanted[start : start + _AT_ONCE]))
            .order_by(Citation.revision_id, Citation.ordinal)
        )
        rows += [(row, meant) for row, meant in session.execute(query)]
    open_ = [row for row, meant in rows if meant is None]
    ends = candidates_of(session, {key for row in open_ for key in _keys(row)})
    ids = {meant for _, meant in rows if meant is not None}.union(*ends.values())
    known = targets(session, actor, ids, at=at)
    shared = _Shared(ends, known, entities_of_items(session, set().union(*ends.values())) if ends else {})
    return {
        revision: tuple(_cited(row, known.get(meant) if meant else None, shared) for row, meant in found)
        for revision, found in groupby(rows, key=lambda one: one[0].revision_id)
    }


def _keys(row: Citation) -> tuple[str, ...]:
    return (row.normal, row.normal_name) if row.normal_name else (row.normal,)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What several documents share: which they are, and the names of their legal entities."""

    ends: Mapping[str, Collection[UUID]]
    known: Mapping[UUID, Target]
    entities: Mapping[UUID, str]

    def candidates(self, row: Citation) -> Iterator[Candidate]:
        """Yield what a citation may mean; of what is hidden the number, where that is written (X-3)."""
        keys = _keys(row)
        meant = next(filter(None, (self.ends.get(key) for key in keys)), ())
        there = (self.known[one] for one in meant if one in self.known)
        for one in sorted(there, key=lambda one: (one.number, self.entities.get(one.id, ""))):
            entity, form = self.entities.get(one.id, ""), normal(one.number)
            if one.is_seen:
                yield Candidate(one.id, one.number, one.title, entity)
            elif {form, *tails(form)}.intersection(keys):
                yield Candidate(None, one.number, "", entity)


def _cited(row: Citation, target: Target | None, shared: _Shared) -> Cited:
    several = tuple(shared.candidates(row)) if target is None else ()
    seen = target if target is not None and target.is_seen else None
    return Cited(
        kind=row.kind,
        name=row.name,
        number=row.number,
        standing="ambiguous" if several else standing_of(row.kind, target),
        document_id=seen.id if seen else None,
        shown_number=seen.number if seen else "",
        shown_title=seen.title if seen else "",
        label=seen.label if seen else "",
        is_other_name=target is not None and _is_other_name(row, target),
        clause=row.clause,
        times=row.times,
        chapter=row.chapter,
        is_hidden=target is not None and seen is None,
        candidates=several,
    )


def _is_other_name(row: Citation, target: Target) -> bool:
    """Say whether a document is cited by none of its number, a tail of it, and its title (N-9)."""
    number = normal(target.number)
    return not {number, target.title_key, *tails(number)}.intersection(_keys(row))


def standing_of(kind: str, target: Target | None) -> str:
    """Return how a citation of a kind stands that means this document, or none (D-6)."""
    if target is not None:
        return target.standing
    return kind if kind in {"outside", "generic"} else "missing"


def cited_by(
    session: Session, actor: Actor, document: Document, *, at: datetime, limit: int = 200
) -> tuple[CitedBy, ...]:
    """Return the documents whose revision in force cites this one by any of its names (D-6, X-3)."""
    found = citing(session, actor, [document.id], at=at, limit=limit)
    return tuple(one.by for one in found)


def citing(
    session: Session, actor: Actor, document_ids: Collection[UUID], *, at: datetime, limit: int
) -> tuple[Citing, ...]:
    """Return which documents in force cite any of some, each pair once, by number (D-6, X-3).

    A document's own names in its own text do not count. At most `limit` pairs.
    """
    keys = _names_of(session, document_ids)
    meant = target_id()
    rows = session.execute(
        select(meant, Document.id, Document.number, Document.title, Revision.label, Citation)
        .select_from(Citation)
        .join(Revision, Revision.id == Citation.revision_id)
        .join(Document, Document.id == Revision.document_id)
        .where(
            or_(Citation.normal.in_(keys), Citation.normal_name.in_(keys)),
            in_force_at(at),
            meant.in_(document_ids),
            meant != Document.id,
            readable_document(actor, at),
        )
        .order_by(Document.number, Citation.ordinal)
        .limit(limit * _NAMES)
    )
    found: dict[tuple[UUID, UUID], Citing] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), _citing(*row))
    return tuple(found.values())[:limit]


def citing_ids(session: Session, document_id: UUID, *, at: datetime) -> Select[UUID]:
    """Return a query of the documents whose revision in force cites one, whoever sees them (D-6)."""
    keys = _names_of(session, [document_id])
    return (
        select(Revision.document_id)
        .join(Citation, Citation.revision_id == Revision.id)
        .where(
            or_(Citation.normal.in_(keys), Citation.normal_name.in_(keys)),
            in_force_at(at),
            target_id() == document_id,
            Revision.document_id != document_id,
        )
    )


def citing_count(session: Session, actor: Actor, document_id: UUID, *, at: datetime) -> int:
    """Return how many documents in force cite one, as far as the person may see them (D-6, X-3)."""
    query = select(func.count()).where(
        Document.id.in_(citing_ids(session, document_id, at=at)), readable_document(actor, at)
    )
    return session.scalar(query.select_from(Document)) or 0


#: So many ways of naming one document a text uses at most.
_NAMES = 4


def _citing(target: UUID, document_id: UUID, number: str, title: str, label: str, row: Citation) -> Citing:
    by = CitedBy(document_id, number, title, label, row.clause, row.times, row.kind, row.revision_id)
    return Citing(target, by)


def _names_of(session: Session, document_ids: Collection[UUID]) -> Sequence[str]:
    """Return everything by which documents may be cited: numbers, their tails, titles, other names."""
    found: set[str] = set()
    queries: tuple[Any, ...] = (
        select(NumberEntry.shown).where(
            NumberEntry.item_id.in_(document_ids), NumberEntry.state == NumberState.USED
        ),
        select(Alias.text).where(Alias.item_id.in_(document_ids), Alias.item_kind == "document"),
    )
    for shown in (text for query in queries for text in session.scalars(query)):
        found |= {normal(shown), name_key(shown), *tails(normal(shown))}
    for title, key in session.execute(
        select(Document.title, Document.title_key).where(Document.id.in_(document_ids))
    ):
        found.add(key or name_key(title))
    return sorted(found - {""})
