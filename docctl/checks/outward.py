"""Checks of what goes to other machines: e-mail and webhooks; nothing is sent to find out."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, select

from docctl.checks.check import Bench, Check, Grade, Said
from docctl.domain.webhooks import is_loopback
from docctl.models.webhooks import WebhookEndpoint
from docctl.models.work import Delivery
from docctl.services.deliveries.ends import MAIL


def _mail(bench: Bench) -> Said:
    server = bench.house.mail
    if server is None:
        return "none", {}
    mine = (Delivery.kind == MAIL) & Delivery.done_at.is_(None)
    count, since = _open(bench, mine & (Delivery.tries > 0))
    if count and since is not None:
        return "failing", {"count": count, "since": since}
    url = bench.settings.public_url
    if not is_loopback(server.host) and is_loopback(urlsplit(url).hostname or ""):
        return "links", {"url": url}
    return "ok", {"host": server.host, "count": _open(bench, mine)[0]}


def _webhooks(bench: Bench) -> Said:
    there = WebhookEndpoint.deleted_at.is_(None)
    with bench.house.uow.read() as session:
        count = session.scalar(select(func.count()).select_from(WebhookEndpoint).where(there)) or 0
        paused = select(WebhookEndpoint.name).where(there, WebhookEndpoint.paused_at.is_not(None))
        names = list(session.scalars(paused.order_by(WebhookEndpoint.paused_at)))
    if names:
        return "paused", {"count": len(names), "called": names[0]}
    return ("ok" if count else "none"), {"count": count}


def _open(bench: Bench, which: ColumnElement[bool]) -> tuple[int, object]:
    with bench.house.uow.read() as session:
        count, since = session.execute(select(func.count(), func.min(Delivery.created_at)).where(which)).one()
    return count, since


OUTWARD: Final = (
    Check(
        "mail",
        _mail,
        {"ok": Grade.OK, "none": Grade.OK, "failing": Grade.WARNING, "links": Grade.WARNING},
    ),
    Check("webhooks", _webhooks, {"ok": Grade.OK, "none": Grade.OK, "paused": Grade.WARNING}),
)
