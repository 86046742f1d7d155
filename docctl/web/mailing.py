"""One's own e-mail: the address, its confirmation, and when one is told of what (A-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from flask import Blueprint, Response, make_response, request

from docctl.domain.mailing import KINDS, When
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.mailing import Post, Undelivered, post_of, undelivered
from docctl.services.mailing.address import (
    AskCode,
    ConfirmAddress,
    SetAddress,
    ask_code,
    confirm_address,
    set_own_address,
)
from docctl.services.mailing.choose import ChooseMail, choose_mail
from docctl.web.context import caller, explain, flash_done, house, render, requires, see_other
from docctl.web.forms import form, parse
from docctl.web.security import link_token

bp = Blueprint("mailing", __name__, url_prefix="/account/mail")

#: What is chosen by whoever leaves it to the installation.
_USUAL: Final = "usual"


@dataclass(frozen=True, slots=True)
class MailPage:
    """What the page shows; `is_set_up`: there is a server; `default` and `hour` are the installation's."""

    post: Post
    undelivered: tuple[Undelivered, ...]
    kinds: tuple[str, ...]
    is_set_up: bool
    default: str
    hour: int
    request_id: str


@dataclass(frozen=True, slots=True)
class ChoiceForm:
    """When the person is told, by kind; these are read by their names."""

    hour: str = ""
    request_id: str = ""


def _page() -> MailPage:
    me, home = caller().person_id, house()
    with home.uow.read() as session:
        post = post_of(session, me)
        missed = undelivered(session, me, at=home.clock())
    return MailPage(
        post=post,
        undelivered=tuple(missed),
        kinds=tuple(KINDS),
        is_set_up=home.mail is not None,
        default=home.mail_default.value,
        hour=home.mail_hour,
        request_id=str(uuid4()),
    )


@bp.route("", methods=["GET", "POST"])
@requires("account.own")
@form("account/mail.html", ChoiceForm, page=_page, beside={"mail.hour_unfit": "hour"})
def choices(typed: ChoiceForm) -> Response:
    """Keep when the person is told of what."""
    hour = "" if typed.hour == _USUAL else typed.hour
    if hour and not (hour.isascii() and hour.isdigit() and len(hour) < 3):
        raise RuleRefused(Refused("mail", "hour_unfit"))
    known = {one.value for one in When}
    given = {kind: request.form.get(f"told_{kind}", "") for kind in KINDS}
    cmd = ChooseMail(
        {kind: when if when in known else "" for kind, when in given.items()}, int(hour) if hour else None
    )
    choose_mail(cmd, by=caller(typed.request_id), house=house())
    flash_done("mail.done.chosen")
    return see_other("/account/mail")


@dataclass(frozen=True, slots=True)
class AddressForm:
    """The address of one's own; empty for none."""

    address: str = ""
    request_id: str = ""


@bp.route("/address", methods=["GET", "POST"])
@requires("account.own")
@form("account/mail_address.html", AddressForm, page=_page, beside={"mail": "address"})
def address(typed: AddressForm) -> Response:
    """Put an address on the account; a link goes there."""
    cmd = SetAddress(typed.address, link_token(typed.request_id))
    set_own_address(cmd, by=caller(typed.request_id), house=house())
    flash_done("mail.done.code_sent" if typed.address.strip() else "mail.done.no_address")
    return see_other("/account/mail")


@dataclass(frozen=True, slots=True)
class ActForm:
    """A form of one button."""

    request_id: str = ""


@bp.post("/code")
@requires("account.own")
def again() -> Response:
    """Let one more link go to the address."""
    typed = parse(ActForm)
    ask_code(AskCode(link_token(typed.request_id)), by=caller(typed.request_id), house=house())
    flash_done("mail.done.code_sent")
    return see_other("/account/mail")


@bp.get("/confirm/<token>")
@requires("account.own")
def confirm(token: str) -> str:
    """Ask whether the address is one's own: programs that look at links before people do confirm nothing."""
    return render("account/mail_confirm.html", page=_page(), token=token[:200], problem=None)


@bp.post("/confirm/<token>")
@requires("account.own")
def do_confirm(token: str) -> Response:
    """Confirm the address of whoever signed in."""
    try:
        confirm_address(ConfirmAddress(token), by=caller(), house=house())
    except RuleRefused as error:
        shown = render("account/mail_confirm.html", page=_page(), token=None, problem=explain(error.refused))
        return make_response(shown, 422)
    flash_done("mail.done.confirmed")
    return see_other("/account/mail")
