"""`docctl webhooks`: which programs elsewhere get which events, and what went there (T-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from docctl.cli.answers import Answer, Table
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk

if TYPE_CHECKING:
    from docctl.queries.webhooks import Endpoint

webhooks = Noun("webhooks")


@webhooks.command("list", permission="webhook.manage", who="either")
def list_(desk: Desk) -> Answer:
    """List endpoints and how they stand."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.webhooks import endpoints

    authorise(desk.actor, "webhook.manage", Facts())
    with desk.read() as session:
        found = endpoints(session)
    data = {"webhooks": [_data(one) for one in found]}
    rows = [
        (one.name, one.url, desk.words.t(f"webhooks.state.{one.state}"), str(one.waiting), one.last_error)
        for one in found
    ]
    head = ("called", "url", "state", "waiting_for", "reason")
    return Answer(data, Table([desk.label(name) for name in head], rows).lines())


@webhooks.command("show", permission="webhook.manage", who="either")
@click.argument("name")
def show(desk: Desk, name: str) -> Answer:
    """Show an endpoint and the last deliveries that went there."""
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.webhooks import endpoint_page, sent_to

    authorise(desk.actor, "webhook.manage", Facts())
    endpoint_id = _named(desk, name)
    with desk.read() as session:
        found, sent = endpoint_page(session, endpoint_id), sent_to(session, endpoint_id)
    data: dict[str, Any] = _data(found)
    data["deliveries"] = [
        {
            "id": str(one.id),
            "event": one.action,
            "seq": one.seq,
            "state": one.state,
            "tries": one.tries,
            "reason": one.error,
            "at": desk.local(one.done_at or one.created_at),
        }
        for one in sent
    ]
    rows = [
        (
            str(one.id),
            one.action or desk.words.t("webhooks.a_test"),
            desk.words.t(f"webhooks.delivery.{one.state}"),
            one.error,
            str(one.tries),
        )
        for one in sent
    ]
    lines = [f"{found.name}  {found.url}", " ".join(found.events)]
    head = ("id", "event", "state", "reason", "tries")
    return Answer(data, [*lines, *Table([desk.label(one) for one in head], rows).lines()])


@webhooks.command("add", permission="webhook.manage", who="either", changes=True)
@click.argument("name")
@click.argument("url")
@option("--event", "events", multiple=True, required=True, metavar="NOUN.VERB|NOUN.*")
def add(desk: Desk, name: str, url: str, events: tuple[str, ...]) -> Answer:
    """Let a program elsewhere get events from now on; its secret is shown once."""
    from docctl.services.webhooks.manage import AddWebhook, add_webhook

    secret = _secret()
    add_webhook(AddWebhook(name, url, events, secret), by=desk.caller(), house=desk.house)
    return desk.done("webhook_added", {"name": name, "secret": secret}, name=name, secret=secret)


@webhooks.command("change", permission="webhook.manage", who="either", changes=True)
@click.argument("name")
@option("--name", "new_name", default=None)
@option("--url", default=None)
@option("--event", "events", multiple=True, metavar="NOUN.VERB|NOUN.*")
def change(desk: Desk, name: str, new_name: str | None, url: str | None, events: tuple[str, ...]) -> Answer:
    """Change an endpoint; what is not named stays."""
    from docctl.queries.webhooks import endpoint_page
    from docctl.services.webhooks.manage import ChangeWebhook, change_webhook

    endpoint_id = _named(desk, name)
    with desk.read() as session:
        now = endpoint_page(session, endpoint_id)
    cmd = ChangeWebhook(
        endpoint_id, now.row_version, new_name or now.name, url or now.url, events or now.events
    )
    change_webhook(cmd, by=desk.caller(), house=desk.house)
    return desk.done("webhook_changed", {"name": cmd.name}, name=cmd.name)


@webhooks.command("pause", permission="webhook.manage", who="either", changes=True)
@click.argument("name")
def pause(desk: Desk, name: str) -> Answer:
    """Send nothing there until it is resumed."""
    from docctl.services.webhooks.manage import Endpoint, pause_webhook

    pause_webhook(Endpoint(_named(desk, name)), by=desk.caller(), house=desk.house)
    return desk.done("webhook_paused", {"name": name}, name=name)


@webhooks.command("resume", permission="webhook.manage", who="either", changes=True)
@click.argument("name")
def resume(desk: Desk, name: str) -> Answer:
    """Send there again, from where it stopped."""
    from docctl.services.webhooks.manage import Endpoint, resume_webhook

    resume_webhook(Endpoint(_named(desk, name)), by=desk.caller(), house=desk.house)
    return desk.done("webhook_resumed", {"name": name}, name=name)


@webhooks.command("test", permission="webhook.manage", who="either", changes=True)
@click.argument("name")
def test(desk: Desk, name: str) -> Answer:
    """Let the worker send a test there."""
    from docctl.services.webhooks.manage import Endpoint
    from docctl.services.webhooks.send import try_webhook

    found = try_webhook(Endpoint(_named(desk, name)), by=desk.caller(), house=desk.house)
    return desk.done("webhook_tested", {"name": name, "id": str(found)}, name=name)


@webhooks.command("again", permission="webhook.manage", who="either", changes=True)
@click.argument("name")
@click.argument("delivery", type=click.UUID)
def again(desk: Desk, name: str, delivery: UUID) -> Answer:
    """Send a delivery once more."""
    from docctl.services.webhooks.send import SendAgain, send_again

    found = send_again(SendAgain(_named(desk, name), delivery), by=desk.caller(), house=desk.house)
    return desk.done("webhook_again", {"name": name, "id": str(found)}, name=name)


@webhooks.command("secret", permission="webhook.manage", who="either", changes=True)
@click.argument("name")
def secret(desk: Desk, name: str) -> Answer:
    """Replace the secret; the new one is shown once."""
    from docctl.services.webhooks.manage import RenewSecret, renew_secret

    made = _secret()
    renew_secret(RenewSecret(_named(desk, name), made), by=desk.caller(), house=desk.house)
    return desk.done("webhook_added", {"name": name, "secret": made}, name=name, secret=made)


@webhooks.command("delete", permission="webhook.manage", who="either", changes=True)
@click.argument("name")
def delete(desk: Desk, name: str) -> Answer:
    """Send nothing there any more and forget the secret."""
    from docctl.services.webhooks.manage import Endpoint, delete_webhook

    delete_webhook(Endpoint(_named(desk, name)), by=desk.caller(), house=desk.house)
    return desk.done("webhook_deleted", {"name": name}, name=name)


def _named(desk: Desk, name: str) -> UUID:
    from docctl.domain.permissions import Facts, authorise
    from docctl.queries.webhooks import endpoint_named

    authorise(desk.actor, "webhook.manage", Facts())
    with desk.read() as session:
        return endpoint_named(session, name)


def _secret() -> str:
    import secrets

    return secrets.token_urlsafe(32)


def _data(one: Endpoint) -> dict[str, Any]:
    return {
        "name": one.name,
        "url": one.url,
        "events": list(one.events),
        "state": one.state,
        "waiting": one.waiting,
        "failures": one.failures,
        "reason": one.last_error,
    }
