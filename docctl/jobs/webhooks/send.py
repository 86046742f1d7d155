"""What waits for each endpoint, in order: the next one goes only when the one before was taken (T-1)."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.webhooks import FIRST_PAUSE, LONGEST_PAUSE, body_of, public_facts, signature
from docctl.jobs.claims import CLAIMED, claim, failed, finish
from docctl.jobs.webhooks.follow import is_active
from docctl.jobs.webhooks.http import HookFailed, post
from docctl.models.trail import EventRow
from docctl.models.webhooks import WebhookEndpoint
from docctl.models.work import Delivery
from docctl.services.caller import the_system
from docctl.services.deliveries.ends import GIVEN_UP, WEBHOOK
from docctl.services.house import House
from docctl.services.webhooks.secrets import secret_of
from docctl.services.webhooks.send import NoteFailure, pause_failing
from storage.errors import StorageError

log = logging.getLogger(__name__)

#: One endpoint is served for so long at most before the others have their turn, in seconds.
SLICE: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Next:
    """What is next for an endpoint, ready to go."""

    id: UUID
    next_at: datetime
    url: str
    secret: str
    action: str
    name: str
    body: bytes


def send_webhooks(house: House) -> bool:
    """Serve every endpoint for a while; say whether anything was sent."""
    with house.uow.read() as session:
        waiting = select(Delivery.id).where(
            Delivery.subject_id == WebhookEndpoint.id, Delivery.kind == WEBHOOK, Delivery.done_at.is_(None)
        )
        query = select(WebhookEndpoint.id).where(is_active(), waiting.exists())
        endpoints = list(session.scalars(query))
    busy = False
    for endpoint_id in endpoints:
        until = time.monotonic() + SLICE
        while time.monotonic() < until and _send_next(house, endpoint_id):
            busy = True
    return busy


def _send_next(house: House, endpoint_id: UUID) -> bool:
    """Send what is next for an endpoint, where its time has come; say whether it was taken."""
    try:
        with house.uow.read() as session:
            following = _next(session, endpoint_id, house.clock())
    except (StorageError, LookupError):
        log.exception("the secret of an endpoint cannot be read", extra={"endpoint": str(endpoint_id)})
        return False
    if following is None:
        return False
    if not house.uow.write(lambda session: claim(session, following.id, following.next_at, house.clock())):
        return False
    try:
        stamp = int(house.clock().timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "docctl",
            "X-Docctl-Delivery": following.name,
            "X-Docctl-Event": following.action,
            "X-Docctl-Timestamp": str(stamp),
            "X-Docctl-Signature": f"v1={signature(following.secret, stamp, following.body)}",
        }
        post(following.url, following.body, headers, allowed=house.webhook_networks)
    except HookFailed as error:
        _not_taken(house, endpoint_id, following.id, error.reason)
        return False
    finish(house, following.id)
    house.uow.write(lambda session: _taken(session, endpoint_id))
    return True


def _next(session: Session, endpoint_id: UUID, now: datetime) -> _Next | None:
    """Return what is next; None where nothing waits, or its time has not come (R-4)."""
    row = session.get(WebhookEndpoint, endpoint_id)
    delivery = session.scalars(
        select(Delivery)
        .where(Delivery.kind == WEBHOOK, Delivery.subject_id == endpoint_id, Delivery.done_at.is_(None))
        .order_by(Delivery.key)
        .limit(1)
    ).first()
    if row is None or delivery is None:
        return None
    if now < delivery.next_at <= now + LONGEST_PAUSE + CLAIMED:
        return None
    seq = delivery.payload.get("seq")
    event = session.scalars(select(EventRow).where(EventRow.seq == seq)).first() if seq else None
    name = str(delivery.payload.get("as") or delivery.id)
    return _Next(
        delivery.id,
        delivery.next_at,
        row.url,
        secret_of(session, row),
        event.action if event else "webhook.test",
        name,
        body_of(name, _told(event) if event else None, event.recorded_at if event else delivery.created_at),
    )


def _told(event: EventRow) -> dict[str, Any]:
    """Return what goes out of an event: what happened to which item when, and who by id alone."""
    return {
        "seq": event.seq,
        "action": event.action,
        "recorded_at": event.recorded_at.isoformat(),
        "occurred_at": event.occurred_at.isoformat(),
        "actor": str(event.actor_id) if event.actor_id else None,
        "subject": {
            "kind": event.subject_kind,
            "id": str(event.subject_id) if event.subject_id else None,
            "version": event.subject_version,
        },
        "facts": public_facts(json.loads(event.facts)),
        "hash": event.hash,
    }


def _taken(session: Session, endpoint_id: UUID) -> None:
    row = session.get(WebhookEndpoint, endpoint_id)
    if row is not None and (row.failures or row.last_error):
        row.failures, row.last_error = 0, ""


def _not_taken(house: House, endpoint_id: UUID, delivery_id: UUID, reason: str) -> None:
    failed(house, delivery_id, reason, first=FIRST_PAUSE, longest=LONGEST_PAUSE)

    def count(session: Session) -> int:
        row = session.get(WebhookEndpoint, endpoint_id)
        if row is None or row.deleted_at is not None:
            return 0
        row.failures, row.last_error = row.failures + 1, reason[:300]
        return row.failures

    if house.uow.write(count):
        pause_failing(NoteFailure(endpoint_id, reason), by=the_system(house.clock()), house=house)
    else:  # deleted while it was tried
        finish(house, delivery_id, GIVEN_UP, reason)
