"""Which route a document takes, and who can sign its steps now (A-1, A-2, A-8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.amounts import Amount, in_yuan
from docctl.domain.authority import Resolved, authority_of, resolved
from docctl.domain.conditions import Value
from docctl.domain.particulars import amount_in
from docctl.domain.roles import SIGNING, Role
from docctl.domain.routes import Company, Step, Taken, route_for, routes_of, who_is_told, who_signs
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.who import CHOSEN, UnitFacts, Who
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Person, Post, PostHolder, RoleGrant, Unit
from docctl.queries.controlled import setting_at
from docctl.queries.document_choices import Choice
from docctl.queries.entities import unit_keys
from docctl.queries.unit_leaders import leaders_on


@dataclass(frozen=True, slots=True)
class Plan:
    """The route of a document by a revision of the routes, and who may sign each of its steps."""

    named: str
    taken: Taken
    able: tuple[frozenset[UUID], ...]
    #: Of each step why people of lower levels of the authority table may not sign; why nobody can (A-7).
    lower: tuple[Mapping[UUID, Refused], ...] = ()
    refused: Refused | None = None
    #: The revision of the authority table that was asked, "" where no step asks for it.
    authority: str = ""
    #: Whom each of its copy-to steps tells, beside its authors (A-10).
    told: tuple[frozenset[UUID], ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps to sign, in order."""
        return tuple(step for _, step in self.taken.steps)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as it is shown: in which stage, called how, who may sign; `is_chosen`: one of them is picked."""

    stage: int
    meaning: str
    name: str
    people: tuple[Choice, ...]
    is_chosen: bool
    amount: int
    unit: str
    #: Why nobody can sign it by the authority table (A-7).
    refused: Refused | None = None
    #: To whom its signer may delegate it: never, post or free, and which post (A-8).
    delegable: str = "free"
    delegable_post: str = ""
    #: Of a formal check what it asks (A-9).
    points: tuple[str, ...] = ()


def company_now(session: Session, today: date) -> Company:
    """Return what routes may name, with the people who may sign in (A-8, A-15)."""
    columns = (Unit.id, Unit.parent_id, Unit.head_id, Unit.valid_until)
    keys = unit_keys(session)
    units = {one.id: one for one in session.execute(select(*columns))}
    active = {
        one.id: one.username
        for one in session.execute(select(Person.id, Person.username).where(Person.disabled_at.is_(None)))
    }
    held: dict[Role, set[UUID]] = {}
    granted = select(RoleGrant.role, RoleGrant.person_id).where(
        RoleGrant.revoked_at.is_(None),
        or_(RoleGrant.confirmed_at.is_not(None), RoleGrant.role.not_in(list(SIGNING))),
    )
    for grant in session.execute(granted):
        if grant.person_id in active:
            held.setdefault(grant.role, set()).add(grant.person_id)
    posts: dict[str, set[UUID]] = {}
    on = (
        (PostHolder.post_id == Post.id)
        & (PostHolder.from_on <= today)
        & or_(PostHolder.until_on.is_(None), PostHolder.until_on >= today)
    )
    for post in session.execute(
        select(Post.unit_id, Post.name, PostHolder.person_id).outerjoin(PostHolder, on)
    ):
        holders = posts.setdefault(f"{keys[post.unit_id]}/{post.name}", set())
        if post.person_id in active:
            holders.add(post.person_id)
    leaders = leaders_on(session, today)
    return Company(
        types=frozenset(session.scalars(select(DocumentType.code))),
        units={
            keys[one.id]: UnitFacts(
                one.head_id if one.head_id in active else None,
                keys.get(one.parent_id, "") if one.parent_id else "",
                one.valid_until is not None and one.valid_until < today,
                leaders[one.id][0] if one.id in leaders and leaders[one.id][0] in active else None,
            )
            for one in units.values()
        },
        posts={name: frozenset(people) for name, people in posts.items()},
        people={username: person_id for person_id, username in active.items()},
        holders={role: frozenset(people) for role, people in held.items()},
        keys=keys,
    )


def posts_by_key(session: Session, keys: Collection[str]) -> dict[str, UUID]:
    """Return the posts that routes write as `unit/name` (A-8)."""
    wanted = {one for one in keys if one}
    if not wanted:
        return {}
    units = unit_keys(session)
    rows = session.execute(select(Post.id, Post.unit_id, Post.name))
    found = {f"{units[one.unit_id]}/{one.name}": one.id for one in rows}
    return {one: found[one] for one in wanted if one in found}


def company_at(session: Session, at: datetime, today: date) -> Company:
    """Return the same with the authority table in force at an instant (A-7)."""
    table = setting_at(session, "authority", at)
    company = company_now(session, today)
    return replace(company, authority=authority_of(table.content), table=table.name)


def values_of(session: Session, document: Document, revision: Revision, unit: str) -> dict[str, Value]:
    """Return what conditions of routes may ask of a revision (A-6)."""
    code = session.scalars(select(DocumentType.code).where(DocumentType.id == document.type_id)).one()
    return values_with(code, document, revision, unit)


def values_with(type_code: str, document: Document, revision: Revision, unit: str) -> dict[str, Value]:
    """Return the same where the code of the document's type is known."""
    return {
        "type": type_code,
        "unit": unit,
        "title": revision.title,
        "first_issue": revision.ordinal == 1,
        "external": document.is_external,
        "confidentiality": Decimal(document.confidentiality),
        "systems": frozenset(revision.systems.split()),
        "amount": in_yuan(amount_in(revision.amount)),
    }


def plan_by(
    content: Mapping[str, Any],
    named: str,
    values: Mapping[str, Value],
    company: Company,
    authors: Collection[UUID],
    amount: Amount | None = None,
) -> Plan:
    """Return the route that a content gives a document, and who may sign its steps (A-1, A-2, A-7)."""
    taken = route_for(routes_of(content), values)
    unit = str(values.get("unit") or "")
    refusals: list[Refused] = []
    steps: list[Step] = []
    lower: list[Mapping[UUID, Refused]] = []
    for _, step in taken.steps:
        found = Resolved(step, {})
        if step.who is Who.AUTHORITY:
            try:
                found = resolved(step, company, unit, amount, authors=authors)
            except RuleRefused as error:
                refusals.append(error.refused)
        steps.append(found.step)
        lower.append(found.lower)
    able = tuple(
        frozenset[UUID]() if step.who is Who.AUTHORITY else people
        for step, people in zip(steps, who_signs(steps, company, unit, authors=authors), strict=True)
    )
    stages = tuple((stage, step) for (stage, _), step in zip(taken.steps, steps, strict=True))
    asks = any(step.who is Who.AUTHORITY for _, step in taken.steps)
    return Plan(
        named,
        replace(taken, steps=stages),
        able,
        tuple(lower),
        next(iter(refusals), None),
        company.table if asks else "",
        tuple(who_is_told(one, company, unit) - frozenset(authors) for one in taken.copies),
    )


def plan_for(
    session: Session,
    document: Document,
    revision: Revision,
    at: datetime,
    zone: tzinfo,
    authors: Collection[UUID],
) -> Plan:
    """Return the plan of a revision by the routes in force at an instant (A-1, V-3)."""
    found = setting_at(session, "routes", at)
    company = company_at(session, at, at.astimezone(zone).date())
    values = values_of(session, document, revision, company.keys[document.unit_id])
    return plan_by(found.content, found.name, values, company, authors, amount_in(revision.amount))


def planned_steps(session: Session, plan: Plan) -> tuple[PlannedStep, ...]:
    """Return the steps of a plan with the names of who may sign them."""
    ids = {one for able in plan.able for one in able}
    people = {
        one.id: Choice(one.id, one.name, one.name, one.unit)
        for one in session.execute(
            select(Person.id, Person.name, Unit.name.label("unit"))
            .join(Unit, Unit.id == Person.unit_id)
            .where(Person.id.in_(ids))
        )
    }
    return tuple(
        PlannedStep(
            stage,
            step.meaning.value,
            step.name,
            tuple(sorted((people[one] for one in able), key=lambda one: one.name)),
            step.who in CHOSEN,
            step.limit.amount,
            step.limit.unit.value,
            plan.refused if step.who is Who.AUTHORITY else None,
            step.delegable.value,
            step.delegable_post,
            step.points,
        )
        for (stage, step), able in zip(plan.taken.steps, plan.able, strict=True)
    )


def steps_to_sign(
    session: Session, revision_id: UUID, at: datetime, zone: tzinfo, *, author: UUID | None
) -> Sequence[PlannedStep]:
    """Return the steps of a draft that is about to be submitted by its author (A-1)."""
    revision = session.get_one(Revision, revision_id)
    document = session.get_one(Document, revision.document_id)
    authors = revision.authors() | ({author} if author else set())
    return planned_steps(session, plan_for(session, document, revision, at, zone, authors))
