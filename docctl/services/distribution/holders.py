"""Who answers for an entry of a list or a copy: person, post, head and keepers (D-1, O-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from docctl.domain.distribution import HolderKind, ListEntry
from docctl.domain.partners import is_over
from docctl.domain.roles import Role
from docctl.domain.units import OUTSIDE
from docctl.models.distribution import DistributionEntry, Held
from docctl.models.organisation import Person, PostHolder, RoleGrant, Unit
from docctl.models.partners import PartnerBinding, PartnerShare


def columns_of(entry: ListEntry) -> dict[str, UUID | None]:
    """Return the columns that name the holder of an entry."""
    return {
        "unit_id": entry.holder_id if entry.kind in {HolderKind.UNIT, HolderKind.PLACE} else None,
        "post_id": entry.holder_id if entry.kind is HolderKind.POST else None,
        "person_id": entry.holder_id if entry.kind is HolderKind.PERSON else None,
    }


def answer_for(session: Session, held: Held, *, today: date) -> frozenset[UUID]:
    """Return who acknowledges, returns or reports a copy: its person, who holds the post today,
    of a unit its head and its keepers (D-1), of an outside organisation each of its people (O-7).
    """
    if held.person_id is not None:
        return frozenset({held.person_id})
    if held.post_id is not None:
        return frozenset(session.scalars(in_post(PostHolder.post_id == held.post_id, today)))
    head = select(Unit.head_id).where(Unit.id == held.unit_id, Unit.head_id.is_not(None))
    keepers = select(RoleGrant.person_id).where(
        RoleGrant.role == Role.KEEPER,
        RoleGrant.unit_id == held.unit_id,
        RoleGrant.revoked_at.is_(None),
        RoleGrant.confirmed_at.is_not(None),
    )
    outside = (
        select(Person.id)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Unit.id == held.unit_id, Unit.kind.in_(sorted(OUTSIDE)), Person.disabled_at.is_(None))
    )
    found = (*session.scalars(head), *session.scalars(keepers), *session.scalars(outside))
    return frozenset(one for one in found if one is not None)


def in_post(which: ColumnElement[bool], today: date) -> Select[UUID]:
    """Return the query for the people in a post on a day (O-3)."""
    return select(PostHolder.person_id).where(which, in_post_on(today))


def in_post_on(today: date) -> ColumnElement[bool]:
    """Say in SQL whether somebody holds a post on a day (O-3)."""
    return and_(
        PostHolder.from_on <= today,
        or_(PostHolder.until_on.is_(None), PostHolder.until_on >= today),
    )


def readers_meant(
    session: Session, entries: Iterable[DistributionEntry], *, today: date
) -> dict[tuple[HolderKind, UUID], set[UUID]]:
    """Return who is asked to read because of a holder, by kind and id: three questions for however many.

    Everybody of a unit, in a post, or the person; a place has no readers (D-4).
    """
    ids: dict[HolderKind, set[UUID]] = {}
    for one in entries:
        if one.reads:
            ids.setdefault(one.kind, set()).add(one.holder_id)
    found: dict[tuple[HolderKind, UUID], set[UUID]] = {}
    for kind, who in (
        (HolderKind.UNIT, select(Person.unit_id, Person.id)),
        (
            HolderKind.POST,
            select(PostHolder.post_id, Person.id).join(Person, Person.id == PostHolder.person_id),
        ),
        (HolderKind.PERSON, select(Person.id.label("holder"), Person.id)),
    ):
        if not (holders := ids.get(kind)):
            continue
        which: ColumnElement[bool] = who.selected_columns[0].in_(holders)
        if kind is HolderKind.POST:
            which = and_(which, in_post_on(today))
        for holder, person in session.execute(who.where(which, Person.disabled_at.is_(None))):
            found.setdefault((kind, holder), set()).add(person)
    return found


def let_read(
    session: Session, people: set[UUID], document_ids: Iterable[UUID], at: datetime
) -> Callable[[UUID, UUID], bool]:
    """Return whether a document and a person go together: of those from outside who is bound now, and of
    documents what is shared with them now; nobody is asked for what they cannot open (O-7, X-3).
    """
    from_outside = (
        select(Person.id).join(Unit, Unit.id == Person.unit_id).where(Unit.kind.in_(sorted(OUTSIDE)))
    )
    outside = people & set(session.scalars(from_outside))
    shared: set[tuple[UUID, UUID]] = set()
    if outside:
        newest = select(PartnerBinding.person_id, PartnerBinding.ends_at).where(
            PartnerBinding.person_id.in_(outside)
        )
        ends: dict[UUID, datetime] = {}
        for one in session.execute(newest.order_by(PartnerBinding.bound_at, PartnerBinding.id)):
            ends[one.person_id] = one.ends_at
        running = (
            select(PartnerShare.item_id, Person.id)
            .join(Person, Person.unit_id == PartnerShare.unit_id)
            .where(
                Person.id.in_([key for key in outside if not is_over(ends.get(key), at)]),
                PartnerShare.item_id.in_(list(document_ids)),
                PartnerShare.ended_at.is_(None),
                PartnerShare.ends_at > at,
            )
        )
        shared = {(document, person) for document, person in session.execute(running)}
    return lambda document, person: person not in outside or (document, person) in shared
