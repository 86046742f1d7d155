"""Content going out: the file in the page, stamped copies, the source (D-3, V-4, X-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, request, send_file

from docctl.queries.document_page import DocumentPage, document_page
from docctl.services.content.annexes import take_file
from docctl.services.content.copies import StampedCopy, take_copy
from docctl.services.content.open import Content, Handed, Purpose, open_content
from docctl.services.content.views import pdf_view
from docctl.web.context import actor, caller, house, is_demo, requires, words
from docctl.web.forms import form
from docctl.web.registers import chosen

bp = Blueprint("copies", __name__, url_prefix="/documents/revisions")

#: A file of ours in a frame of ours: the viewer may draw it, and nothing else may happen.
_FILE_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def _page(revision_id: UUID, file_id: UUID | None = None) -> DocumentPage:
    now, zone = house().clock(), house().zone
    with house().uow.read() as session:
        return document_page(session, actor(), at=now, zone=zone, revision_id=revision_id, file_id=file_id)


def handed_out(made: StampedCopy) -> Response:
    """Return the answer that brings a stamped copy, which is gone afterwards."""
    answer = send_file(
        made.path.open("rb"), mimetype=made.media_type, as_attachment=True, download_name=made.name
    )
    made.discard()  # the open file keeps its bytes until they are sent
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.get("/<uuid:revision_id>/files/<uuid:file_id>")
@requires("revision.read")
def show(revision_id: UUID, file_id: UUID) -> Response:
    """Show a PDF in the page, stamped, in parts where the browser asks for them (V-4, X-2)."""
    path = pdf_view(revision_id, file_id, by=caller(), house=house(), words=words(), is_demo=is_demo())
    g.frame_ours = True
    answer = send_file(path, mimetype="application/pdf", conditional=True, max_age=0)
    answer.headers["Content-Security-Policy"] = _FILE_POLICY
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/<uuid:revision_id>/reading")
@requires("revision.read")
def reading(revision_id: UUID) -> Response:
    """Say whether the file has been read, for the page that waits for it."""
    file_id = chosen(request.args.get("file"))
    page = _page(revision_id, file_id)
    done = page.shown is None or page.shown.reading != "pending"
    key = "documents.reading.done" if done else "documents.reading.pending"
    there = f"/documents/revisions/{revision_id}" + (f"?file={file_id}" if file_id else "")
    return jsonify(text=words().t(key), done=done, percent=None, next=there)


@bp.get("/<uuid:revision_id>/files/<uuid:file_id>/download")
@requires("revision.copy")
def download(revision_id: UUID, file_id: UUID) -> Response:
    """Hand out an annex or the source: stamped where its kind can be, else as it came (D-3, X-2)."""
    made = take_file(revision_id, file_id, by=caller(), house=house(), words=words(), is_demo=is_demo())
    return handed_out(made) if isinstance(made, StampedCopy) else as_it_came(made)


@dataclass(frozen=True, slots=True)
class CopyForm:
    """Which copy is wanted: controlled, or for reference."""

    kind: str = "controlled"


@bp.route("/<uuid:revision_id>/copy", methods=["GET", "POST"])
@requires("revision.copy")
@form("revisions/copy.html", CopyForm, page=_page)
def copy(typed: CopyForm, revision_id: UUID) -> Response:
    """Hand out a stamped copy; it is in the trail before its bytes go (D-3, X-2)."""
    made = take_copy(
        revision_id,
        by=caller(),
        house=house(),
        words=words(),
        for_reference=typed.kind == "reference",
        is_demo=is_demo(),
    )
    return handed_out(made)


@bp.post("/<uuid:revision_id>/source")
@requires("revision.source")
def source(revision_id: UUID) -> Response:
    """Hand out the file as it came, to the controller and its author (X-2)."""
    return as_it_came(open_content(revision_id, by=caller(), house=house(), purpose=Purpose.SOURCE))


def as_it_came(content: Content | Handed) -> Response:
    """Return the answer that brings a file as it came, to keep and not to show."""
    opened = content.open()
    stream = opened.__enter__()
    answer = send_file(
        cast("Any", stream), mimetype=content.media_type, as_attachment=True, download_name=content.name
    )
    answer.call_on_close(lambda: opened.__exit__(None, None, None))
    answer.content_length = content.size
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
