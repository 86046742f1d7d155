"""Decides which route a document takes, and who can sign its steps (A-1, A-6, A-8).

A route is what is signed after the author's own signature: steps in stages, those of one stage side by side,
each with who signs, how long it may take, whether its signer must be another one than those of the other
steps, and a condition. The last one approves. Of a company's routes the first that fits is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol
from uuid import UUID

from docctl.domain.approval import Meaning
from docctl.domain.condition_text import read_condition
from docctl.domain.conditions import Answer, Fact, FactType, Value, answer
from docctl.domain.copy_to import INFORM, CopyTo
from docctl.domain.limits import Limit
from docctl.domain.roles import Role
from docctl.domain.step_limits import limit_from_data
from docctl.domain.who import ABOVE, AuthorityClass, Delegable, UnitFacts, Who

#: What conditions of a route may ask of a document.
FACTS: Final[Mapping[str, Fact]] = {
    "type": Fact(FactType.TEXT),
    "unit": Fact(FactType.TEXT),
    "title": Fact(FactType.TEXT),
    "first_issue": Fact(FactType.YES_NO),
    "external": Fact(FactType.YES_NO),
    "confidentiality": Fact(FactType.NUMBER),
    "systems": Fact(FactType.SEVERAL),
    "amount": Fact(FactType.NUMBER),
}
#: The role without which nobody signs such a step, whoever is named for it (A-15).
NEEDED: Final[Mapping[Meaning, Role]] = {
    **dict.fromkeys((Meaning.FORM_CHECK, Meaning.REVIEW), Role.REVIEWER),
    Meaning.APPROVE: Role.APPROVER,
}


class Wanted(Protocol):
    """What says whom a route wants for a step."""

    @property
    def meaning(self) -> Meaning:
        """What is signed."""

    @property
    def who(self) -> Who:
        """By what the signer is found."""

    @property
    def of(self) -> str:
        """Of which role, post, unit or name."""


@dataclass(frozen=True, slots=True)
class WantedStep:
    """Whom the route wanted for a step that is open (A-8)."""

    meaning: Meaning
    who: Who
    of: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step: `of` is a role, a post as `unit/name`, a unit's code ("" is the document's) or a user name."""

    meaning: Meaning
    name: str
    who: Who
    of: str
    limit: Limit
    separate: bool = True
    beside: bool = False
    condition: str = ""
    #: The class of the authority table by which it goes to whoever signs it, "" without (A-7).
    authority: str = ""
    #: To whom its signer may delegate it, and to holders of which post, as `unit/name` (A-8).
    delegable: Delegable = Delegable.FREE
    delegable_post: str = ""
    #: Of a formal check what it asks, each point to be in order (A-9).
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A route, for documents of these types and units, all where none is named, under a condition."""

    name: str
    types: frozenset[str]
    units: frozenset[str]
    condition: str
    steps: tuple[Step, ...]
    #: Whom it tells, beside who signs (A-10).
    copies: tuple[CopyTo, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """What routes refer to, as it is now; people are those who may sign in."""

    types: frozenset[str] = frozenset()
    units: Mapping[str, UnitFacts] = field(default_factory=dict)
    posts: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    people: Mapping[str, UUID] = field(default_factory=dict)
    holders: Mapping[Role, frozenset[UUID]] = field(default_factory=dict)
    #: How each unit is written here: its code, before it that of its legal entity where it needs one (O-4).
    keys: Mapping[UUID, str] = field(default_factory=dict)
    #: The authority table in force, by class of decisions, and its revision as events name it (A-7).
    authority: Mapping[str, AuthorityClass] = field(default_factory=dict)
    table: str = ""


def routes_of(content: Mapping[str, Any]) -> tuple[Route, ...]:
    """Return the routes that a canonical content says, in their order (A-1)."""
    return tuple(
        Route(
            one["name"],
            frozenset(one["types"]),
            frozenset(one["units"]),
            one["condition"],
            *_steps(one["steps"]),
        )
        for one in content["routes"]
    )


def _steps(lines: Sequence[Mapping[str, Any]]) -> tuple[tuple[Step, ...], tuple[CopyTo, ...]]:
    """Return what is signed, and whom a route tells: with the stage beside which a line stands, else with
    the next one that is signed, after the last one with the issue (A-1, A-10).
    """
    steps: list[Step] = []
    copies: list[CopyTo] = []
    stage = at = signed_at = 0
    for line in lines:
        at += not line["beside"]
        if line["meaning"] == INFORM:
            begins = stage if steps and at == signed_at else stage + 1
            who = line["who"]
            copies.append(CopyTo(line["name"], Who(who["kind"]), who["of"], begins, line["condition"]))
            continue
        beside = bool(steps) and at == signed_at
        stage += not beside
        signed_at = at
        steps.append(replace(_step(line), beside=beside))
    return tuple(steps), tuple(copies)


def _step(data: Mapping[str, Any]) -> Step:
    said = data.get("delegate", {"kind": Delegable.FREE.value, "of": ""})
    return Step(
        Meaning(data["meaning"]),
        data["name"],
        Who(data["who"]["kind"]),
        data["who"]["of"],
        limit_from_data(data["limit"]),
        data["separate"],
        data["beside"],
        data["condition"],
        delegable=Delegable(said["kind"]),
        delegable_post=said["of"],
        points=tuple(data.get("points", ())),
    )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A step that a condition left out, with the values it looked at (A-6)."""

    step: Step | CopyTo
    answer: Answer


@dataclass(frozen=True, slots=True)
class Taken:
    """The route taken, the steps to sign with the number of their stage, and those left out."""

    route: Route
    steps: tuple[tuple[int, Step], ...]
    left_out: tuple[LeftOut, ...]
    #: Whom it tells, with the stage each begins with (A-10).
    copies: tuple[CopyTo, ...] = ()


def route_for(routes: Sequence[Route], values: Mapping[str, Value]) -> Taken:
    """Return the first route that fits a document, with its steps as the conditions say (A-1, A-6).

    The last route of a checked content fits every document.
    """
    route = next(one for one in routes if _is_for(one, values))
    steps: list[tuple[int, Step]] = []
    left_out: list[LeftOut] = []
    stage = 0
    for one in route.steps:
        stage += not one.beside
        if _comes_in(one, values, left_out):
            steps.append((stage, one))
    copies = tuple(one for one in route.copies if _comes_in(one, values, left_out))
    return Taken(route, tuple(steps), tuple(left_out), copies)


def _comes_in(one: Step | CopyTo, values: Mapping[str, Value], left_out: list[LeftOut]) -> bool:
    """Say whether the condition of a step holds; note what it looked at where it does not (A-6)."""
    found = answer(read_condition(one.condition), values) if one.condition else None
    if found is not None and not found.holds:
        left_out.append(LeftOut(one, found))
        return False
    return True


def _is_for(route: Route, values: Mapping[str, Value]) -> bool:
    if route.types and values.get("type") not in route.types:
        return False
    if route.units and values.get("unit") not in route.units:
        return False
    return not route.condition or answer(read_condition(route.condition), values).holds


def candidates(
    step: Wanted,
    company: Company,
    unit: str,
    *,
    authors: Collection[UUID] = (),
    taken: Collection[UUID] = (),
) -> frozenset[UUID]:
    """Return who may sign a step of a document of a unit; its authors never do (A-2, A-8, A-15).

    Where the head of the unit, or the leader in charge of it, is an author or signs another step (`taken`),
    or there is none, it is the next one above; where none is above, the one who is taken.
    """
    able = company.holders.get(NEEDED[step.meaning], frozenset()) - frozenset(authors)
    match step.who:
        case Who.ROLE:
            return company.holders.get(Role(step.of), frozenset()) & able
        case Who.POST:
            return company.posts.get(step.of, frozenset()) & able
        case Who.PERSON:
            return frozenset({company.people[step.of]} if step.of in company.people else ()) & able
        case Who.HEAD | Who.LEADER:
            found = _above(company, step.who, step.of or unit, {*authors, *taken})
            found = found or _above(company, step.who, step.of or unit, authors)
            return frozenset({found} if found else ()) & able
        case Who.AUTHORITY:  # before the amount is known: whoever stands in the table for this unit
            kind = company.authority.get(step.of)
            levels = kind.levels(unit, company.units) if kind else ()
            wanted = [WantedStep(step.meaning, one.who, one.of) for one in levels]
            return frozenset().union(
                *(candidates(one, company, unit, authors=authors, taken=taken) for one in wanted)
            )


def who_is_told(copy: CopyTo, company: Company, unit: str) -> frozenset[UUID]:
    """Return whom a copy-to step of a document of a unit tells: all of a post, else one (A-8, A-10)."""
    match copy.who:
        case Who.POST:
            return company.posts.get(copy.of, frozenset())
        case Who.PERSON:
            return frozenset({company.people[copy.of]} if copy.of in company.people else ())
        case _:
            found = _above(company, copy.who, copy.of or unit, ())
            return frozenset({found} if found else ())


def who_signs(
    steps: Sequence[Step], company: Company, unit: str, *, authors: Collection[UUID] = ()
) -> tuple[frozenset[UUID], ...]:
    """Return who may sign each step: separate ones that meet in one head or leader go above (A-2, A-8)."""
    found = [candidates(one, company, unit, authors=authors) for one in steps]
    taken = {
        person
        for step, able in zip(steps, found, strict=True)
        if step.separate and step.who not in ABOVE and len(able) == 1
        for person in able
    }
    for at, step in enumerate(steps):
        if step.separate and step.who in ABOVE:
            found[at] = candidates(step, company, unit, authors=authors, taken=taken)
            taken |= found[at]
    return tuple(found)


def _above(company: Company, who: Who, unit: str, without: Collection[UUID]) -> UUID | None:
    seen: set[str] = set()
    while unit in company.units and unit not in seen:
        seen.add(unit)
        facts = company.units[unit]
        there = facts.head if who is Who.HEAD else facts.leader
        if there is not None and there not in without:
            return there
        unit = facts.parent
    return None


def step_name(step: Step | CopyTo) -> str:
    """Return how a step is called: its own name, else what it means as a code."""
    return step.name or (INFORM if isinstance(step, CopyTo) else step.meaning.value)
