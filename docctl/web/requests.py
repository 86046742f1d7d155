"""What happens around every request: its id, who asks, whether they may, its size, its line in the log."""

from __future__ import annotations

import logging
import time
from typing import Any, Final
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from docctl.web import security
from docctl.web.context import PERMISSION, PUBLIC, check_permission, house
from docctl.web.errors import to_sign_in
from docctl.web.forms import FILES
from docctl.web.sessions import current

#: Largest body of a form without files.
FORM_LIMIT: Final = 1 << 20
#: What a file's form needs besides its file.
ENVELOPE: Final = 1 << 20

_log = logging.getLogger("docctl.requests")


def use_requests(app: Flask) -> None:
    """Number, check and log every request."""
    app.before_request(_begin)
    security.use_security(app)
    app.before_request(_admit)
    app.after_request(_end)


def check_views(app: Flask) -> None:
    """Raise RuntimeError for a view that is neither public nor has a permission: deny by default (X-1)."""
    for endpoint, view in app.view_functions.items():
        if PERMISSION not in view.__dict__ and PUBLIC not in view.__dict__:
            raise RuntimeError(f"{endpoint} has no permission")


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_ref = uuid4().hex[:16]


def _admit() -> Response | None:
    """Let a request through to its view: signed in, with a token, with a role that may (X-1)."""
    if isinstance(request.routing_exception, HTTPException):
        # Before the answer that there is no such page: a stranger learns nothing of our paths.
        unknown = request.routing_exception.code in {404, 405}
        return to_sign_in() if unknown and current() is None else None
    view: Any = current_app.view_functions[request.endpoint or ""]
    takes_files = view.__dict__.get(FILES, False)
    limit = current_app.config["UPLOAD_LIMIT"] + ENVELOPE if takes_files else FORM_LIMIT
    request.max_content_length = limit
    if PUBLIC not in view.__dict__ and current() is None:
        return to_sign_in()
    if request.method in security.UNSAFE:
        security.check_token()
    if PUBLIC not in view.__dict__:
        check_permission(view)
    return None


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    house().measures.answered(
        endpoint=request.endpoint or "", method=request.method, status=response.status_code, seconds=seconds
    )
    if request.endpoint != "static":
        found = g.get("signed_in")
        line = {
            "request": g.get("request_ref", ""),
            "method": request.method,
            "endpoint": request.endpoint or "",
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "person": str(found.actor.person_id) if found else "",
        }
        level = logging.DEBUG if security.is_for_machines() else logging.INFO
        _log.log(level, "answered", extra={"fields": line})
    response.headers["X-Request-ID"] = g.get("request_ref", "")
    return response
