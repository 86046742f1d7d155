"""Which epochs there are, from the events that tell of them, and the one that waits for two people (T-2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, select
from sqlalchemy.orm import Session

from docctl.domain.epochs import ACCEPTED, STARTED, AcceptFacts, Epoch, epochs_told, may_accept
from docctl.domain.permissions import Actor, Facts, why_not
from docctl.domain.roles import Role
from docctl.domain.verdicts import Refused
from docctl.models.epochs import EpochRow
from docctl.models.organisation import Person, RoleGrant
from docctl.models.trail import EventRow


def epochs_of(session: Session) -> tuple[Epoch, ...]:
    """Return the epochs as the chained events tell of them: no other row can add one (T-2)."""
    query = (
        select(EventRow.action, EventRow.facts, EventRow.actor_id)
        .where(EventRow.action.in_((STARTED, ACCEPTED)))
        .order_by(EventRow.seq)
    )
    return epochs_told((action, json.loads(facts), actor) for action, facts, actor in session.execute(query))


def waits(session: Session) -> bool:
    """Say whether a restored state waits to be accepted: until then people only read (T-2)."""
    return bool(session.scalar(select(is_waiting())))


def is_waiting() -> Exists:
    """Return as an expression whether a restored state waits to be accepted."""
    return select(EpochRow.number).where(EpochRow.second_at.is_(None)).exists()


@dataclass(frozen=True, slots=True)
class EpochPage:
    """One epoch for its page; `content` is what is accepted, `refused` why the reader may not accept it."""

    id: UUID
    number: int
    started_at: datetime
    backup_at: datetime
    end: int
    content: dict[str, Any]
    content_sha256: str
    first: str
    first_at: datetime | None
    second: str
    second_at: datetime | None
    refused: Refused | None

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody."""
        return self.second_at is None

    @property
    def accepted(self) -> list[tuple[str, datetime]]:
        """Who has accepted it so far, and when."""
        both = ((self.first, self.first_at), (self.second, self.second_at))
        return [(name, at) for name, at in both if at is not None]


def epoch_pages(session: Session, actor: Actor) -> list[EpochPage]:
    """Return all epochs, newest first; there is one for each restore."""
    rows = session.scalars(select(EpochRow).order_by(EpochRow.number.desc())).all()
    ids = {one for row in rows for one in (row.first_by, row.second_by) if one is not None}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    names = {one.id: one.name for one in found}
    return [_page(session, actor, row, names) for row in rows]


def _page(session: Session, actor: Actor, row: EpochRow, names: dict[UUID, str]) -> EpochPage:
    return EpochPage(
        id=row.id,
        number=row.number,
        started_at=row.started_at,
        backup_at=row.backup_at,
        end=row.end_seq,
        content=json.loads(row.content),
        content_sha256=row.content_sha256,
        first=names.get(row.first_by, "") if row.first_by else "",
        first_at=row.first_at,
        second=names.get(row.second_by, "") if row.second_by else "",
        second_at=row.second_at,
        refused=_refused(session, actor, row),
    )


def _refused(session: Session, actor: Actor, row: EpochRow) -> Refused | None:
    if actor.person_id is None:
        return Refused("X-1", "not_permitted", {"permission": "epoch.accept"})
    if (refused := why_not(actor, "epoch.accept", Facts())) is not None:
        return refused
    verdict = may_accept(accept_facts(session, row, actor), by=actor.person_id)
    return verdict if isinstance(verdict, Refused) else None


def accept_facts(session: Session, row: EpochRow, actor: Actor) -> AcceptFacts:
    """Return what `may_accept` decides on (T-2)."""
    accepted = tuple(one for one in (row.first_by, row.second_by) if one is not None)
    leaders = select(RoleGrant.id).where(
        RoleGrant.person_id.in_(accepted),
        RoleGrant.role == Role.LEADER,
        RoleGrant.confirmed_at.is_not(None),
        RoleGrant.revoked_at.is_(None),
    )
    led = actor.has(Role.LEADER) or session.scalar(leaders.limit(1)) is not None
    return AcceptFacts(accepted, with_leader=led)
