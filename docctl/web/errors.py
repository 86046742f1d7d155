"""What is answered when a request fails outside a form: one sentence, the rule, the request id."""

from __future__ import annotations

import logging
from errno import EDQUOT, EFBIG, ENOSPC
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.i18n import Explained
from docctl.web.context import explain, house, render, see_other, words
from docctl.web.security import UNSAFE, BadHost, BadToken
from docctl.web.sessions import current
from docctl.web.shell import bare_shell

_log = logging.getLogger("docctl.web")

#: Pages with a sentence of their own; others get the one for a bad request.
_KNOWN: Final = frozenset({400, 401, 403, 404, 405, 413, 422, 500, 503})

#: Refusals that a later try may not meet.
_LATER: Final = frozenset({"busy", "store_unavailable"})


def wants_json() -> bool:
    """Say whether a script asked, not a person looking at a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json" or request.path == "/uploads"


def to_sign_in() -> Response:
    """Answer a stranger: to the sign-in page and back, or 401 where a script asks."""
    if wants_json():
        return _answer(401, Refused("request", "signed_out"))
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return see_other("/sign-in" if here == "/" else f"/sign-in?next={quote(here, safe='/')}")


def use_errors(app: Flask) -> None:
    """Answer every failure with a page of ours, in the language of the person."""
    app.register_error_handler(RuleRefused, _refused)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(OSError, _no_room)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _broken)


def _refused(error: RuleRefused) -> Response:
    refused = error.refused
    if refused.rule == "database":  # then nothing can be read for the shell either, nor who asks
        g.setdefault("signed_in", None)
        return _later(_bare(503, refused))
    if refused.rule == "request" and refused.code in _LATER:
        return _later(_answer(503, refused))
    if refused.rule == "T-3":  # ours to mend, not the reader's
        return _answer(500, refused)
    return _answer(403 if refused.key == "X-1.not_permitted" else 422, refused)


def _later(answer: Response) -> Response:
    answer.headers["Retry-After"] = "5"
    return answer


def _no_room(error: OSError) -> Response:
    """Say that the disk is full, wherever that is met first: while a form is read, or a copy stamped."""
    if error.errno not in {ENOSPC, EDQUOT, EFBIG}:
        raise error
    return _answer(503, Refused("request", "disk_full"))


def _not_found(_: NotFound) -> Response:
    return _answer(404)


def _http(error: HTTPException) -> Response:
    if isinstance(error, BadHost):  # nothing of the request can be trusted: no page, no links
        return make_response("400 Bad Request\n", 400, {"Content-Type": "text/plain"})
    if error.response is not None or (error.code or 500) < 400:
        answer = error.get_response()
        assert isinstance(answer, Response)
        return answer
    if isinstance(error, BadToken):
        signed_out = current() is None and request.method in UNSAFE and request.path != "/sign-in"
        return _answer(400, Refused("request", "signed_out" if signed_out else "bad_token"))
    if error.code == 413:
        return _answer(413, Refused("upload", "too_large", {"limit_mb": house().staging.limit >> 20}))
    answer = _answer(error.code or 500)
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _broken(error: InternalServerError) -> Response:
    _log.error("request failed", exc_info=error.original_exception or error)
    return _bare(500)


def _bare(status: int, refused: Refused | None = None) -> Response:
    """Answer without a look into the database."""
    kind, explained = f"e{status}", None if refused is None else explain(refused)
    if wants_json():
        return _json(status, str(explained or words().t(f"errors.{kind}.sentence")), refused)
    page = render_template(
        "errors/error.html",
        shell=bare_shell(),
        t=words().t,
        status=status,
        kind=kind,
        explained=explained,
        request_ref=g.get("request_ref", ""),
    )
    return make_response(page, status)


def _answer(status: int, refused: Refused | None = None) -> Response:
    kind = f"e{status if status in _KNOWN else 400}"
    explained: Explained | None = None if refused is None else explain(refused)
    if wants_json():
        return _json(status, str(explained or words().t(f"errors.{kind}.sentence")), refused)
    page = render(
        "errors/error.html",
        status=status,
        kind=kind,
        explained=explained,
        request_ref=g.get("request_ref", ""),
    )
    return make_response(page, status)


def _json(status: int, message: str, refused: Refused | None) -> Response:
    shown = refused if refused is not None else Refused("request", HTTPStatus(status).name.lower())
    answer = jsonify(
        rule=shown.rule,
        code=shown.code,
        params={
            name: value if isinstance(value, int) else str(value) for name, value in shown.params.items()
        },
        message=message,
        request_id=g.get("request_ref", ""),
    )
    answer.status_code = status
    return answer
