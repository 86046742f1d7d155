"""What a citation means now: by number, title, former or other name, or a tail that is one document's.

The one place that says it, as SQL, so that pages, pictures and lists agree (D-6, N-9, N-10).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.models.citations import Citation
from docctl.models.documents import Document, Revision
from docctl.models.numbers import Alias, NumberEntry, NumberState, NumberTail
from docctl.queries.revision_states import in_force_at, readable_document
from docctl.queries.sql_terms import Unindexed

#: So many ids are asked for at once.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Target:
    """A document that a name or number leads to; `is_seen`: this person may know of it (X-3)."""

    id: UUID
    number: str
    title: str
    title_key: str
    label: str
    revision_id: UUID | None
    was_issued: bool
    is_seen: bool

    @property
    def has_current(self) -> bool:
        """Whether a revision is in force."""
        return self.revision_id is not None

    @property
    def standing(self) -> str:
        """in_force; obsolete: there is no revision in force any more; coming: none yet."""
        if self.has_current:
            return "in_force"
        return "obsolete" if self.was_issued else "coming"


@cache
def target_id(key: Any = Citation.normal, name: Any = Citation.normal_name) -> ColumnElement[Any]:
    """Return the document that the keys of a citation mean, NULL for none: the surest way wins.

    A number that is borne now comes before a title, a former number before another name; what nothing leads
    to may be the tail of one number, and of no second one (N-10).
    """
    named = case((name != "", _leads(name)), else_=null())
    return func.coalesce(_leads(key), named, _only_tail(key), _only_tail(name))


def is_shared_tail(key: Any, name: Any) -> ColumnElement[bool]:
    """Say in SQL whether several documents' numbers end so, where nothing else leads to one (N-10)."""
    return or_(*(_documents_ending(one) > 1 for one in (key, name)))


def _leads(key: Any) -> ColumnElement[Any]:
    entry, former = aliased(NumberEntry), aliased(NumberEntry)
    document, titled, alias = aliased(Document), aliased(Document), aliased(Alias)
    borne = (
        select(entry.item_id)
        .join(document, and_(document.id == entry.item_id, document.number == entry.shown))
        .where(entry.normal == key, entry.state == NumberState.USED, entry.item_kind == "document")
    )
    title = select(titled.id).where(titled.title_key == key).order_by(Unindexed(titled.number))
    once = select(former.item_id).where(
        former.normal == key, former.state == NumberState.USED, former.item_kind == "document"
    )
    other = select(alias.item_id).where(alias.normal == key, alias.item_kind == "document")
    return func.coalesce(
        *(_first(one) for one in (borne, title, once, other.order_by(Unindexed(alias.item_id))))
    )


def _first(query: Any) -> ScalarSelect[Any]:
    found: ScalarSelect[Any] = query.limit(1).scalar_subquery()
    return found


def _ends(key: Any) -> Select[Any]:
    tail, entry = aliased(NumberTail), aliased(NumberEntry)
    return (
        select(entry.item_id)
        .join(tail, tail.entry_id == entry.id)
        .where(tail.tail == key, entry.state == NumberState.USED, entry.item_kind == "document")
    )


def _documents_ending(key: Any) -> ScalarSelect[Any]:
    tail, entry = aliased(NumberTail), aliased(NumberEntry)
    found: ScalarSelect[Any] = (
        select(func.count(entry.item_id.distinct()))
        .join(tail, tail.entry_id == entry.id)
        .where(tail.tail == key, entry.state == NumberState.USED, entry.item_kind == "document")
        .scalar_subquery()
    )
    return found


def _only_tail(key: Any) -> ColumnElement[Any]:
    return case((_documents_ending(key) == 1, _first(_ends(key))), else_=null())


def candidates_of(session: Session, keys: Collection[str]) -> dict[str, set[UUID]]:
    """Return the documents whose number ends so, for each key that is a tail of several (N-10)."""
    rows = session.execute(
        select(NumberTail.tail, NumberEntry.item_id)
        .join(NumberEntry, NumberEntry.id == NumberTail.entry_id)
        .where(
            NumberTail.tail.in_(keys),
            NumberEntry.state == NumberState.USED,
            NumberEntry.item_kind == "document",
        )
    )
    found: dict[str, set[UUID]] = {}
    for tail, document_id in rows:
        assert document_id is not None, "a used number is somebody's"
        found.setdefault(tail, set()).add(document_id)
    return {tail: ids for tail, ids in found.items() if len(ids) > 1}


def targets(session: Session, actor: Actor, ids: Collection[UUID], *, at: datetime) -> Mapping[UUID, Target]:
    """Return what a person may know of documents: names, the revision in force, whether one ever was."""
    wanted, found = sorted(ids), dict[UUID, Target]()
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        found |= {one.id: Target(*one) for one in session.execute(_targets(actor, part, at))}
    return found


def _targets(actor: Actor, ids: Collection[UUID], at: datetime) -> Any:
    current, ever = aliased(Revision), aliased(Revision)
    issued = select(ever.id).where(
        ever.document_id == Document.id,
        ever.status.in_((RevisionStatus.ISSUED, RevisionStatus.WITHDRAWN)),
    )
    return (
        select(
            Document.id,
            Document.number,
            Document.title,
            Document.title_key,
            func.coalesce(current.label, ""),
            current.id.label("revision_id"),
            issued.exists().label("was_issued"),
            readable_document(actor, at).label("is_seen"),
        )
        .outerjoin(current, and_(current.document_id == Document.id, in_force_at(at, current)))
        .where(Document.id.in_(ids))
    )
