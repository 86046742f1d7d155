"""Checks of what goes to other machines: e-mail and webhooks; nothing is sent to find out."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import func, select

from docctl.checks.check import Bench, Check, Grade, Said
from docctl.domain.webhooks import is_loopback
from docctl.models.webhooks import WebhookEndpoint

#: A mail that nobody tried for so long: no worker sends, or it keeps off a server that takes nothing.
LATE: Final = timedelta(minutes=15)


def _mail(bench: Bench) -> Said:
    server = bench.house.mail
    if server is None:
        return "none", {}
    state = bench.state
    if state.mails_failing:
        return "failing", {"count": state.mails_failing, "since": state.mails_failing_since}
    since = state.mails_waiting_since
    if since is not None and bench.house.clock() - since > LATE:
        return "late", {"count": state.mails_waiting, "since": since}
    url = bench.settings.public_url
    if not is_loopback(server.host) and is_loopback(urlsplit(url).hostname or ""):
        return "links", {"url": url}
    return "ok", {"host": server.host, "count": state.mails_waiting}


def _webhooks(bench: Bench) -> Said:
    there = WebhookEndpoint.deleted_at.is_(None)
    with bench.house.uow.read() as session:
        count = session.scalar(select(func.count()).select_from(WebhookEndpoint).where(there)) or 0
        paused = select(WebhookEndpoint.name).where(there, WebhookEndpoint.paused_at.is_not(None))
        names = list(session.scalars(paused.order_by(WebhookEndpoint.paused_at)))
    if names:
        return "paused", {"count": len(names), "called": names[0]}
    return ("ok" if count else "none"), {"count": count}


OUTWARD: Final = (
    Check(
        "mail",
        _mail,
        {
            "ok": Grade.OK,
            "none": Grade.OK,
            "failing": Grade.WARNING,
            "late": Grade.WARNING,
            "links": Grade.WARNING,
        },
    ),
    Check("webhooks", _webhooks, {"ok": Grade.OK, "none": Grade.OK, "paused": Grade.WARNING}),
)
