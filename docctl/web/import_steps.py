"""Steps of an import as a whole: ordered, its result seen, discarded, given up (I-1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.verdicts import Refused
from docctl.queries.imports import RunLine, give_up_refused, run_line
from docctl.services.imports.commit import CancelImport, CommitImport, cancel_import, commit_import
from docctl.services.imports.give_up import GiveUpImport, give_up_import
from docctl.services.imports.notices import SeeResult, see_result
from docctl.web.context import actor, caller, flash_done, house, requires, see_other
from docctl.web.forms import form, parse

bp = Blueprint("import_steps", __name__, url_prefix="/documents/imports")


@dataclass(frozen=True, slots=True)
class StepForm:
    """The run as it was shown; `only_checked`: what nobody has looked at stays open."""

    row_version: int | None = None
    only_checked: bool = False
    request_id: str = ""


@bp.post("/<uuid:run_id>/import")
@requires("document.import")
def commit(run_id: UUID) -> Response:
    """Import all files or the checked ones, in this person's name (I-1)."""
    typed = parse(StepForm)
    cmd = CommitImport(run_id, typed.row_version, typed.only_checked)
    commit_import(cmd, by=caller(typed.request_id), house=house())
    return see_other(f"/documents/imports/{run_id}")


@bp.post("/<uuid:run_id>/cancel")
@requires("document.import")
def cancel(run_id: UUID) -> Response:
    """Give the import up; what was imported of it before stays (I-1)."""
    typed = parse(StepForm)
    with house().uow.read() as session:
        is_partly_in = run_line(session, actor(), run_id).is_partly_in
    cancel_import(CancelImport(run_id), by=caller(typed.request_id), house=house())
    flash_done("imports.done.closed" if is_partly_in else "imports.done.cancelled")
    return see_other("/documents/imports")


@bp.post("/<uuid:run_id>/seen")
@requires("document.import")
def seen(run_id: UUID) -> Response:
    """Take the result out of one's inbox (I-1)."""
    see_result(SeeResult(run_id), by=caller(parse(StepForm).request_id), house=house())
    flash_done("imports.done.seen")
    return see_other(f"/documents/imports/{run_id}")


@dataclass(frozen=True, slots=True)
class GiveUpForm:
    """Why a run is given up."""

    reason: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class GiveUpPage:
    """A run that may be given up, or why it may not."""

    run: RunLine
    refused: Refused | None


def _give_up_page(run_id: UUID) -> GiveUpPage:
    with house().uow.read() as session:
        run = run_line(session, actor(), run_id)
        return GiveUpPage(run, give_up_refused(session, run, house().clock()))


@bp.route("/<uuid:run_id>/give-up", methods=["GET", "POST"])
@requires("document.import")
@form(
    "imports/give_up.html",
    GiveUpForm,
    page=_give_up_page,
    beside={"I-1.reason_needed": "reason", "I-1.reason_too_long": "reason"},
)
def give_up(typed: GiveUpForm, run_id: UUID) -> Response:
    """End a run whose host is lost; what was imported stays (I-1)."""
    give_up_import(GiveUpImport(run_id, typed.reason), by=caller(typed.request_id), house=house())
    flash_done("imports.done.given_up")
    return see_other(f"/documents/imports/{run_id}")
