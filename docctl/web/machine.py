"""What machines ask: whether the process lives, whether it is ready, its figures. No page, no session."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, Response, current_app, jsonify, request

from docctl.checks.figures import metrics
from docctl.checks.ready import OK, PARTS, WITH_WORKER, Readiness
from docctl.web.context import house, public
from docctl.web.security import MACHINE

bp = Blueprint("machine", __name__)

P = ParamSpec("P")
R = TypeVar("R")


def for_machines(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that a balancer or a monitor asks by whatever address it knows us, again and again."""
    view.__dict__[MACHINE] = True
    return public(view)


@bp.get("/health")
@for_machines
def health() -> Response:
    """Say that the process answers; nothing else is asked."""
    return jsonify(alive=True)


@bp.get("/ready")
@for_machines
def ready() -> Response:
    """Say whether people may be sent here: 200, or 503 with the part that is not ready."""
    parts = _readiness()()
    is_ready = all(one == OK for one in parts.values())
    answer = jsonify(ready=is_ready, parts=dict(parts))
    answer.status_code = 200 if is_ready else 503
    return answer


@bp.get("/metrics")
@for_machines
def figures() -> Response:
    """Show the figures to who has the token; without a token set there is no such page."""
    wanted = str(current_app.config["METRICS_TOKEN"])
    if not wanted:
        return Response("404 Not Found\n", 404, mimetype="text/plain")
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted.encode()):
        return Response("401 Unauthorized\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    return Response(metrics(house()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _readiness() -> Readiness:
    """Return the one readiness of this application, made when it is first asked for."""
    known: dict[str, Any] = current_app.extensions
    if "docctl_ready" not in known:
        parts = WITH_WORKER if current_app.config["HAS_WORKER"] else PARTS
        known.setdefault("docctl_ready", Readiness(house(), parts))
    found: Readiness = known["docctl_ready"]
    return found
