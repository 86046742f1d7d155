"""Mail as those who look after it see it: what waits, what failed and why; addresses of people (A-4)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, Response, request

from docctl.queries.mailing import STATES, Post, mails, post_of
from docctl.queries.people import PersonPage, person_page
from docctl.services.deliveries.give_up import MailOf, give_up_mail, retry_mail
from docctl.services.mailing.address import SetAddressOf, set_address_of
from docctl.web.context import caller, flash_done, house, render, requires, see_other
from docctl.web.forms import form, parse
from docctl.web.security import link_token

bp = Blueprint("mail_list", __name__)


@bp.get("/trail/mail")
@requires("mail.manage")
def show() -> str:
    """Show the mails of a state; without one, all that did not arrive."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    with house().uow.read() as session:
        found = mails(session, state=state)
    rows = [(one, str(uuid4())) for one in found.rows]
    return render(
        "trail/mail.html",
        found=found,
        rows=rows,
        state=state,
        states=STATES,
        is_set_up=house().mail is not None,
        zone=house().zone,
    )


@dataclass(frozen=True, slots=True)
class ActForm:
    """A form of one button."""

    request_id: str = ""


@bp.post("/trail/mail/<uuid:delivery_id>/retry")
@requires("mail.manage")
def retry(delivery_id: UUID) -> Response:
    """Try a mail at once."""
    retry_mail(MailOf(delivery_id), by=caller(parse(ActForm).request_id), house=house())
    flash_done("mail.done.retried")
    return see_other("/trail/mail")


@bp.post("/trail/mail/<uuid:delivery_id>/give-up")
@requires("mail.manage")
def give_up(delivery_id: UUID) -> Response:
    """Send a mail no more."""
    give_up_mail(MailOf(delivery_id), by=caller(parse(ActForm).request_id), house=house())
    flash_done("mail.done.given_up")
    return see_other("/trail/mail")


@dataclass(frozen=True, slots=True)
class AddressForm:
    """An address of a person; empty for none."""

    address: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class AddressPage:
    """Whose address it is."""

    person: PersonPage
    post: Post


def _person(person_id: UUID) -> AddressPage:
    with house().uow.read() as session:
        return AddressPage(person_page(session, person_id), post_of(session, person_id))


@bp.route("/people/<uuid:person_id>/address", methods=["GET", "POST"])
@requires("person.address")
@form("people/address.html", AddressForm, page=_person, beside={"mail": "address"})
def address(typed: AddressForm, person_id: UUID) -> Response:
    """Put an address on somebody's account; a link goes there, which they alone can use."""
    cmd = SetAddressOf(person_id, typed.address, link_token(typed.request_id))
    set_address_of(cmd, by=caller(typed.request_id), house=house())
    flash_done("mail.done.code_sent_to" if typed.address.strip() else "mail.done.no_address_of")
    return see_other(f"/people/{person_id}")
