"""Who signs this? The routes of a content, asked for a document that there may not be (A-1, A-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.amounts import Amount
from docctl.domain.conditions import Value
from docctl.domain.roles import Role
from docctl.domain.routes import step_name
from docctl.models.documents import DocumentType
from docctl.models.organisation import Unit
from docctl.queries.document_choices import Choice, signers
from docctl.queries.entities import unit_keys
from docctl.queries.planned_copies import PlannedCopy, planned_copies
from docctl.queries.routes import PlannedStep, company_at, plan_by, planned_steps


@dataclass(frozen=True, slots=True)
class RouteChoices:
    """What a question can be about: types and units by code with their names, and who may write."""

    types: tuple[tuple[str, str, str], ...]
    units: tuple[tuple[str, str], ...]
    authors: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The route that is taken, its steps with their people, and what was left out by which condition."""

    route: str
    steps: tuple[PlannedStep, ...]
    left_out: tuple[tuple[str, str], ...]
    #: Who is told beside (A-10).
    copies: tuple[PlannedCopy, ...] = ()


def route_choices(session: Session) -> RouteChoices:
    """Return what the tester of routes offers to choose."""
    types = session.execute(
        select(DocumentType.code, DocumentType.name, DocumentType.name_en).order_by(DocumentType.ordinal)
    )
    units = session.execute(
        select(Unit.id, Unit.name).where(Unit.valid_until.is_(None)).order_by(Unit.code, Unit.id)
    )
    keys = unit_keys(session)
    return RouteChoices(
        tuple((one.code, one.name, one.name_en or one.name) for one in types),
        tuple((keys[one.id], one.name) for one in units),
        signers(session, Role.AUTHOR, without=()),
    )


def who_signs(
    session: Session,
    content: Mapping[str, Any],
    values: Mapping[str, Value],
    *,
    author: UUID | None,
    amount: Amount | None = None,
    at: datetime,
    zone: tzinfo,
) -> Asked:
    """Return who signs a document of these values, by a content and the people of now (A-1, A-2)."""
    company = company_at(session, at, at.astimezone(zone).date())
    plan = plan_by(content, "", values, company, {author} if author else set(), amount)
    return Asked(
        plan.taken.route.name,
        planned_steps(session, plan),
        tuple((step_name(one.step), one.step.condition) for one in plan.taken.left_out),
        planned_copies(session, plan),
    )
