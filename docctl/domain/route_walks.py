"""Decides whether routes can be walked to their end, and who signs each step of a submission (A-1, A-2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from docctl.domain.approval import Meaning
from docctl.domain.copy_to import CopyTo
from docctl.domain.roles import Role
from docctl.domain.routes import Company, Route, Step, candidates, step_name, who_signs
from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.domain.who import CHOSEN, Delegable, Who


def may_walk(routes: Sequence[Route], company: Company) -> Verdict:
    """Say whether every route names what there is, and somebody can sign each of its steps (A-1, A-2)."""
    for place, route in enumerate(routes):
        for named, there in ((route.types, company.types), (route.units, company.units.keys())):
            if unknown := sorted(named - there):
                return Refused(
                    "A-1", "route_unknown", {"field": "routes", "name": route.name, "what": unknown[0]}
                )
        for step in route.steps:
            if step.delegable is Delegable.POST and step.delegable_post not in company.posts:
                params = {"field": "routes", "name": route.name, "what": step.delegable_post}
                return Refused("A-1", "route_unknown", params)
            if (what := _unknown(step, company)) is not None:
                return Refused("A-1", "route_unknown", {"field": "routes", "name": route.name, "what": what})
        for copy in route.copies:
            if (what := _unknown(copy, company)) is not None:
                return Refused("A-1", "route_unknown", {"field": "routes", "name": route.name, "what": what})
        if not (verdict := _walkable(route, company, routes[:place])):
            return verdict
    return Allowed()


def _unknown(step: Step | CopyTo, company: Company) -> str | None:
    there: Collection[str]
    match step.who:
        case Who.ROLE:
            return None
        case Who.POST:
            there = company.posts.keys()
        case Who.PERSON:
            there = company.people.keys()
        case Who.AUTHORITY:
            there = company.authority.keys()
        case Who.HEAD | Who.LEADER:
            there = {"", *company.units}
    return None if step.of in there else step.of


def _walkable(route: Route, company: Company, earlier: Sequence[Route]) -> Verdict:
    """Say whether for each unit named, or for one at least, the route can be signed to its end.

    Nowhere may steps that must differ meet in one person, or a document of that unit could not be submitted.
    """
    units = [one for one in sorted(company.units) if _comes(one, route, company, earlier)]
    found = [_signable(route, company, unit) for unit in sorted(route.units) or units]
    refusals = [one for one in found if isinstance(one, Refused)]
    if refusals and (route.units or len(refusals) == len(found)):
        return refusals[0]
    return next((one for one in refusals if one.rule == "A-2"), Allowed())


def _comes(unit: str, route: Route, company: Company, earlier: Sequence[Route]) -> bool:
    """Say whether documents of a unit can come to a route: no earlier one takes them all."""
    if company.units[unit].is_closed:
        return False
    types = route.types or company.types
    return not any(
        not one.condition and (not one.units or unit in one.units) and (not one.types or types <= one.types)
        for one in earlier
    )


def _signable(route: Route, company: Company, unit: str) -> Verdict:
    for step in route.steps:
        if not candidates(step, company, unit):
            params = {"field": "routes", "name": route.name, "step": step_name(step), "unit": unit}
            return Refused("A-1", "route_nobody", params)
    alone = [frozenset({one}) for one in sorted(company.holders.get(Role.AUTHOR, frozenset()), key=str)]
    for authors in alone or [frozenset()]:
        able = who_signs(route.steps, company, unit, authors=authors)
        separate = [one for step, one in zip(route.steps, able, strict=True) if step.separate]
        if all(able) and distinct(separate) is not None:
            return Allowed()
    return Refused("A-2", "route_not_separate", {"field": "routes", "name": route.name, "unit": unit})


def distinct(sets: Sequence[Collection[UUID]]) -> tuple[UUID, ...] | None:
    """Return a different person for each set, or None where there are too few people (A-2)."""
    taken: dict[UUID, int] = {}

    def place(at: int, seen: set[UUID]) -> bool:
        for one in sorted(sets[at], key=str):
            if one in seen:
                continue
            seen.add(one)
            if one not in taken or place(taken[one], seen):
                taken[one] = at
                return True
        return False

    if not all(place(at, set()) for at in range(len(sets))):
        return None
    by_place = {at: one for one, at in taken.items()}
    return tuple(by_place[at] for at in range(len(sets)))


def signers(
    steps: Sequence[Step],
    able: Sequence[frozenset[UUID]],
    *,
    authors: Collection[UUID],
    reviewers: Sequence[UUID],
    approver: UUID | None,
    lower: Sequence[Mapping[UUID, Refused]] = (),
) -> tuple[UUID, ...] | Refused:
    """Return who signs each step: who was chosen where there is a choice, else the one there is (A-1, A-2).

    `reviewers` are chosen for the reviews with a choice, in their order; `lower` says of each step why people
    of lower levels of the authority table may not decide (A-7).
    """
    chosen = iter(reviewers)
    found: list[UUID] = []
    for step, people in zip(steps, able, strict=True):
        what = {"step": step.meaning.value}
        if step.who in CHOSEN:
            person = approver if step.meaning is Meaning.APPROVE else next(chosen, None)
            if person is None:
                return Refused("A-1", "signer_needed", {"name": step_name(step)})
            if person in authors:
                return Refused("A-2", "own_work", what)
        elif not people:
            return Refused("A-1", "nobody_signs", {"name": step_name(step)})
        else:
            (person,) = people
        found.append(person)
    if (verdict := _apart(steps, found)) is not None:
        return verdict
    if (refused := _not_able(steps, found, able, lower)) is not None:
        return refused
    if next(chosen, None) is not None:
        return Refused("A-1", "not_a_holder", {"step": Meaning.REVIEW.value})
    return tuple(found)


def _not_able(
    steps: Sequence[Step],
    people: Sequence[UUID],
    able: Sequence[frozenset[UUID]],
    lower: Sequence[Mapping[UUID, Refused]],
) -> Refused | None:
    for at, (step, person) in enumerate(zip(steps, people, strict=True)):
        if person not in able[at]:
            above = lower[at].get(person) if lower else None
            plain = Refused("A-1", "not_a_holder", {"step": step.meaning.value})
            return plain if above is None else above
    return None


def _apart(steps: Sequence[Step], people: Sequence[UUID]) -> Refused | None:
    seen: dict[UUID, Step] = {}
    for step, person in zip(steps, people, strict=True):
        if not step.separate:
            continue
        if (earlier := seen.get(person)) is not None:
            params = {"step": step.meaning.value, "earlier": earlier.meaning.value}
            return Refused("A-2", "same_person", params)
        seen[person] = step
    return None
