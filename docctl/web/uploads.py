"""Files ahead of their form: staged, examined, answered with an id or with the rule that refuses."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, jsonify, request

from docctl.domain.verdicts import Refused, RuleRefused
from docctl.queries.uploads import staged
from docctl.services.uploads import stage_upload
from docctl.web.context import actor, caller, house, requires
from docctl.web.forms import FILES

bp = Blueprint("uploads", __name__)


@bp.post("/uploads")
@requires("upload.stage")
def stage() -> Response:
    """Take one file and keep it for a day, for the form that will name it."""
    given = request.files.get("file")
    if given is None or not given.filename:
        raise RuleRefused(Refused("upload", "needed"))
    upload_id = stage_upload(
        cast("Any", given.stream),
        name=given.filename,
        by=caller(),
        house=house(),
        for_document=request.args.get("for") == "document",
    )
    with house().uow.read() as session:
        (found,) = staged(session, actor(), [upload_id], at=house().clock())
    return jsonify(id=str(found.id), name=found.name, size=found.size)


stage.__dict__[FILES] = True
