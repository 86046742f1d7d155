"""Who may decide this? An authority table asked for a class, an amount, a unit, a person (A-7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.amounts import Amount, show_amount
from docctl.domain.authority import authority_of, counted, deciders, may_decide
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.organisation import Person, Unit
from docctl.queries.document_choices import Choice
from docctl.queries.entities import unit_keys
from docctl.queries.routes import company_now


@dataclass(frozen=True, slots=True)
class AuthorityChoices:
    """What a question can be about: classes with what they count in, units by code, people."""

    classes: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    people: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class LevelShown:
    """A level as it is read: above what, up to what ("" for no end), who it is, and whether it decides."""

    over: str
    up_to: str
    who: str
    of: str
    people: tuple[str, ...]
    decides: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """The levels from the lowest up; `refused` says why the person asked about may not decide (A-7)."""

    levels: tuple[LevelShown, ...]
    person: str
    refused: Refused | None


def authority_choices(session: Session, content: Mapping[str, Any]) -> AuthorityChoices:
    """Return what the tester of an authority table offers to choose."""
    keys = unit_keys(session)
    units = session.execute(
        select(Unit.id, Unit.name).where(Unit.valid_until.is_(None)).order_by(Unit.code, Unit.id)
    )
    people = session.execute(
        select(Person.id, Person.username, Person.name)
        .where(Person.disabled_at.is_(None))
        .order_by(Person.name, Person.username)
    )
    return AuthorityChoices(
        tuple((name, kind.unit) for name, kind in authority_of(content).items()),
        tuple((keys[one.id], one.name) for one in units),
        tuple(Choice(one.id, one.username, one.name) for one in people),
    )


def who_decides(
    session: Session,
    content: Mapping[str, Any],
    name: str,
    amount: Amount | None,
    *,
    unit: str,
    person: UUID | None,
    at: datetime,
    zone: tzinfo,
) -> Decided:
    """Return who decides so much of a class for a unit; raise RuleRefused for what cannot be asked (A-7)."""
    classes = authority_of(content)
    if name not in classes:
        raise RuleRefused(Refused("A-7", "class_unknown", {"class": name[:40]}))
    kind = classes[name]
    value = counted(kind, name, amount)
    if isinstance(value, Refused):
        raise RuleRefused(value)
    found = deciders(kind, value, company_now(session, at.astimezone(zone).date()), unit)
    ids = {one for level in found for one in level.people} | ({person} if person else set())
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    names = {one.id: one.name for one in rows}
    verdict = may_decide(name, found, kind.unit, person) if person else None
    return Decided(
        tuple(
            LevelShown(
                show_amount(Amount(one.level.over, kind.unit)),
                show_amount(Amount(one.level.up_to, kind.unit)) if one.level.up_to is not None else "",
                one.level.who.value,
                one.level.of,
                tuple(sorted(names[each] for each in one.people)),
                one.decides,
            )
            for one in found
        ),
        names.get(person, "") if person else "",
        verdict if isinstance(verdict, Refused) else None,
    )
