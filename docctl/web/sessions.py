"""Who is asking: the session behind the cookie, looked up once for a request."""

from __future__ import annotations

from flask import Response, current_app, g, request

from docctl.services.people.sessions import LONGEST, SignedIn, signed_in
from docctl.web.cookies import cookie_name, drop_cookie, set_cookie


def current() -> SignedIn | None:
    """Return the session of this request, or None for a stranger."""
    if "signed_in" not in g:
        token = request.cookies.get(cookie_name("session"), "")
        g.signed_in = signed_in(current_app.extensions["docctl"], token)
    found: SignedIn | None = g.signed_in
    return found


def session_hash() -> str:
    """Return the hash of this session's token, or "" for a stranger."""
    found = current()
    return found.token_hash if found else ""


def address() -> str:
    """Return the address from which the request came."""
    return request.remote_addr or ""


def give(response: Response, token: str) -> None:
    """Give the browser a new session in place of whatever it had: a session is never carried over."""
    set_cookie(response, "session", token, seconds=int(LONGEST.total_seconds()))
    drop_cookie(response, "visit")
    g.pop("new_visit", None)


def take(response: Response) -> None:
    """Take the session's cookie from the browser."""
    drop_cookie(response, "session")
