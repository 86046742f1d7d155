"""What a revision cites and who cites a document, resolved by number, title, other name (D-6, N-9, N-10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.normal_form import normal, tails
from docctl.domain.permissions import Actor
from docctl.models.citations import Citation
from docctl.models.documents import Document, Revision
from docctl.models.names import name_key
from docctl.models.numbers import Alias, NumberEntry, NumberState
from docctl.queries.revision_states import in_force_at, readable_document

#: How a citation was resolved, the surest first.
MATCHES: Final = ("number", "title", "other_name")

#: A text that cites more by what nothing else resolves is a bibliography.
_MOST_TAILS: Final = 200


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation: as written, and what it means now.

    `standing`: in_force; obsolete (there is no revision in force); coming (none yet); missing; outside;
    generic; ambiguous, a tail that `candidates` share (N-10). `other_name` where it is cited by a former or
    another name. Without `document_id` the document is not shown to this person (X-3).
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
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that a tail may mean; of one that is hidden only the number shows (X-3)."""

    document_id: UUID | None
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class CitedBy:
    """A document whose revision in force cites this one."""

    document_id: UUID
    number: str
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class _Target:
    """A document that a name or number leads to."""

    id: UUID
    number: str
    title: str
    label: str
    has_current: bool
    was_issued: bool
    is_seen: bool


def cited(session: Session, actor: Actor, revision_id: UUID, *, at: datetime) -> tuple[Cited, ...]:
    """Return what a revision cites, in the order of its text (D-6)."""
    rows = session.scalars(
        select(Citation).where(Citation.revision_id == revision_id).order_by(Citation.ordinal)
    ).all()
    if not rows:
        return ()
    keys = {one.normal for one in rows} | {one.normal_name for one in rows} - {""}
    by_key = _leading_to(session, keys | {normal(one.name) for one in rows if one.name})
    by_tail = _ending_so(session, {key for one in rows for key in _written(one)} - by_key.keys())
    ids = {found for found, _ in by_key.values()}.union(*by_tail.values())
    targets = _targets(session, actor, ids, at)
    return tuple(_cited(row, by_key, by_tail, targets) for row in rows)


def _written(row: Citation) -> tuple[str, ...]:
    """Return what of a citation may be the tail of a number (N-10)."""
    return tuple(key for key in (normal(row.number), normal(row.name)) if key)


def _cited(
    row: Citation,
    by_key: dict[str, tuple[UUID, str]],
    by_tail: dict[str, set[UUID]],
    targets: dict[UUID, _Target],
) -> Cited:
    found = next(
        (
            by_key[key]
            for key in (row.normal, row.normal_name, normal(row.name))
            if key and key in by_key and by_key[key][0] in targets
        ),
        None,
    )
    target = targets[found[0]] if found else None
    ends = [] if target else next(filter(None, (by_tail.get(key) for key in _written(row))), set[UUID]())
    meant = sorted((targets[one] for one in ends if one in targets), key=lambda one: one.number)
    if len(meant) == 1:
        target = meant[0]
    seen = target if target is not None and target.is_seen else None
    return Cited(
        kind=row.kind,
        name=row.name,
        number=row.number,
        standing="ambiguous" if len(meant) > 1 else _standing(row, target),
        document_id=seen.id if seen else None,
        shown_number=seen.number if seen else "",
        shown_title=seen.title if seen else "",
        label=seen.label if seen else "",
        is_other_name=found is not None and found[1] == "other_name",
        clause=row.clause,
        times=row.times,
        candidates=tuple(map(_candidate, meant)) if len(meant) > 1 else (),
    )


def _candidate(target: _Target) -> Candidate:
    if target.is_seen:
        return Candidate(target.id, target.number, target.title)
    return Candidate(None, target.number, "")


def _standing(row: Citation, target: _Target | None) -> str:
    if target is None:
        return row.kind if row.kind in {"outside", "generic"} else "missing"
    if target.has_current:
        return "in_force"
    return "obsolete" if target.was_issued else "coming"


def _leading_to(session: Session, keys: Iterable[str]) -> dict[str, tuple[UUID, str]]:
    """Return the document that each key leads to and by what, the surest way winning."""
    wanted = {key for key in keys if key}
    numbers = (
        select(NumberEntry.normal, Document.id)
        .join(Document, Document.id == NumberEntry.item_id)
        .where(NumberEntry.normal.in_(wanted), NumberEntry.state == NumberState.USED)
    )
    ways = (
        select(Alias.normal, Alias.item_id).where(Alias.normal.in_(wanted), Alias.item_kind == "document"),
        numbers.where(NumberEntry.shown != Document.number),  # a number that it bore once
        select(Document.title_key, Document.id).where(Document.title_key.in_(wanted)),
        numbers.where(NumberEntry.shown == Document.number),
    )
    found: dict[str, tuple[UUID, str]] = {}
    for how, query in zip(("other_name", *reversed(MATCHES)), ways, strict=True):  # later ones overwrite
        found.update({key: (item_id, how) for key, item_id in session.execute(query)})
    return found


def _ending_so(session: Session, keys: Iterable[str]) -> dict[str, set[UUID]]:
    """Return the documents whose number has a key as its tail, for each key that is one (N-10)."""
    wanted = sorted(key for key in keys if len(key) > 1 and any(sign.isdigit() for sign in key))[:_MOST_TAILS]
    if not wanted:
        return {}
    # It begins at the documents: numbers of records, none of which is meant, are a hundred times as many.
    rows = session.execute(
        select(NumberEntry.normal, NumberEntry.item_id).where(
            NumberEntry.item_id.in_(select(Document.id)),
            NumberEntry.state == NumberState.USED,
            or_(*(NumberEntry.normal.endswith(key, autoescape=True) for key in wanted)),
        )
    )
    found: dict[str, set[UUID]] = {}
    for number, document_id in rows:
        assert document_id is not None, "it is a document's"
        for tail in set(tails(number)).intersection(wanted):
            found.setdefault(tail, set()).add(document_id)
    return found


def _targets(session: Session, actor: Actor, ids: set[UUID], at: datetime) -> dict[UUID, _Target]:
    current = aliased(Revision)
    ever = select(Revision.id).where(
        Revision.document_id == Document.id,
        Revision.status.in_((RevisionStatus.ISSUED, RevisionStatus.WITHDRAWN)),
    )
    rows = session.execute(
        select(
            Document.id,
            Document.number,
            Document.title,
            current.label,
            ever.exists().label("was_issued"),
            readable_document(actor, at).label("seen"),
        )
        .outerjoin(current, (current.document_id == Document.id) & in_force_at(at, current))
        .where(Document.id.in_(ids))
    )
    return {
        one.id: _Target(
            one.id, one.number, one.title, one.label or "", one.label is not None, one.was_issued, one.seen
        )
        for one in rows
    }


def cited_by(
    session: Session, actor: Actor, document: Document, *, at: datetime, limit: int = 200
) -> tuple[CitedBy, ...]:
    """Return the documents whose revision in force cites this one by any of its names (D-6, X-3)."""
    keys = [*_keys_of(session, document), *_tails_of(session, document)]
    citing = select(Citation.revision_id).where(
        or_(Citation.normal.in_(keys), Citation.normal_name.in_(keys))
    )
    rows = session.execute(
        select(Document.id, Document.number, Document.title, Revision.label)
        .join(Revision, (Revision.document_id == Document.id) & in_force_at(at))
        .where(Revision.id.in_(citing), Document.id != document.id, readable_document(actor, at))
        .order_by(Document.number)
        .limit(limit)
    )
    return tuple(CitedBy(*one) for one in rows)


def _tails_of(session: Session, document: Document) -> Sequence[str]:
    """Return those tails of a document's number by which it is cited and which mean nothing else (N-10)."""
    ends = tails(normal(document.number))
    if not ends:
        return ()
    used = set(session.scalars(select(Citation.normal).where(Citation.normal.in_(ends)).distinct()))
    used -= _leading_to(session, used).keys()
    return [tail for tail, meant in _ending_so(session, used).items() if meant == {document.id}]


def _keys_of(session: Session, document: Document) -> Sequence[str]:
    names = session.scalars(
        select(Alias.text).where(Alias.item_id == document.id, Alias.item_kind == "document")
    )
    known = {normal(document.number), document.title_key or name_key(document.title)}
    for name in names:
        known |= {normal(name), name_key(name)}
    return sorted(known - {""})
