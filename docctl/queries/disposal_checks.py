"""The opinions that a disposal list asks for: of which unit, who may give them, what was said (R-6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.disposal import Opinion
from docctl.domain.roles import Role
from docctl.models.organisation import Person, RoleGrant, Unit
from docctl.models.retention import DisposalCheck, DisposalList


@dataclass(frozen=True, slots=True)
class CheckLine:
    """The opinion of one unit (鉴定意见), or who can give it; `list_sha256` is what was signed.

    `people` are named without the proposer, who takes no second part.
    """

    unit_id: UUID
    unit_name: str
    opinion: Opinion | None
    comment: str
    given_by: str
    given_by_id: UUID | None
    given_at: datetime | None
    list_sha256: str
    people: tuple[str, ...]
    assignees: frozenset[UUID]


def checks(session: Session, list_id: UUID) -> tuple[CheckLine, ...]:
    """Return the opinions of a list, by unit; heads and keepers who are there may give them (R-6)."""
    giver = aliased(Person)
    found = session.execute(
        select(DisposalCheck, Unit.name, Unit.head_id, giver.name.label("giver"), DisposalList.proposed_by)
        .join(DisposalList, DisposalList.id == DisposalCheck.list_id)
        .join(Unit, Unit.id == DisposalCheck.unit_id)
        .outerjoin(giver, giver.id == DisposalCheck.given_by)
        .where(DisposalCheck.list_id == list_id)
        .order_by(Unit.name)
    ).all()
    people = _people(session, {one.DisposalCheck.unit_id: one.head_id for one in found})
    return tuple(
        CheckLine(
            unit_id=one.DisposalCheck.unit_id,
            unit_name=one.name,
            opinion=one.DisposalCheck.opinion,
            comment=one.DisposalCheck.comment,
            given_by=one.giver or "",
            given_by_id=one.DisposalCheck.given_by,
            given_at=one.DisposalCheck.given_at,
            list_sha256=one.DisposalCheck.list_sha256,
            people=tuple(
                sorted(
                    name
                    for person_id, name in people[one.DisposalCheck.unit_id].items()
                    if person_id != one.proposed_by
                )
            ),
            assignees=frozenset(people[one.DisposalCheck.unit_id]),
        )
        for one in found
    )


def _people(session: Session, heads: dict[UUID, UUID | None]) -> dict[UUID, dict[UUID, str]]:
    """Return for each unit its keepers and its head, without those who are disabled."""
    people: dict[UUID, dict[UUID, str]] = {unit_id: {} for unit_id in heads}
    keepers = session.execute(
        select(RoleGrant.unit_id, Person.id, Person.name)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == Role.KEEPER,
            RoleGrant.revoked_at.is_(None),
            RoleGrant.confirmed_at.is_not(None),
            Person.disabled_at.is_(None),
            or_(RoleGrant.unit_id.is_(None), RoleGrant.unit_id.in_(list(heads))),
        )
    )
    for scope, person_id, name in keepers:
        for unit_id in heads if scope is None else [scope]:
            people[unit_id][person_id] = name
    names = _names(session, [one for one in heads.values() if one])
    for unit_id, head_id in heads.items():
        if head_id in names:
            people[unit_id][head_id] = names[head_id]
    return people


def _names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    found = session.execute(
        select(Person.id, Person.name).where(Person.id.in_(ids), Person.disabled_at.is_(None))
    )
    return {person_id: name for person_id, name in found}  # noqa: C416  # rows are no pairs to mypy
