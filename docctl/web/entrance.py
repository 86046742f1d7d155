"""Coming in and going out: sign-in, sign-out, one-time links (A-3, A-15)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, request
from werkzeug.datastructures import ImmutableMultiDict

from docctl.domain.verdicts import Allowed, Refused, RuleRefused, Verdict, require
from docctl.i18n import Explained
from docctl.services.people.own import invited, set_password
from docctl.services.people.passwords import SHORTEST
from docctl.services.people.sessions import EndSession, sign_out
from docctl.services.people.sign_in import sign_in
from docctl.web.context import caller, explain, flash_done, house, public, render, requires, see_other
from docctl.web.forms import parse
from docctl.web.sessions import address, current, give, session_hash, take

bp = Blueprint("entrance", __name__)


@dataclass(frozen=True, slots=True)
class SignInForm:
    """A name and a password, and where to go then."""

    username: str = ""
    password: str = ""
    next: str = ""


@bp.get("/sign-in")
@public
def sign_in_page() -> Response:
    """Ask for name and password."""
    after = request.args.get("next", "")
    if current() is not None:
        return see_other(inside(after))
    return _ask(SignInForm(next=after))


@bp.post("/sign-in")
@public
def do_sign_in() -> Response:
    """Begin a session under a new token, whatever session the browser had (A-3)."""
    typed = parse(SignInForm)
    try:
        began = sign_in(house(), username=typed.username, password=typed.password, address=address())
    except RuleRefused as error:
        status = 503 if error.refused.key == "request.busy" else 422
        return _ask(typed, problem=explain(error.refused), status=status)
    answer = see_other(inside(typed.next))
    give(answer, began.token)
    return answer


def _ask(typed: SignInForm, *, problem: Explained | None = None, status: int = 200) -> Response:
    shown = {"username": typed.username, "next": typed.next}
    page = render("account/sign_in.html", typed=ImmutableMultiDict(shown), problem=problem)
    return make_response(page, status)


@bp.post("/sign-out")
@requires("account.own")
def do_sign_out() -> Response:
    """End this session, here and on the server."""
    sign_out(EndSession(session_hash()), by=caller(), house=house())
    answer = see_other("/sign-in")
    take(answer)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@dataclass(frozen=True, slots=True)
class WelcomeForm:
    """The person's own new password."""

    new_password: str = ""
    repeat_password: str = ""


@bp.get("/welcome/<token>")
@public
def welcome(token: str) -> Response:
    """Ask the person of a one-time link for a password of their own (A-15)."""
    return _welcome(token)


@bp.post("/welcome/<token>")
@public
def do_welcome(token: str) -> Response:
    """Set the password; the link is then used up, and the person signs in (A-15)."""
    typed = parse(WelcomeForm)
    try:
        require(same_password(typed.new_password, typed.repeat_password))
        set_password(house(), token=token, password=typed.new_password)
    except RuleRefused as error:
        return _welcome(token, problem=explain(error.refused))
    flash_done("account.done.password_by_link")
    answer = see_other("/sign-in")
    take(answer)
    return answer


def _welcome(token: str, *, problem: Explained | None = None) -> Response:
    try:
        whom = invited(house(), token)
    except RuleRefused as error:
        return make_response(render("account/link_over.html", problem=explain(error.refused)), 404)
    page = render("account/welcome.html", whom=whom, token=token, problem=problem, shortest=SHORTEST)
    return make_response(page, 422 if problem else 200)


def same_password(one: str, again: str) -> Verdict:
    """Say whether a new password was typed twice alike: nobody sees what they type."""
    return Allowed() if one == again else Refused("form", "passwords_differ")


def inside(path: str) -> str:
    """Return the path if it is one of ours, else the first page: no link leads elsewhere."""
    safe = path.startswith("/") and not path.startswith(("//", "/sign-in", "/sign-out", "/welcome"))
    return path if safe and path.isprintable() and "\\" not in path else "/"
