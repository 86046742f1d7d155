"""Webhooks: which programs elsewhere get which events, what went there, and what is done about it (T-1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, Response, make_response, request

from docctl.domain.event_nouns import NOUNS
from docctl.domain.verdicts import Refused
from docctl.queries.webhooks import Endpoint as Shown
from docctl.queries.webhooks import endpoint_page, endpoints, sent_to
from docctl.services.webhooks.manage import (
    AddWebhook,
    ChangeWebhook,
    Endpoint,
    RenewSecret,
    add_webhook,
    change_webhook,
    delete_webhook,
    pause_webhook,
    renew_secret,
    resume_webhook,
)
from docctl.services.webhooks.send import SendAgain, send_again, try_webhook
from docctl.web.context import caller, explain, flash_done, house, render, requires, see_other
from docctl.web.forms import form, parse
from docctl.web.security import link_token

bp = Blueprint("webhooks", __name__, url_prefix="/settings/webhooks")

_BESIDE = {
    "webhook.name_unfit": "name",
    "webhook.name_taken": "name",
    "webhook.url_unfit": "url",
    "webhook.https_needed": "url",
    "webhook.events_needed": "nouns",
    "webhook.event_unknown": "single",
}


@bp.get("")
@requires("webhook.manage")
def register() -> str:
    """Show all endpoints."""
    with house().uow.read() as session:
        rows = endpoints(session)
    return render("settings/webhooks.html", rows=rows, zone=house().zone)


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """An endpoint; which nouns are ticked is read by their name, single events stand in a text."""

    name: str = ""
    url: str = ""
    single: str = ""
    row_version: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class FormPage:
    """What the form offers, and what the endpoint has now."""

    nouns: tuple[str, ...]
    chosen: tuple[str, ...]
    single: str
    endpoint: Shown | None = None


def _new_page() -> FormPage:
    return FormPage(NOUNS, tuple(request.form.getlist("nouns")), "")


@bp.route("/new", methods=["GET", "POST"])
@requires("webhook.manage")
@form("settings/webhook_form.html", EndpointForm, page=_new_page, beside=_BESIDE)
def new(typed: EndpointForm) -> Response:
    """Add an endpoint and show its secret, once."""
    secret = link_token(typed.request_id)
    cmd = AddWebhook(typed.name, typed.url, _events(typed), secret)
    endpoint_id = add_webhook(cmd, by=caller(typed.request_id), house=house())
    return _secret_page(endpoint_id, secret)


def _events(typed: EndpointForm) -> tuple[str, ...]:
    nouns = tuple(f"{one}.*" for one in request.form.getlist("nouns"))
    return nouns + tuple(typed.single.replace(",", " ").split())


def _secret_page(endpoint_id: UUID, secret: str) -> Response:
    with house().uow.read() as session:
        found = endpoint_page(session, endpoint_id)
    return make_response(render("settings/webhook_secret.html", endpoint=found, secret=secret))


def _edit_page(endpoint_id: UUID) -> FormPage:
    with house().uow.read() as session:
        found = endpoint_page(session, endpoint_id)
    nouns = tuple(one.removesuffix(".*") for one in found.events if one.endswith(".*"))
    chosen = tuple(request.form.getlist("nouns")) if request.method == "POST" else nouns
    single = "\n".join(one for one in found.events if not one.endswith(".*"))
    return FormPage(NOUNS, chosen, single, found)


@bp.route("/<uuid:endpoint_id>/edit", methods=["GET", "POST"])
@requires("webhook.manage")
@form("settings/webhook_form.html", EndpointForm, page=_edit_page, beside=_BESIDE)
def edit(typed: EndpointForm, endpoint_id: UUID) -> Response:
    """Change an endpoint."""
    cmd = ChangeWebhook(endpoint_id, typed.row_version, typed.name, typed.url, _events(typed))
    change_webhook(cmd, by=caller(typed.request_id), house=house())
    flash_done("webhooks.done.changed")
    return see_other(f"/settings/webhooks/{endpoint_id}")


@bp.get("/<uuid:endpoint_id>")
@requires("webhook.manage")
def show(endpoint_id: UUID) -> str:
    """Show an endpoint and what went there of late."""
    with house().uow.read() as session:
        found = endpoint_page(session, endpoint_id)
        rows = [(one, str(uuid4())) for one in sent_to(session, endpoint_id)]
    ids = [str(uuid4()) for _ in range(3)]
    why_not = None if found.state == "on" else explain(Refused("webhook", "is_paused"))
    return render(
        "settings/webhook.html", endpoint=found, rows=rows, ids=ids, why_not=why_not, zone=house().zone
    )


@dataclass(frozen=True, slots=True)
class ActForm:
    """A form of one button."""

    request_id: str = ""


def _endpoint(endpoint_id: UUID) -> Shown:
    with house().uow.read() as session:
        return endpoint_page(session, endpoint_id)


@bp.post("/<uuid:endpoint_id>/pause")
@requires("webhook.manage")
def pause(endpoint_id: UUID) -> Response:
    """Send nothing there until it is resumed."""
    pause_webhook(Endpoint(endpoint_id), by=caller(parse(ActForm).request_id), house=house())
    flash_done("webhooks.done.paused")
    return see_other(f"/settings/webhooks/{endpoint_id}")


@bp.post("/<uuid:endpoint_id>/resume")
@requires("webhook.manage")
def resume(endpoint_id: UUID) -> Response:
    """Send there again."""
    resume_webhook(Endpoint(endpoint_id), by=caller(parse(ActForm).request_id), house=house())
    flash_done("webhooks.done.resumed")
    return see_other(f"/settings/webhooks/{endpoint_id}")


@bp.post("/<uuid:endpoint_id>/test")
@requires("webhook.manage")
def test(endpoint_id: UUID) -> Response:
    """Send a test there."""
    try_webhook(Endpoint(endpoint_id), by=caller(parse(ActForm).request_id), house=house())
    flash_done("webhooks.done.tested")
    return see_other(f"/settings/webhooks/{endpoint_id}")


@bp.post("/<uuid:endpoint_id>/deliveries/<uuid:delivery_id>/again")
@requires("webhook.manage")
def again(endpoint_id: UUID, delivery_id: UUID) -> Response:
    """Send a delivery once more."""
    cmd = SendAgain(endpoint_id, delivery_id)
    send_again(cmd, by=caller(parse(ActForm).request_id), house=house())
    flash_done("webhooks.done.again")
    return see_other(f"/settings/webhooks/{endpoint_id}")


@bp.route("/<uuid:endpoint_id>/secret", methods=["GET", "POST"])
@requires("webhook.manage")
@form("settings/webhook_renew.html", ActForm, page=_endpoint)
def secret(typed: ActForm, endpoint_id: UUID) -> Response:
    """Replace the secret and show the new one, once."""
    made = link_token(typed.request_id)
    renew_secret(RenewSecret(endpoint_id, made), by=caller(typed.request_id), house=house())
    return _secret_page(endpoint_id, made)


@bp.route("/<uuid:endpoint_id>/delete", methods=["GET", "POST"])
@requires("webhook.manage")
@form("settings/webhook_delete.html", ActForm, page=_endpoint)
def delete(typed: ActForm, endpoint_id: UUID) -> Response:
    """Send nothing there any more, and forget the secret."""
    delete_webhook(Endpoint(endpoint_id), by=caller(typed.request_id), house=house())
    flash_done("webhooks.done.deleted")
    return see_other("/settings/webhooks")
