"""What every request must show and every answer must say: host, origin, token, headers, cookies."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest

from docctl.web.cookies import cookie_name, is_secure, set_cookie
from docctl.web.sessions import session_hash

#: Marks a view that machines ask by whatever address they know: no host is expected of them.
MACHINE: Final = "docctl_machine"
UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})

#: Nothing from outside, nothing inline. Pictures of a document stand in the page as data.
_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: with it browsers hide the origin of our own forms, which is checked below.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class BadToken(BadRequest):
    """The form was not made for this session, or its session has ended."""


class BadHost(BadRequest):
    """The request is for another host than ours."""


def csrf_token() -> str:
    """Return the token that forms of this session carry."""
    bound = session_hash() or f"visit:{visit()}"
    return hmac.new(_secret(), f"csrf:{bound}".encode(), sha256).hexdigest()


def visit() -> str:
    """Return the name of this visit, before anybody has signed in; made where it is new."""
    if "visit" not in g:
        g.visit = request.cookies.get(cookie_name("visit"), "")
        if not 20 <= len(g.visit) <= 60:
            g.visit = g.new_visit = secrets.token_urlsafe(24)
    found: str = g.visit
    return found


def link_token(request_id: str) -> str:
    """Return the token of a one-time link: secret, and the same for a repeat of the same form."""
    if not request_id:
        return secrets.token_urlsafe(24)
    said = f"link:{session_hash()}:{request_id}".encode()
    return hmac.new(_secret(), said, sha256).hexdigest()[:40]


def check_host() -> None:
    """Raise BadHost unless the request names the public address, or this machine while that is one.

    A balancer asks by an address of its own; what it gets holds no link that a wrong name could bend.
    """
    if is_for_machines():
        return
    ours = urlsplit(current_app.config["PUBLIC_URL"])
    if not _is_ours(request.headers.get("Host", ""), ours.netloc):
        raise BadHost


def check_token() -> None:
    """Raise BadToken unless the request comes from a form of ours."""
    origin = request.headers.get("Origin", "")
    if origin not in {"", "null"}:
        ours = urlsplit(current_app.config["PUBLIC_URL"])
        if not _is_ours(urlsplit(origin).netloc, ours.netloc):
            raise BadToken
    if request.headers.get("Sec-Fetch-Site", "") == "cross-site":
        raise BadToken
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), csrf_token().encode()):
        raise BadToken


def is_for_machines() -> bool:
    """Say whether the view asked for is one that balancers and monitors ask again and again."""
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and MACHINE in view.__dict__


def harden(response: Response) -> Response:
    """Put the headers on an answer; `g.frame_ours` lets our own page show it in a frame."""
    frames = "'self'" if g.get("frame_ours") else "'none'"
    policy = response.headers.get("Content-Security-Policy") or "; ".join(
        f"{name} {value}" for name, value in {**_POLICY, "frame-ancestors": frames}.items()
    )
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN" if g.get("frame_ours") else "DENY"
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if is_secure():
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if "new_visit" in g:
        set_cookie(response, "visit", g.new_visit)
    return response


def use_security(app: Flask) -> None:
    """Check the host of every request and harden every answer."""
    app.before_request(check_host)
    app.after_request(harden)


def _secret() -> bytes:
    return str(current_app.config["FORM_KEY"]).encode()


def _is_ours(netloc: str, public: str) -> bool:
    if netloc.casefold() == public.casefold():
        return True
    return _name(public) in _LOOPBACK and _name(netloc) in _LOOPBACK


def _name(netloc: str) -> str:
    name, colon, port = netloc.rpartition(":")
    return (name if colon and port.isdigit() else netloc).casefold()
