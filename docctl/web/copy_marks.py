"""The page that the mark on a printed copy leads to, for everybody who holds the paper (D-3, X-3)."""

from __future__ import annotations

from flask import Blueprint, Response, make_response

from docctl.domain.verdicts import NotFound, RuleRefused
from docctl.services.distribution.mark import read_mark
from docctl.web.context import explain, house, public, render
from docctl.web.sessions import address

bp = Blueprint("copy_marks", __name__, url_prefix="/c")


@bp.get("/<mark>")
@public
def show(mark: str) -> Response:
    """Say without sign-in whether a copy may be used: what stands on the paper, and its worth (D-3)."""
    try:
        found, problem, status = read_mark(house(), mark, address=address()), None, 200
    except NotFound:
        found, problem, status = None, None, 404
    except RuleRefused as error:
        found, problem, status = None, explain(error.refused), 429
    answer = make_response(render("distribution/mark.html", found=found, problem=problem), status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
