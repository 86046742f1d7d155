"""Endpoints and what went there of late, for those who manage them; never a secret (T-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import NotFound
from docctl.models.trail import EventRow
from docctl.models.webhooks import WebhookEndpoint
from docctl.models.work import Delivery

#: So many deliveries are shown of one endpoint.
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint; `state` is on, off, or failing where it was paused because of its failures."""

    id: UUID
    name: str
    url: str
    events: tuple[str, ...]
    state: str
    failures: int
    last_error: str
    paused_at: datetime | None
    created_at: datetime
    row_version: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery: `state` is waiting, failing, sent or given_up; a test has no event."""

    id: UUID
    action: str
    seq: int | None
    state: str
    tries: int
    error: str
    created_at: datetime
    next_at: datetime | None
    done_at: datetime | None
    is_repeat: bool


def endpoints(session: Session) -> list[Endpoint]:
    """Return all endpoints by name."""
    waiting = _waiting_count()
    rows = session.execute(
        select(WebhookEndpoint, waiting)
        .where(WebhookEndpoint.deleted_at.is_(None))
        .order_by(WebhookEndpoint.name)
    )
    return [_shown(row, count) for row, count in rows]


def endpoint_page(session: Session, endpoint_id: UUID) -> Endpoint:
    """Return one endpoint; raise NotFound for none, or one that was deleted."""
    found = session.execute(
        select(WebhookEndpoint, _waiting_count()).where(
            WebhookEndpoint.id == endpoint_id, WebhookEndpoint.deleted_at.is_(None)
        )
    ).one_or_none()
    if found is None:
        raise NotFound("webhook")
    return _shown(found[0], found[1])


def endpoint_named(session: Session, name: str) -> UUID:
    """Return the endpoint of a name; raise NotFound for none."""
    query = select(WebhookEndpoint.id).where(
        WebhookEndpoint.name == " ".join(name.split()), WebhookEndpoint.deleted_at.is_(None)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("webhook")
    return found


def sent_to(session: Session, endpoint_id: UUID) -> list[Sent]:
    """Return the last deliveries of an endpoint, newest first."""
    rows = session.scalars(
        select(Delivery)
        .where(Delivery.subject_id == endpoint_id, Delivery.kind == "webhook")
        .order_by(Delivery.key.desc())
        .limit(MOST)
    ).all()
    numbers = [one.payload["seq"] for one in rows if "seq" in one.payload]
    asked = select(EventRow.seq, EventRow.action).where(EventRow.seq.in_(numbers))
    actions: dict[int, str] = dict(session.execute(asked).all()) if numbers else {}
    return [_sent(one, actions.get(one.payload.get("seq", 0), "")) for one in rows]


def _waiting_count() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Delivery)
        .where(Delivery.subject_id == WebhookEndpoint.id, Delivery.done_at.is_(None))
        .scalar_subquery()
    )


def _shown(row: WebhookEndpoint, waiting: int) -> Endpoint:
    state = "failing" if row.paused_at is not None else "on" if row.is_on else "off"
    return Endpoint(
        id=row.id,
        name=row.name,
        url=row.url,
        events=tuple(row.events),
        state=state,
        failures=row.failures,
        last_error=row.last_error,
        paused_at=row.paused_at,
        created_at=row.created_at,
        row_version=row.row_version,
        waiting=waiting,
    )


def _sent(one: Delivery, action: str) -> Sent:
    state = "failing" if one.tries else "waiting"
    if one.done_at is not None:
        state = one.outcome or "sent"
    return Sent(
        id=one.id,
        action=action,
        seq=one.payload.get("seq"),
        state=state,
        tries=one.tries,
        error=one.last_error,
        created_at=one.created_at,
        next_at=None if one.done_at else one.next_at,
        done_at=one.done_at,
        is_repeat="as" in one.payload,
    )
