"""Decides who may decide what: by class, amount and area, the level that covers it or one above (A-7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from docctl.domain.amounts import Amount, show_amount
from docctl.domain.approval import Meaning
from docctl.domain.routes import Company, Step, WantedStep, candidates
from docctl.domain.verdicts import Allowed, Refused, RuleRefused, Verdict
from docctl.domain.who import AuthorityClass, Level, Who


def authority_of(content: Mapping[str, Any]) -> dict[str, AuthorityClass]:
    """Return the classes of decisions that a canonical content says, by name (A-7)."""
    return {
        one["name"]: AuthorityClass(
            one["unit"],
            {area["area"]: tuple(map(_level, area["levels"])) for area in one["areas"]},
        )
        for one in content["classes"]
    }


def _level(data: Mapping[str, Any]) -> Level:
    return Level(
        Who(data["who"]["kind"]),
        data["who"]["of"],
        Decimal(data["over"]),
        None if data["up_to"] is None else Decimal(data["up_to"]),
    )


def needed(levels: Sequence[Level], value: Decimal) -> int:
    """Return the place of the level that covers a value: the last one needed, which approves (A-7)."""
    return next(at for at, one in enumerate(levels) if one.up_to is None or value <= one.up_to)


def counted(kind: AuthorityClass, name: str, amount: Amount | None) -> Decimal | Refused:
    """Return the value that a class of decisions is asked about, or why there is none (A-7)."""
    if amount is None:
        return Refused("A-7", "amount_needed", {"class": name, "unit": kind.unit})
    if amount.unit != kind.unit:
        return Refused("A-7", "other_unit", {"class": name, "unit": kind.unit, "amount": show_amount(amount)})
    return amount.value


@dataclass(frozen=True, slots=True)
class Decider:
    """A level with who stands in it now; `decides` says whether it is the one that approves this amount."""

    level: Level
    people: frozenset[UUID]
    decides: bool


def deciders(
    kind: AuthorityClass, value: Decimal, company: Company, unit: str, *, authors: Collection[UUID] = ()
) -> tuple[Decider, ...]:
    """Return every level with its people: the one that covers the amount decides (A-7).

    Where nobody of that level may, because it is empty or they prepared it, the next one up does (A-2).
    """
    levels = kind.levels(unit, company.units)
    people = [_people(one, company, unit, authors) for one in levels]
    first = needed(levels, value)
    last = next((at for at in range(first, len(levels)) if people[at]), None)
    return tuple(
        Decider(level, able, at == last) for at, (level, able) in enumerate(zip(levels, people, strict=True))
    )


def _people(level: Level, company: Company, unit: str, authors: Collection[UUID] = ()) -> frozenset[UUID]:
    return candidates(WantedStep(Meaning.APPROVE, level.who, level.of), company, unit, authors=authors)


def may_decide(name: str, found: Sequence[Decider], unit: str, person: UUID) -> Verdict:
    """Say whether a person may decide: up to the own limit, else the level that may is named (A-7)."""
    decides = next((at for at, one in enumerate(found) if one.decides), len(found))
    own = [at for at, one in enumerate(found) if person in one.people]
    if own and decides < len(found) and max(own) >= decides:
        return Allowed()
    if not own:
        return Refused("A-7", "no_authority", {"class": name})
    limit = found[max(own)].level.up_to
    return above_limit(name, limit, unit)


def above_limit(name: str, limit: Decimal | None, unit: str) -> Refused:
    """Return the refusal of a decision above one's limit: it goes to the next level (A-7)."""
    shown = "" if limit is None else show_amount(Amount(limit, unit))
    return Refused("A-7", "above_limit", {"class": name, "limit": shown})


@dataclass(frozen=True, slots=True)
class Deciding:
    """A class of decisions asked for an amount: its levels, or why it cannot be asked (A-7)."""

    name: str
    unit: str = ""
    levels: tuple[Decider, ...] = ()
    refused: Refused | None = None

    def people(self) -> frozenset[UUID]:
        """Return who stands in the level that decides so much (A-7)."""
        return next((one.people for one in self.levels if one.decides), frozenset())

    def may(self, person: UUID) -> Verdict:
        """Say whether a person may decide so much, else up to which limit (A-7)."""
        if self.refused is not None:
            return self.refused
        return may_decide(self.name, self.levels, self.unit, person)


def deciding(
    name: str, company: Company, unit: str, amount: Amount | None, *, without: Collection[UUID] = ()
) -> Deciding:
    """Return a class of the table in force, asked for an amount and a unit, but for some people (A-7)."""
    if (kind := company.authority.get(name)) is None:
        return Deciding(name, refused=Refused("A-7", "class_unknown", {"class": name}))
    value = counted(kind, name, amount)
    if isinstance(value, Refused):
        return Deciding(name, refused=value)
    return Deciding(name, kind.unit, deciders(kind, value, company, unit, authors=without))


@dataclass(frozen=True, slots=True)
class Resolved:
    """A step by the authority table with whom it found: who of lower levels may not, and why."""

    step: Step
    lower: Mapping[UUID, Refused]


def resolved(
    step: Step, company: Company, unit: str, amount: Amount | None, *, authors: Collection[UUID]
) -> Resolved:
    """Return the step as the level signs it that decides so much; raise RuleRefused where none can (A-7)."""
    kind = company.authority.get(step.of)
    if kind is None:
        raise RuleRefused(Refused("A-7", "class_unknown", {"class": step.of}))
    value = counted(kind, step.of, amount)
    if isinstance(value, Refused):
        raise RuleRefused(value)
    found = deciders(kind, value, company, unit, authors=authors)
    decides = next((one for one in found if one.decides), None)
    if decides is None:
        raise RuleRefused(Refused("A-7", "nobody_decides", {"class": step.of}))
    lower: dict[UUID, Refused] = {}
    for one in found[: found.index(decides)]:
        lower |= {person: above_limit(step.of, one.level.up_to, kind.unit) for person in one.people}
    level = decides.level
    by_level = replace(step, name=step.name or step.of, who=level.who, of=level.of, authority=step.of)
    return Resolved(by_level, lower)


def may_stand(classes: Mapping[str, AuthorityClass], company: Company) -> Verdict:
    """Say whether a table names what there is, and somebody stands in each of its levels (A-7)."""
    for name, kind in classes.items():
        if unknown := sorted(kind.areas.keys() - {"", *company.units}):
            return Refused("A-7", "area_unknown", {"field": "lines", "class": name, "area": unknown[0]})
        for area, levels in kind.areas.items():
            for one in levels:
                if not _stands(one, company, area):
                    said = f"{one.who.value} {one.of}".strip()
                    return Refused("A-7", "level_nobody", {"field": "lines", "class": name, "who": said})
    return Allowed()


def _stands(level: Level, company: Company, area: str) -> bool:
    units = [area] if area else [code for code, one in company.units.items() if not one.is_closed]
    return any(_people(level, company, unit) for unit in units)
