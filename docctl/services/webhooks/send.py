"""A test that goes to an endpoint, an event sent once more, and a pause after many failures (T-1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.domain.webhooks import MOST_FAILURES
from docctl.models.base import new_id
from docctl.models.trail import AuditHead
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.deliveries.ends import WEBHOOK
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record
from docctl.services.webhooks.manage import Endpoint, lock_endpoint


@use_case("webhook.manage")
def try_webhook(session: Session, cmd: Endpoint, by: Caller) -> UUID:
    """Let a test go to an endpoint, behind what waits there; return its delivery (T-1)."""
    authorise(by.actor, "webhook.manage", Facts())
    row = lock_endpoint(session, cmd.endpoint_id)
    if not row.is_on or row.paused_at is not None:
        raise RuleRefused(Refused("webhook", "is_paused"))
    found = wanted(session, row.id, {"what": "test"}, by)
    session.add(found)
    record(session, by, "webhook.tested", Subject("webhook", row.id), detail={"called": row.name})
    return found.id


@dataclass(frozen=True, slots=True)
class SendAgain:
    """A delivery of an endpoint that was done, or given up."""

    endpoint_id: UUID
    delivery_id: UUID


@use_case("webhook.manage")
def send_again(session: Session, cmd: SendAgain, by: Caller) -> UUID:
    """Send an event once more under the name it had, behind what waits; what waits is tried at once (T-1)."""
    authorise(by.actor, "webhook.manage", Facts())
    row = lock_endpoint(session, cmd.endpoint_id)
    before = session.get(Delivery, cmd.delivery_id)
    if before is None or before.kind != WEBHOOK or before.subject_id != row.id:
        raise NotFound("webhook")
    if not row.is_on or row.paused_at is not None:
        raise RuleRefused(Refused("webhook", "is_paused"))
    if before.done_at is None:
        before.next_at = min(before.next_at, by.at)
        found = before
    else:
        again = {**before.payload, "as": before.payload.get("as") or str(before.id)}
        found = wanted(session, row.id, again, by)
        session.add(found)
    record(session, by, "webhook.sent_again", Subject("webhook", row.id), detail={"called": row.name})
    return found.id


@dataclass(frozen=True, slots=True)
class NoteFailure:
    """What went wrong with an endpoint just now."""

    endpoint_id: UUID
    reason: str


@use_case("system.operate")
def pause_failing(session: Session, cmd: NoteFailure, by: Caller) -> bool:
    """Pause an endpoint that failed too often; administrators have it in their inbox (T-1)."""
    authorise(by.actor, "system.operate", Facts())
    row = lock_endpoint(session, cmd.endpoint_id)
    if row.paused_at is not None or row.failures < MOST_FAILURES:
        return False
    row.paused_at = by.at
    record(
        session,
        by,
        "webhook.paused",
        Subject("webhook", row.id),
        facts={"failures": row.failures},
        detail={"called": row.name, "reason": cmd.reason},
    )
    return True


def wanted(session: Session, endpoint_id: UUID, payload: dict[str, object], by: Caller) -> Delivery:
    """Return the row of something that goes to an endpoint behind all that the trail holds now.

    Deliveries go in the order of their keys, which begin with a number of the trail: no clock decides it.
    """
    head = session.scalars(select(AuditHead.seq)).one()
    return Delivery(
        id=new_id(),
        kind=WEBHOOK,
        key=f"{WEBHOOK}:{endpoint_id}:{head:015d}:{new_id()}",
        subject_id=endpoint_id,
        payload=payload,
        created_at=by.at,
        next_at=by.at,
    )
