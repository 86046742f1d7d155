"""Change requests for which a person speaks, with who may instead (A-16, V-2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from docctl.domain.change_requests import OPEN
from docctl.domain.leaving import OpenKind
from docctl.domain.permissions import Actor
from docctl.models.requests import ChangeRequest
from docctl.queries.open_item import OpenItem, Taker
from docctl.queries.requests import joined, seen_by


def kept_requests() -> Select[*tuple[Any, ...]]:
    """Return a query with who speaks for requests of which something is to come, a row each (A-16)."""
    return select(ChangeRequest.keeper_id).where(ChangeRequest.status.in_(OPEN))


def requests_of(
    session: Session, actor: Actor, person_id: UUID, people: Collection[Taker], *, at: datetime
) -> Iterable[OpenItem]:
    """Yield the open requests for which a person speaks; anybody may instead (A-16)."""
    rows = session.execute(
        joined(select(ChangeRequest, seen_by(actor, at).label("seen")))
        .where(ChangeRequest.keeper_id == person_id, ChangeRequest.status.in_(OPEN))
        .order_by(ChangeRequest.number)
    )
    for request, seen in rows:
        href, title = (f"/documents/change-requests/{request.id}", request.title) if seen else ("", "")
        yield OpenItem(
            OpenKind.REQUEST,
            request.id,
            "request",
            request.number,
            title,
            request.wanted_on,
            href,
            tuple(people),
        )
