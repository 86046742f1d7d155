"""Pages of disposal lists: the register, a list with its steps, progress, the certificate (R-6, R-7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from flask import Blueprint, Response, jsonify, request, send_file

from docctl.queries.copies import copies_awaited
from docctl.queries.disposal import DisposalPage, disposal_page, disposal_progress
from docctl.queries.disposal_lists import list_register
from docctl.services.disposal.certificate import open_certificate
from docctl.services.disposal.execute import ResumeDisposal, resume_disposal
from docctl.web.context import actor, caller, flash_done, house, render, requires, see_other, words
from docctl.web.forms import parse
from docctl.web.registers import number
from docctl.web.retention_tabs import tabs
from docctl.web.timelines import happened

bp = Blueprint("disposal", __name__, url_prefix="/retention/lists")

VIEWS = ("open", "executed", "rejected", "all")


@bp.get("")
@requires("disposal.list")
def register() -> str:
    """Show the disposal lists (R-6)."""
    only = request.args.get("only", "open")
    only = only if only in VIEWS else "open"
    with house().uow.read() as session:
        found = list_register(session, only=only, page=number(request.args.get("page")))
    return render("disposal/register.html", found=found, only=only, views=VIEWS, tabs=tabs("lists"))


def load(list_id: UUID) -> DisposalPage:
    """Return a list's page as the person may see it (X-3)."""
    with house().uow.read() as session:
        return disposal_page(session, actor(), list_id, page=number(request.args.get("page")))


@bp.get("/<uuid:list_id>")
@requires("disposal.view")
def show(list_id: UUID) -> str:
    """Show a list: what stands on it, who did what, what this person may do now (R-6)."""
    with house().uow.read() as session:
        page = disposal_page(session, actor(), list_id, page=number(request.args.get("page")))
        awaited = copies_awaited(session, list_id)
    story = happened(list_id, names_holds=False, with_detail=not page.hidden)
    return render(
        "disposal/page.html",
        page=page,
        awaited=awaited,
        story=story,
        request_id=str(uuid4()),
    )


@dataclass(frozen=True, slots=True)
class ResumeForm:
    """The list as it was shown."""

    row_version: int
    request_id: str = ""


@bp.post("/<uuid:list_id>/resume")
@requires("disposal.resume")
def resume(list_id: UUID) -> Response:
    """Go on with a list after what stopped it was mended (R-7)."""
    typed = parse(ResumeForm)
    resume_disposal(ResumeDisposal(list_id, typed.row_version), by=caller(typed.request_id), house=house())
    flash_done("disposal.done.resumed")
    return see_other(f"/retention/lists/{list_id}")


@bp.get("/<uuid:list_id>/progress")
@requires("disposal.view")
def progress(list_id: UUID) -> Response:
    """Say how far the destruction is, for the page that waits for it (R-7)."""
    with house().uow.read() as session:
        found = disposal_progress(session, actor(), list_id)
    t = words().t
    key = "disposal.progress.items" if found.done < found.total else "disposal.progress.proof"
    return jsonify(
        text=t(key, done=found.done, total=found.total),
        done=found.status != "executing",
        percent=found.percent,
        next=f"/retention/lists/{list_id}",
    )


@bp.get("/<uuid:list_id>/certificate")
@requires("disposal.view")
def certificate(list_id: UUID) -> Response:
    """Hand out the certificate of destruction; the read is in the trail before its bytes go (R-6, X-2)."""
    found = open_certificate(list_id, by=caller(), house=house())
    opened = found.open()
    answer = send_file(
        cast("Any", opened.__enter__()),
        mimetype=found.media_type,
        as_attachment=True,
        download_name=found.name,
        conditional=False,
    )
    answer.call_on_close(lambda: opened.__exit__(None, None, None))
    answer.content_length = found.size
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
