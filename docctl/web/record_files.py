"""Files of records going out, and the slip for a paper original (F-3, N-4, X-2)."""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, send_file

from docctl.domain.verdicts import NotFound
from docctl.printing.columns import Stretches
from docctl.printing.slip import Slip, record_slip
from docctl.queries.header_blocks import slip_header
from docctl.services.records.read import Purpose, RecordFile, open_record_file
from docctl.web.context import caller, house, requires, words
from docctl.web.record_pages import AS_PICTURE, IN_FRAME, load
from docctl.web.record_words import answers_printed

bp = Blueprint("record_files", __name__, url_prefix="/records")

#: A file of ours in a frame of ours: the viewer may draw it, and nothing else may happen.
_FRAME_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_SHUT = "default-src 'none'; sandbox"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/<uuid:record_id>/files/<uuid:file_id>")
@requires("record.read")
def show(record_id: UUID, file_id: UUID) -> Response:
    """Show a picture or PDF in the page, as it came (F-3, X-2)."""
    found = open_record_file(record_id, file_id, by=caller(), house=house(), purpose=Purpose.READ)
    if found.media_type not in IN_FRAME | AS_PICTURE:
        raise NotFound("file")
    g.frame_ours = True
    answer = _sent(found, as_attachment=False)
    answer.headers["Content-Security-Policy"] = _FRAME_POLICY
    return answer


@bp.get("/<uuid:record_id>/files/<uuid:file_id>/download")
@requires("record.download")
def download(record_id: UUID, file_id: UUID) -> Response:
    """Hand out a file as it came; it is in the trail before its bytes go (X-2)."""
    found = open_record_file(record_id, file_id, by=caller(), house=house(), purpose=Purpose.DOWNLOAD)
    answer = _sent(found, as_attachment=True)
    answer.headers["Content-Security-Policy"] = _SHUT
    return answer


def _sent(found: RecordFile, *, as_attachment: bool) -> Response:
    opened = found.open()
    answer = send_file(
        cast("Any", opened.__enter__()),
        mimetype=found.media_type,
        as_attachment=as_attachment,
        download_name=f"{found.number} {found.name}".replace("/", "_"),
        conditional=False,
    )
    answer.call_on_close(lambda: opened.__exit__(None, None, None))
    answer.content_length = found.size
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.get("/<uuid:record_id>/reading")
@requires("record.view")
def reading(record_id: UUID) -> Response:
    """Say whether the file has been read, for the page that waits for it."""
    file = load(record_id).shown_file
    done = file is None or file.reading != "pending"
    key = "records.reading.done" if done else "records.reading.pending"
    return jsonify(text=words().t(key), done=done, percent=None, next=f"/records/{record_id}")


@bp.get("/<uuid:record_id>/slip")
@requires("record.view")
def slip(record_id: UUID) -> Response:
    """Hand out the slip that ties a paper original to its number (N-4)."""
    page = load(record_id)
    t = words().t
    facts: tuple[tuple[str, str | Stretches], ...] = (
        (t("records.form"), f"{page.form_number} {page.form_title} {page.form_label}"),
        (t("fields.title"), page.title),
        (t("fields.occurred_at"), page.occurred_on.isoformat()),
        (t("fields.unit"), page.unit_name),
        *answers_printed(page),
        (t("fields.place"), page.place),
        (t("records.keep_until"), page.keep_until.isoformat() if page.keep_until else t("records.open_end")),
    )
    values = {
        "company": page.company,
        "number": page.number,
        "title": page.title,
        "unit": page.unit_name,
        "form": f"{page.form_number} {page.form_label}",
        "day": page.occurred_on.isoformat(),
    }
    with house().uow.read() as session:
        header = slip_header(session, page.form_id, values, house().clock())
    folder = Path(tempfile.mkdtemp(prefix="slip-", dir=house().scratch))
    try:
        target = folder / "slip.docx"
        record_slip(
            target,
            [Slip(page.company, page.number, facts, t("records.slip.note"), header)],
            title=t("records.slip.title", number=page.number),
            footer=t(
                "records.slip.footer",
                name=caller().actor.name,
                at=house().clock(),
                page="{page}",
                pages="{pages}",
            ),
            demo_mark=t("shell.demo") if page.is_demo else None,
        )
        made = io.BytesIO(target.read_bytes())  # one small sheet
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    answer = send_file(made, mimetype=_DOCX, as_attachment=True, download_name=f"{page.number}.docx")
    answer.headers["Content-Security-Policy"] = _SHUT
    return answer
