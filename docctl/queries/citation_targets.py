"""What a citation means now: by number, title, former or other name, or a tail that is one document's.

The one place that says it, as SQL, so that pages, pictures and lists agree (D-6, N-9, N-10).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
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
from docctl.queries.revision_states import current_state, in_force_at, readable_document
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
    current: str
    """How the revision in force stands: in_force, suspended, expired; empty for none (V-6, V-8)."""
    was_issued: bool
    is_seen: bool

    @property
    def has_current(self) -> bool:
        """Whether a revision is in force."""
        return self.revision_id is not None

    @property
    def standing(self) -> str:
        """in_force, suspended, expired; obsolete: no revision is in force any more; coming: none yet."""
        if self.has_current:
            return self.current
        return "obsolete" if self.was_issued else "coming"


@cache
def target_id() -> ColumnElement[Any]:
    """Return the document that a citation means, NULL for none: one term, however often it is asked for."""
    return meant_by(Citation.normal, Citation.normal_name, _own_entity())


def meant_by(key: Any, name: Any, own: Any) -> ColumnElement[Any]:
    """Return the document that the keys of a citation mean, NULL for none: the surest way wins.

    A number that is borne now comes before a title, a former number before another name; what nothing leads
    to may be the tail of one number, and of no second one (N-10). What the text's own legal entity, `own`,
    has under a name goes before what others have, and of several others none is meant (O-4).
    """
    named = case((name != "", _leads(name, own)), else_=null())
    return func.coalesce(_leads(key, own), named, _only_tail(key, own), _only_tail(name, own))


def is_of_several(key: Any, name: Any) -> ColumnElement[bool]:
    """Say in SQL whether several documents have a key where nothing leads to one, as `candidates_of` says."""
    entry, titled = aliased(NumberEntry), aliased(Document)

    def several(one: Any) -> Iterator[ColumnElement[bool]]:
        yield _number_of(_ends(one)) > 1
        used = (entry.state == NumberState.USED, entry.item_kind == "document")
        yield _number_of(select(entry.item_id).where(entry.normal == one, *used)) > 1
        yield _number_of(select(titled.id).where(titled.title_key == one)) > 1

    return or_(*(and_(one != "", or_(*several(one))) for one in (key, name)))


def _own_entity() -> ScalarSelect[Any]:
    citing, revision = aliased(Document), aliased(Revision)
    query = select(citing.entity_id).join(revision, revision.document_id == citing.id)
    of_text = query.where(revision.id == Citation.revision_id).correlate(Citation)
    found: ScalarSelect[Any] = of_text.scalar_subquery()
    return found


def _leads(key: Any, own: Any) -> ColumnElement[Any]:
    near = [_first(one.where(Unindexed(document.entity_id) == own)) for one, document in _ways(key)]
    # Of the surest way that leads anywhere else: one document, or none of several.
    far = [_counted(one, document) for one, document in _ways(key)]
    others = case(
        *((several > 0, case((several == 1, one), else_=null())) for several, one in far), else_=null()
    )
    return func.coalesce(*near, others)


def _ways(key: Any) -> list[tuple[Any, Any]]:
    """Return how a name leads to documents, the surest way first: each with the document it leads to."""
    entry, former, alias = aliased(NumberEntry), aliased(NumberEntry), aliased(Alias)
    borne, titled, once, named = (aliased(Document) for _ in range(4))
    used = NumberState.USED
    return [
        (
            select(borne.id)
            .join(entry, and_(entry.item_id == borne.id, entry.shown == borne.number))
            .where(entry.normal == key, entry.state == used, entry.item_kind == "document"),
            borne,
        ),
        (select(titled.id).where(titled.title_key == key).order_by(Unindexed(titled.number)), titled),
        (
            select(once.id)
            .join(former, former.item_id == once.id)
            .where(former.normal == key, former.state == used, former.item_kind == "document"),
            once,
        ),
        (
            select(named.id)
            .join(alias, alias.item_id == named.id)
            .where(alias.normal == key, alias.item_kind == "document")
            .order_by(Unindexed(named.id)),
            named,
        ),
    ]


def _first(query: Any) -> ScalarSelect[Any]:
    found: ScalarSelect[Any] = query.limit(1).scalar_subquery()
    return found


def _counted(query: Any, document: Any) -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """Return in how many entities a way leads to documents, and the first of them."""
    several = query.order_by(None).with_only_columns(func.count(document.entity_id.distinct()))
    return several.scalar_subquery(), _first(query)


def _number_of(query: Any) -> ScalarSelect[Any]:
    """Return how many documents a query of one column finds."""
    (document,) = query.exported_columns
    found: ScalarSelect[Any] = query.with_only_columns(func.count(document.distinct())).scalar_subquery()
    return found


def _ends(key: Any, own: Any = None) -> Select[Any]:
    tail, entry = aliased(NumberTail), aliased(NumberEntry)
    ends = (
        select(entry.item_id)
        .join(tail, tail.entry_id == entry.id)
        .where(tail.tail == key, entry.state == NumberState.USED, entry.item_kind == "document")
    )
    return ends if own is None else ends.where(Unindexed(entry.entity_id) == own)


def _only_tail(key: Any, own: Any) -> ColumnElement[Any]:
    near, ends = _ends(key, own), _ends(key)
    return case((_number_of(near) == 1, _first(near)), (_number_of(ends) == 1, _first(ends)), else_=null())


def candidates_of(session: Session, keys: Collection[str]) -> dict[str, set[UUID]]:
    """Return the documents that each key may mean which is what several have (N-10, O-4).

    A tail, or a number or title that several legal entities have.
    """
    tailed = (
        select(NumberTail.tail, NumberEntry.item_id)
        .join(NumberEntry, NumberEntry.id == NumberTail.entry_id)
        .where(
            NumberTail.tail.in_(keys),
            NumberEntry.state == NumberState.USED,
            NumberEntry.item_kind == "document",
        )
    )
    numbered = select(NumberEntry.normal, NumberEntry.item_id).where(
        NumberEntry.normal.in_(keys),
        NumberEntry.state == NumberState.USED,
        NumberEntry.item_kind == "document",
    )
    titled = select(Document.title_key, Document.id).where(Document.title_key.in_(keys))
    found: dict[str, set[UUID]] = {}
    for query in (numbered, titled, tailed):  # what is written whole goes before a tail
        for key, ids in _by_key(session.execute(query)).items():
            if len(ids) > 1:
                found.setdefault(key, ids)
    return found


def _by_key(rows: Iterable[Any]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = {}
    for key, document_id in rows:
        assert document_id is not None, "a used number is somebody's"
        found.setdefault(key, set()).add(document_id)
    return found


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
            case((current.id.is_not(None), current_state(at, current)), else_="").label("current"),
            issued.exists().label("was_issued"),
            readable_document(actor, at).label("is_seen"),
        )
        .outerjoin(current, and_(current.document_id == Document.id, in_force_at(at, current)))
        .where(Document.id.in_(ids))
    )
