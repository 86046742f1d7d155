"""Endpoints that were paused because they failed too often, for who manages them (A-4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from docctl.domain.permissions import Actor, Facts, allows
from docctl.models.webhooks import WebhookEndpoint
from docctl.queries.inbox_row import work


def webhook_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return endpoints that wait to be resumed, switched off or deleted, by verb."""
    if not allows(actor, "webhook.manage", Facts()):
        return {}
    row = WebhookEndpoint
    return {
        "see_webhook": work("webhook", row.id, title=row.name, since=row.paused_at)
        .select_from(row)
        .where(row.paused_at.is_not(None), row.is_on, row.deleted_at.is_(None))
    }
