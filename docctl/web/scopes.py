"""Page of where a revision applies: shown to insiders, changed by those who may (D-8)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.scope import Place, ScopeKind
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.scopes import ScopePage, scope_page
from docctl.services.distribution.scope import ScopeDraft, ScopeIssued, scope_draft, scope_issued
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.forms import form

bp = Blueprint("scopes", __name__, url_prefix="/documents/revisions/<uuid:revision_id>")


@dataclass(frozen=True, slots=True)
class ScopeForm:
    """The places that were ticked, and why where the revision is issued."""

    places: tuple[str, ...] = ()
    reason: str = ""
    row_version: int | None = None
    request_id: str = ""


def _page(revision_id: UUID) -> ScopePage:
    with house().uow.read() as session:
        return scope_page(session, actor(), revision_id, at=house().clock(), zone=house().zone)


@bp.route("/scope", methods=["GET", "POST"])
@requires("distribution.view")
@form("distribution/scope.html", ScopeForm, page=_page, beside={"D-2": "reason", "D-8": "places"})
def scope(typed: ScopeForm, revision_id: UUID) -> Response:
    """Show where a revision applies, and change it (D-8)."""
    places, by = tuple(_read(one) for one in typed.places), caller(typed.request_id)
    if _page(revision_id).is_draft:
        scope_draft(ScopeDraft(revision_id, typed.row_version, places), by=by, house=house())
    else:
        scope_issued(ScopeIssued(revision_id, typed.row_version, places, typed.reason), by=by, house=house())
    flash_done("scopes.done")
    return see_other(f"/documents/revisions/{revision_id}/scope")


def _read(text: str) -> Place:
    kind, _, key = text.partition(":")
    try:
        return Place(ScopeKind(kind), UUID(key))
    except ValueError as error:
        raise RuleRefused(Refused("form", "no_choice")) from error
