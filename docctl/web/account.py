"""Coming in, going out, and one's own account: sign-in, links, password, language, sessions (A-15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, request
from werkzeug.datastructures import ImmutableMultiDict

from docctl.config import LANGUAGES
from docctl.domain.verdicts import RuleRefused
from docctl.services.people.sessions import EndSession, sign_out
from docctl.services.people.sign_in import sign_in
from docctl.web.context import caller, explain, house, public, render, requires, see_other
from docctl.web.cookies import set_cookie
from docctl.web.forms import parse
from docctl.web.sessions import address, current, give, session_hash, take

bp = Blueprint("account", __name__)


@dataclass(frozen=True, slots=True)
class SignInForm:
    """A name and a password."""

    username: str = ""
    password: str = ""
    next: str = ""


@bp.get("/sign-in")
@public
def sign_in_page() -> Response:
    """Ask for name and password."""
    if current() is not None:
        return see_other(_inside(request.args.get("next", "")))
    return make_response(_sign_in_page(request.args.get("next", "")))


@bp.post("/sign-in")
@public
def do_sign_in() -> Response:
    """Begin a session under a new token, whatever session the browser had (A-3)."""
    typed = parse(SignInForm)
    try:
        began = sign_in(house(), username=typed.username, password=typed.password, address=address())
    except RuleRefused as error:
        problem = explain(error.refused)
        return make_response(_sign_in_page(typed.next, typed=request.form, problem=problem), 422)
    answer = see_other(_inside(typed.next))
    give(answer, began.token)
    return answer


@bp.post("/sign-out")
@requires("account.own")
def do_sign_out() -> Response:
    """End this session, here and on the server."""
    sign_out(EndSession(session_hash()), by=caller(), house=house())
    answer = see_other("/sign-in")
    take(answer)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.post("/language")
@public
def language() -> Response:
    """Change the language of the pages, and keep it with the person who has signed in."""
    wanted = request.form.get("language", "")
    answer = see_other(_inside(request.form.get("next", "")))
    if wanted in LANGUAGES:
        set_cookie(answer, "language", wanted, seconds=365 * 24 * 3600)
    return answer


def _sign_in_page(after: str, *, typed: Any = None, problem: Any = None) -> str:
    return render("account/sign_in.html", next=after, typed=typed or ImmutableMultiDict(), problem=problem)


def _inside(path: str) -> str:
    """Return the path if it is one of ours, else the first page: no link leads elsewhere."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\", "/sign-in"))
    return path if safe and path.isprintable() and "\\" not in path else "/"
