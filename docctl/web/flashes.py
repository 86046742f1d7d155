"""What the next page says of the last one: a key and its values in a signed cookie, shown once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadData, URLSafeSerializer

from docctl.web.cookies import cookie_name, drop_cookie, set_cookie

Shown = tuple[str, str, dict[str, Any]]


def flash(kind: str, key: str, params: Mapping[str, object]) -> None:
    """Keep a sentence for the next page: kind is done, info, warning or refused."""
    kept = {name: _plain(value) for name, value in params.items()}
    g.setdefault("flashes", []).append((kind, key, kept))


def shown() -> list[Shown]:
    """Return what the last answer left to say, and forget it."""
    g.flashes_shown = True
    text = request.cookies.get(cookie_name("flash"), "")
    try:
        said = _signer().loads(text) if text else []
    except BadData:
        said = []
    return [(str(kind), str(key), dict(params)) for kind, key, params in [*said, *g.get("flashes", [])]]


def keep(response: Response) -> Response:
    """Write the cookie for the next page, or take back the one that was shown."""
    if g.get("flashes_shown"):
        if cookie_name("flash") in request.cookies:
            drop_cookie(response, "flash")
    elif g.get("flashes"):
        set_cookie(response, "flash", str(_signer().dumps(g.flashes)), seconds=60)
    return response


def use_flashes(app: Flask) -> None:
    """Let answers leave a sentence for the next page."""
    app.after_request(keep)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["FORM_KEY"], salt="flash")


def _plain(value: object) -> str | int:
    if isinstance(value, int):
        return value
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else str(value)
    return text[:300]
