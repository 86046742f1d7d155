"""Which item a written number means: its normal form, another name, a tail, its entity before it (N-10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from docctl.domain.entity_numbers import qualified
from docctl.domain.normal_form import normal, resolve
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.documents import Document
from docctl.models.numbers import Alias, NumberEntry
from docctl.models.records import Record
from docctl.models.visibility import visible_sets
from docctl.queries.copy_steps import told_of_document
from docctl.queries.delegated_steps import signed_for_others
from docctl.queries.number_holders import EntityName, Place, entity_names, entity_written
from docctl.queries.other_names import keys_of
from docctl.queries.revision_states import readable_document

#: More candidates than this are no answer; the person writes more of the number.
MOST_CANDIDATES: Final = 20
_MOST_ENDING: Final = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a written number may mean; `former` where it is found by another name (N-9).

    `entity` is its legal entity, told where several candidates of several entities are listed (O-4).
    """

    item_kind: str
    item_id: UUID
    number: str
    title: str
    former: str = ""
    entity: EntityName | None = None

    @property
    def written(self) -> str:
        """The number as it can be typed so that it alone is meant."""
        return qualified(self.entity.code if self.entity else "", self.number)


def find_number(session: Session, actor: Actor, text: str, *, at: datetime) -> tuple[Candidate, ...]:
    """Return the item that a number means, or all that it may mean (N-9, N-10).

    The exact number comes first, then another name of an item, then a number with its entity's code before
    it, then a tail. Raises NotFound where there is none, or none that the person may see (X-3).
    """
    form = normal(text)
    if not form:
        raise NotFound("number")
    exact = _visible(session, actor, at, NumberEntry.normal == form)
    found = exact or _by_alias(session, actor, at, keys_of(text))
    if not found and (place := entity_written(session, text)) is not None:
        entity_id, of_entity = place
        there = (NumberEntry.normal == of_entity) & (NumberEntry.entity_id == entity_id)
        keys = keys_of(of_entity)
        found = _visible(session, actor, at, there) or _by_alias(session, actor, at, keys, entity_id)
    if not found:
        ending = _visible(session, actor, at, NumberEntry.normal.endswith(form, autoescape=True))
        meant = set(resolve(text, [one.former or one.number for one, _ in ending]))
        found = [(one, entity_id) for one, entity_id in ending if (one.former or one.number) in meant]
    if not found:
        raise NotFound("number")
    return _with_entities(session, _each_once(found)[:MOST_CANDIDATES])


#: A candidate, and the id of its legal entity.
_Found = list[tuple[Candidate, UUID]]


def _each_once(found: _Found) -> _Found:
    """Return each item once; the number that it has goes before one that it had (N-7)."""
    items: dict[UUID, tuple[Candidate, UUID]] = {}
    for one in sorted(found, key=lambda each: bool(each[0].former)):
        items.setdefault(one[0].item_id, one)
    return list(items.values())


def _with_entities(session: Session, found: _Found) -> tuple[Candidate, ...]:
    names = entity_names(session) if len({entity_id for _, entity_id in found}) > 1 else {}
    named = (replace(one, entity=names.get(entity_id)) for one, entity_id in found)
    return tuple(sorted(named, key=lambda one: (one.item_kind, one.number, one.written)))


def _found_by(session: Session, actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Say in SQL whether the person finds a document by its number: also one that they sign for another, or
    of a revision of which they were told (A-8, A-10).
    """
    return or_(readable_document(actor, at), signed_for_others(session, actor, at), told_of_document(actor))


def _visible(session: Session, actor: Actor, at: datetime, which: ColumnElement[bool]) -> _Found:
    found: _Found = []
    for kind, item, seen in (
        ("document", Document, _found_by(session, actor, at)),
        ("record", Record, Record.access_set_id.in_(visible_sets(actor))),
    ):
        rows = session.execute(
            select(item.id, item.number, item.title, item.entity_id, NumberEntry.shown)
            .join(NumberEntry, NumberEntry.item_id == item.id)
            .where(which, NumberEntry.item_kind == kind, seen)
            .order_by(NumberEntry.shown)
            .limit(_MOST_ENDING)
        )
        found += _candidates(kind, rows)
    return found


def _by_alias(
    session: Session, actor: Actor, at: datetime, keys: set[str], entity_id: UUID | None = None
) -> _Found:
    found: _Found = []
    for kind, item, seen in (
        ("document", Document, _found_by(session, actor, at)),
        ("record", Record, Record.access_set_id.in_(visible_sets(actor))),
    ):
        rows = session.execute(
            select(item.id, item.number, item.title, item.entity_id, Alias.text)
            .join(Alias, Alias.item_id == item.id)
            .where(Alias.normal.in_(keys), Alias.item_kind == kind, seen)
            .where(*([item.entity_id == entity_id] if entity_id is not None else []))
            .order_by(item.number)
            .limit(MOST_CANDIDATES)
        )
        found += _candidates(kind, rows)
    return found


def _candidates(kind: str, rows: Iterable[Any]) -> _Found:
    return [
        (Candidate(kind, item_id, number, title, "" if by == number else by), entity_id)
        for item_id, number, title, entity_id, by in rows
    ]


def require_one(session: Session, text: str, places: Iterable[Place]) -> None:
    """Raise RuleRefused where a number is one of several legal entities, with how each is written (N-10)."""
    known = set(places)
    if len(known) > 1:
        names = entity_names(session)
        written = sorted(qualified(names[entity_id].code, shown) for entity_id, shown in known)
        params = {"text": text.strip()[:100], "candidates": ", ".join(written)}
        raise RuleRefused(Refused("N-10", "of_several_entities", params))
