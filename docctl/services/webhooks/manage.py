"""Which programs elsewhere get which events, decided by administrators (T-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.domain.webhooks import may_be_url, may_watch
from docctl.i18n import sentences
from docctl.models.base import new_id
from docctl.models.trail import AuditHead
from docctl.models.webhooks import WebhookEndpoint
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.deliveries.ends import GIVEN_UP, WEBHOOK, end
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record
from docctl.services.webhooks.secrets import forget_secret, keep_secret


@dataclass(frozen=True, slots=True)
class AddWebhook:
    """A new endpoint; its secret was made by us and is shown once."""

    name: str
    url: str
    events: Sequence[str]
    secret: str


@use_case("webhook.manage")
def add_webhook(session: Session, cmd: AddWebhook, by: Caller) -> UUID:
    """Let a program elsewhere get events, from now on; return the endpoint's id (T-1)."""
    authorise(by.actor, "webhook.manage", Facts())
    name, url, events = _checked(session, cmd.name, cmd.url, cmd.events, None)
    row = WebhookEndpoint(
        id=new_id(),
        name=name,
        url=url,
        events=list(events),
        secret="",
        is_on=True,
        cursor=session.scalars(select(AuditHead.seq)).one(),
        failures=0,
        last_error="",
        created_at=by.at,
        created_by=by.actor.person_id,
    )
    keep_secret(session, row, cmd.secret)
    session.add(row)
    record(session, by, "webhook.added", Subject("webhook", row.id), detail=_said(row))
    return row.id


@dataclass(frozen=True, slots=True)
class ChangeWebhook:
    """What an endpoint is to be."""

    endpoint_id: UUID
    row_version: int
    name: str
    url: str
    events: Sequence[str]


@use_case("webhook.manage")
def change_webhook(session: Session, cmd: ChangeWebhook, by: Caller) -> UUID:
    """Change where an endpoint lies and which events it gets; what waits already goes there as well (T-1)."""
    authorise(by.actor, "webhook.manage", Facts())
    row = lock_endpoint(session, cmd.endpoint_id)
    if row.row_version != cmd.row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    name, url, events = _checked(session, cmd.name, cmd.url, cmd.events, row)
    before = _said(row)
    row.name, row.url, row.events = name, url, list(events)
    record(
        session,
        by,
        "webhook.changed",
        Subject("webhook", row.id),
        detail={"before": before, "after": _said(row)},
    )
    return row.id


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint by its id."""

    endpoint_id: UUID


@dataclass(frozen=True, slots=True)
class RenewSecret:
    """A new secret of an endpoint, made by us."""

    endpoint_id: UUID
    secret: str


@use_case("webhook.manage")
def renew_secret(session: Session, cmd: RenewSecret, by: Caller) -> UUID:
    """Replace the secret; the one before signs nothing any more (T-1)."""
    authorise(by.actor, "webhook.manage", Facts())
    row = lock_endpoint(session, cmd.endpoint_id)
    keep_secret(session, row, cmd.secret)
    record(session, by, "webhook.secret_renewed", Subject("webhook", row.id))
    return row.id


@use_case("webhook.manage")
def pause_webhook(session: Session, cmd: Endpoint, by: Caller) -> UUID:
    """Send nothing there until it is resumed; what happens meanwhile is sent then (T-1)."""
    authorise(by.actor, "webhook.manage", Facts())
    row = lock_endpoint(session, cmd.endpoint_id)
    if not row.is_on:
        raise RuleRefused(Refused("webhook", "paused_already"))
    row.is_on, row.paused_at = False, None
    record(session, by, "webhook.paused", Subject("webhook", row.id), detail={"called": row.name})
    return row.id


@use_case("webhook.manage")
def resume_webhook(session: Session, cmd: Endpoint, by: Caller) -> UUID:
    """Send there again, in order from where it stopped (T-1)."""
    authorise(by.actor, "webhook.manage", Facts())
    row = lock_endpoint(session, cmd.endpoint_id)
    if row.is_on and row.paused_at is None:
        raise RuleRefused(Refused("webhook", "not_paused"))
    row.is_on, row.paused_at, row.failures = True, None, 0
    for one in _waiting(session, row.id):
        one.next_at = min(one.next_at, by.at)
    record(session, by, "webhook.resumed", Subject("webhook", row.id), detail={"called": row.name})
    return row.id


@use_case("webhook.manage")
def delete_webhook(session: Session, cmd: Endpoint, by: Caller) -> UUID:
    """Send nothing there any more and forget the secret; what still waits is given up (T-1)."""
    authorise(by.actor, "webhook.manage", Facts())
    row = lock_endpoint(session, cmd.endpoint_id)
    forget_secret(row)
    row.deleted_at, row.is_on, row.paused_at = by.at, False, None
    for one in _waiting(session, row.id):
        end(one, GIVEN_UP, by.at, error=one.last_error)
    record(session, by, "webhook.deleted", Subject("webhook", row.id), detail={"called": row.name})
    return row.id


def lock_endpoint(session: Session, endpoint_id: UUID) -> WebhookEndpoint:
    """Lock and return an endpoint; raise NotFound for none, or one that was deleted."""
    found = lock(session, Rank.ITEMS, select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id))
    if not found or found[0].deleted_at is not None:
        raise NotFound("webhook")
    return found[0]


def _waiting(session: Session, endpoint_id: UUID) -> Sequence[Delivery]:
    query = select(Delivery).where(
        Delivery.kind == WEBHOOK, Delivery.subject_id == endpoint_id, Delivery.done_at.is_(None)
    )
    return session.scalars(query).all()


def _checked(
    session: Session, name: str, url: str, events: Sequence[str], row: WebhookEndpoint | None
) -> tuple[str, str, list[str]]:
    name, url = " ".join(name.split()), url.strip()
    if not name or len(name) > 100:
        raise RuleRefused(Refused("webhook", "name_unfit", {"longest": 100}))
    same = select(WebhookEndpoint.id).where(
        WebhookEndpoint.name == name, WebhookEndpoint.deleted_at.is_(None)
    )
    if row is not None:
        same = same.where(WebhookEndpoint.id != row.id)
    if session.scalar(same) is not None:
        raise RuleRefused(Refused("webhook", "name_taken"))
    require(may_be_url(url))
    wanted = list(dict.fromkeys(one.strip() for one in events if one.strip()))
    known = {key.removeprefix("events.") for key in sentences("en") if key.startswith("events.")}
    require(may_watch(wanted, known))
    return name, url, wanted


def _said(row: WebhookEndpoint) -> dict[str, object]:
    # Paths of addresses are often secrets of whoever gave them out.
    return {"called": row.name, "host": urlsplit(row.url).netloc, "events": list(row.events)}
