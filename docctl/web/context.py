"""What a view asks of its request: the house, the person, the language, and how a page is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

from flask import Response, current_app, g, redirect, render_template, request

from docctl.config import LANGUAGES
from docctl.domain.partners import PARTNERS_SEE
from docctl.domain.permissions import Actor, Facts, can_ever, why_not
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.i18n import Explained, Translator, translator
from docctl.queries.people import frame_facts
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.web.cookies import cookie_name
from docctl.web.flashes import flash
from docctl.web.sessions import current, session_hash

P = ParamSpec("P")
R = TypeVar("R")

PERMISSION: Final = "docctl_permission"
PUBLIC: Final = "docctl_public"


def house() -> House:
    """Return the house that the factory put together."""
    found: House = current_app.extensions["docctl"]
    return found


def actor() -> Actor:
    """Return the person who has signed in."""
    found = current()
    if found is None:
        raise AssertionError("a page for signed-in people was reached by a stranger")
    return found.actor


def caller(request_id: str = "", password: str | None = None) -> Caller:
    """Return the person as the caller of a use case, through the web."""
    return Caller(
        actor=actor(),
        at=house().clock(),
        channel="web",
        request_id=request_id,
        password=password,
        zone=house().zone,
        session=session_hash(),
    )


def is_demo() -> bool:
    """Say whether this is a sample company: what it prints is marked so."""
    with house().uow.read() as session:
        return frame_facts(session, actor()).is_demo


def lang() -> str:
    """Return the language of this request: the person's, the browser's choice, the installation's."""
    if "language" not in g:
        found = current()
        wanted = found.language if found else ""
        wanted = wanted or request.cookies.get(cookie_name("language"), "")
        if wanted not in LANGUAGES and found is None:
            wanted = _accepted()
        g.language = wanted if wanted in LANGUAGES else house().language
    return str(g.language)


def words() -> Translator:
    """Return the words of this request's language."""
    return translator(lang(), house().zone, strict=current_app.testing)


def explain(refused: Refused) -> Explained:
    """Return a refusal as sentence and rule, in this request's language."""
    return words().refusal(refused)


def may(permission: str, facts: Facts | None = None) -> bool:
    """Say whether the person may do this at all, or with these facts; for hiding what is pointless."""
    return why(permission, facts) is None


def why(permission: str, facts: Facts | None = None) -> Explained | None:
    """Return why the person may not do this, for the button's explanation, or None (X-1)."""
    person = actor()
    if facts is None:
        refused = None if can_ever(person, permission) else why_not(person, permission, Facts())
    else:
        refused = why_not(person, permission, facts)
    return None if refused is None else explain(refused)


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view with its permission; who can never have it is refused before the view runs (X-1).

    The use case decides again, on the item itself: this only spares a pointless page.
    """

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.__dict__[PERMISSION] = permission
        return view

    return mark


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that anybody may see without having signed in."""
    view.__dict__[PUBLIC] = True
    return view


def check_permission(view: Callable[..., Any]) -> None:
    """Raise RuleRefused where the person's roles can never grant the view's permission.

    Somebody of an outside organisation opens only pages that show nothing else than was granted (O-7, X-3).
    """
    permission = view.__dict__[PERMISSION]
    if actor().is_outside and request.endpoint not in PARTNERS_SEE:
        raise RuleRefused(Refused("X-1", "not_permitted", {"permission": permission}))
    if not can_ever(actor(), permission):
        raise RuleRefused(Refused("X-1", "not_permitted", {"permission": permission}))


def render(template: str, **values: Any) -> str:
    """Return a page in its frame."""
    from docctl.web.saved_views import own_views
    from docctl.web.shell import shell

    translated = words()
    return render_template(
        template,
        shell=shell(),
        t=translated.t,
        refusal=translated.refusal,
        day=translated.day,
        instant=translated.instant,
        may=may,
        why=why,
        own_views=own_views,
        **values,
    )


def flash_done(key: str, **params: object) -> None:
    """Say on the next page that something was done, under a key of the translations."""
    flash("done", key, params)


def see_other(where: str) -> Response:
    """Lead on to another page after something was done."""
    answer = redirect(where, code=303)
    assert isinstance(answer, Response)
    return answer


def _accepted() -> str:
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"]) or ""
    if best.startswith("zh"):
        return "zh_Hans"
    return "en" if best == "en" else ""
