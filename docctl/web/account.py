"""One's own account: facts, password with the old one, language, sessions in other browsers (A-15)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, request

from docctl.config import LANGUAGES
from docctl.domain.verdicts import require
from docctl.queries.mailing import Post, post_of
from docctl.queries.people import (
    OpenSession,
    PersonPage,
    ResetNotice,
    open_sessions,
    person_page,
    reset_notices,
)
from docctl.services.people.own import ChooseLanguage, change_password, choose_language
from docctl.services.people.passwords import SHORTEST
from docctl.services.people.sessions import IDLE, EndOthers, end_other_sessions
from docctl.services.people.sign_in import renewed
from docctl.web.context import actor, caller, flash_done, house, public, render, requires, see_other
from docctl.web.cookies import set_cookie
from docctl.web.entrance import inside, same_password
from docctl.web.forms import form
from docctl.web.sessions import address, current, give, session_hash

bp = Blueprint("account", __name__)


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What one's own page shows."""

    person: PersonPage
    sessions: tuple[OpenSession, ...]
    here: str
    resets: tuple[ResetNotice, ...]
    post: Post


@bp.get("/account")
@requires("account.own")
def show() -> str:
    """Show the person's own account, and the resets they are told of (A-15)."""
    me, at = caller().person_id, house().clock()
    with house().uow.read() as session:
        page = AccountPage(
            person=person_page(session, me),
            sessions=tuple(open_sessions(session, me, at=at, idle_since=at - IDLE)),
            here=session_hash(),
            resets=tuple(reset_notices(session, actor(), at=at)),
            post=post_of(session, me),
        )
    return render("account/account.html", page=page)


@dataclass(frozen=True, slots=True)
class PasswordPage:
    """Whose password is changed, for the browser's own memory, and how long it must be."""

    username: str
    shortest: int


@dataclass(frozen=True, slots=True)
class PasswordForm:
    """The old password, and the new one twice."""

    old_password: str
    new_password: str
    repeat_password: str


@bp.route("/account/password", methods=["GET", "POST"])
@requires("account.own")
@form(
    "account/password.html",
    PasswordForm,
    page=lambda: PasswordPage(actor().username, SHORTEST),
    beside={"A-3": "old_password", "A-15": "new_password", "form.passwords_differ": "repeat_password"},
)
def password(typed: PasswordForm) -> Response:
    """Change the password; every session ends, this browser gets a new one (A-15)."""
    require(same_password(typed.new_password, typed.repeat_password))
    change_password(house(), caller(), old=typed.old_password, new=typed.new_password)
    began = renewed(house(), caller(), address=address())
    flash_done("account.done.password")
    answer = see_other("/account")
    give(answer, began.token)
    return answer


@bp.post("/account/sessions/end-others")
@requires("account.own")
def end_others() -> Response:
    """Sign out in all other browsers."""
    ended = end_other_sessions(EndOthers(session_hash()), by=caller(), house=house())
    flash_done("account.done.others_ended", count=ended)
    return see_other("/account")


@bp.post("/language")
@public
def language() -> Response:
    """Change the language of the pages, and keep it with the person who has signed in."""
    wanted = request.form.get("language", "")
    answer = see_other(inside(request.form.get("next", "")))
    if wanted in LANGUAGES:
        if current() is not None:
            choose_language(ChooseLanguage(wanted), by=caller(), house=house())
        set_cookie(answer, "language", wanted, seconds=365 * 24 * 3600)
    return answer
