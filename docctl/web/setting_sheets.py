"""Controlled settings that are tables: out as xlsx or csv, in again as a draft (A-7, V-2)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Blueprint, Response, request

from docctl.domain.canonical import canonical
from docctl.domain.setting_kinds import Kind, Sheet, kind_named
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.printing.columns import Column
from docctl.queries.controlled import SettingPage, setting_page
from docctl.services.settings.draft import SaveSetting, save_setting
from docctl.services.settings.sheets import content_of_upload
from docctl.services.uploads import drop_uploads
from docctl.web.context import actor, caller, flash_done, house, requires, see_other, words
from docctl.web.forms import UploadField, form
from docctl.web.registers import number
from docctl.web.sheets import sheet as send_sheet

bp = Blueprint("setting_sheets", __name__, url_prefix="/settings/rules")

_CSV: Final = "text/csv; charset=utf-8"


def _of(kind: str, ordinal: int | None = None) -> tuple[SettingPage, Sheet]:
    """Return a setting that is a table; raise NotFound for another one."""
    if (sheet := kind_named(kind).sheet) is None:
        raise NotFound("setting")
    with house().uow.read() as session:
        return setting_page(session, actor(), kind, at=house().clock(), ordinal=ordinal), sheet


@bp.get("/<kind>/table")
@requires("settings.view")
def table(kind: str) -> Response:
    """Send a revision as xlsx, or as csv, as it may come in again (V-2)."""
    page, sheet = _of(kind, number(request.args["revision"]) if request.args.get("revision") else None)
    t = words().t
    title = f"{t(f'controlled.name.{kind}')} {page.shown.ordinal}"
    heads, rows = [sheet.heads[name] for name in sheet.columns], sheet.rows(page.content)
    if request.args.get("format") == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([heads, *rows])
        answer = Response(out.getvalue().encode("utf-8-sig"), mimetype=_CSV)
        answer.headers.set("Content-Disposition", "attachment", filename=f"{kind} {page.shown.ordinal}.csv")
        return answer
    columns = [Column(one, 18) for one in heads]
    notes = [t("controlled.revision", revision=page.shown.ordinal)]
    return send_sheet(title, notes, columns, map(tuple, rows), day=house().today())


@dataclass(frozen=True, slots=True)
class SheetForm:
    """A table that becomes the draft."""

    file: UploadField
    reason: str = ""
    row_version: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The kind, and the draft that is changed: its version, 0 for none, its reason and wanted instant."""

    kind: Kind
    heads: tuple[str, ...]
    row_version: int
    reason: str
    wanted_from: datetime | None


def _page(kind: str) -> SheetPage:
    page, sheet = _of(kind)
    if page.edit is None:
        raise RuleRefused(Refused("X-1", "not_permitted", {"permission": "settings.propose"}))
    if page.edit.refused is not None and request.method == "GET":
        raise RuleRefused(page.edit.refused)
    draft = _of(kind, page.open)[0] if page.open else None
    return SheetPage(
        page.kind,
        tuple(sheet.heads[name] for name in sheet.columns),
        draft.row_version if draft else 0,
        draft.shown.reason if draft else "",
        draft.shown.wanted_from if draft else None,
    )


@bp.route("/<kind>/file", methods=["GET", "POST"])
@requires("settings.propose")
@form(
    "controlled/file.html",
    SheetForm,
    page=_page,
    beside={
        "upload": "file",
        "V-2.sheet_unread": "file",
        "V-2.sheet_no_heading": "file",
        **dict.fromkeys(("A-7", "R-1", "R-2", "R-6", "R-10"), "file"),
    },
)
def file(typed: SheetForm, kind: str) -> Response:
    """Begin or change the draft with the table of a file (V-2)."""
    upload_id, by = typed.file[0], caller(typed.request_id)
    page = _page(kind)
    content = content_of_upload(house(), page.kind, upload_id, by)
    cmd = SaveSetting(kind, canonical(content), typed.reason, page.wanted_from, typed.row_version)
    ordinal = save_setting(cmd, by=by, house=house())
    drop_uploads((upload_id,), by=caller(), house=house())
    flash_done("controlled.flash.saved", revision=ordinal)
    return see_other(f"/settings/rules/{kind}?revision={ordinal}")
