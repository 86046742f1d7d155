"""Striking a fact, adding a correction sheet, the keeper's decision: each signed (C-1, C-3, C-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, request

from docctl.domain.correction import REQUIRED, Reason
from docctl.domain.form_definition import FACT, MOST_OPTIONS
from docctl.domain.form_values import names_in
from docctl.domain.verdicts import NotFound
from docctl.queries.record_layers import CorrectionLine, FactLine
from docctl.queries.record_page import RecordPage
from docctl.services.files import Attached
from docctl.services.records.correct import CorrectFile, CorrectRecord, correct_file, correct_record
from docctl.services.records.decide import DecideCorrection, decide_correction
from docctl.web.context import caller, flash_done, house, requires, see_other
from docctl.web.fields import read_text
from docctl.web.forms import UploadField, form
from docctl.web.record_pages import load
from docctl.web.record_words import beside_its_field, local_value

bp = Blueprint("corrections", __name__, url_prefix="/records")

REASONS: Final = tuple(one.value for one in Reason)


@dataclass(frozen=True, slots=True)
class CorrectPage:
    """The record, the fact that is struck (None: still to be chosen), and what the form offers."""

    record: RecordPage
    fact: FactLine | None
    now: str
    reasons: tuple[str, ...]
    is_required: bool
    #: What stands there of the choices of the form (F-2).
    chosen: tuple[str, ...] = ()


def _correct_page(record_id: UUID) -> CorrectPage:
    record = load(record_id)
    name = request.form.get("field") or request.args.get("field", "")
    fact = record.fact(name)
    return CorrectPage(
        record,
        fact,
        local_value(fact.value, fact.kind) if fact else "",
        REASONS,
        is_required=name in REQUIRED or bool(fact and fact.of_form and fact.of_form.required),
        chosen=tuple(names_in(fact.value)) if fact and fact.of_form else (),
    )


@dataclass(frozen=True, slots=True)
class CorrectForm:
    """A correction as typed; `old` is the value that was shown struck."""

    row_version: int
    field: str
    password: str
    old: str = ""
    new: str = ""
    reason: str = ""
    reason_text: str = ""
    request_id: str = ""


@bp.route("/<uuid:record_id>/correct", methods=["GET", "POST"])
@requires("record.correct")
@form(
    "corrections/correct.html",
    CorrectForm,
    page=_correct_page,
    beside={
        "A-3": "password",
        "A-3.content_changed": "form",
        "C-6.reason_needed": "reason",
        "C-6.reason_text_needed": "reason_text",
        "C-6": "new",
        "F-4": "new",
        "F-5": "new",
    },
)
def correct(typed: CorrectForm, record_id: UUID) -> Response:
    """Strike one registered fact and put another with it, signed (C-1, C-3)."""
    with beside_its_field("reason_text"):
        correct_record(
            CorrectRecord(
                record_id=record_id,
                row_version=typed.row_version,
                field=typed.field,
                old=typed.old,
                new=_new(typed),
                reason=typed.reason,
                reason_text=typed.reason_text,
            ),
            by=caller(typed.request_id, typed.password),
            house=house(),
        )
    flash_done("records.done.corrected")
    return see_other(f"/records/{record_id}")


def _new(typed: CorrectForm) -> str:
    """Return the new value; of a field of the form several may be chosen (F-2)."""
    if not typed.field.startswith(FACT):
        return typed.new
    return "\n".join(read_text("new", one) for one in request.form.getlist("new")[:MOST_OPTIONS])


@dataclass(frozen=True, slots=True)
class SheetForm:
    """A correction sheet as uploaded, and where needed a further version of the file."""

    row_version: int
    file: UploadField
    password: str
    version: UploadField = ()
    reason: str = ""
    reason_text: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class SheetPage:
    """The record, and the reasons to choose from."""

    record: RecordPage
    reasons: tuple[str, ...]


def _sheet_page(record_id: UUID) -> SheetPage:
    return SheetPage(load(record_id), REASONS)


@bp.route("/<uuid:record_id>/sheet", methods=["GET", "POST"])
@requires("record.correct")
@form(
    "corrections/sheet.html",
    SheetForm,
    page=_sheet_page,
    beside={
        "A-3": "password",
        "A-3.content_changed": "form",
        "C-6.reason_needed": "reason",
        "C-6": "reason_text",
        "C-4": "file",
        "upload": "file",
    },
)
def sheet(typed: SheetForm, record_id: UUID) -> Response:
    """Correct the file by a sheet; the first file stays the first (C-4)."""
    with beside_its_field("reason_text"):
        correct_file(
            CorrectFile(
                record_id=record_id,
                row_version=typed.row_version,
                reason=typed.reason,
                reason_text=typed.reason_text,
                uploads=tuple(Attached(one) for one in (*typed.file, *typed.version)),
            ),
            by=caller(typed.request_id, typed.password),
            house=house(),
        )
    flash_done("records.done.sheet")
    return see_other(f"/records/{record_id}")


@dataclass(frozen=True, slots=True)
class DecidePage:
    """The record, and the correction that waits."""

    record: RecordPage
    correction: CorrectionLine


def _decide_page(record_id: UUID, correction_id: UUID) -> DecidePage:
    record = load(record_id)
    found = record.correction(correction_id)
    if found is None:
        raise NotFound("correction")
    return DecidePage(record, found)


@dataclass(frozen=True, slots=True)
class DecideForm:
    """The keeper's decision as typed; a refusal says why."""

    row_version: int
    decision: str
    password: str
    comment: str = ""
    request_id: str = ""


@bp.route("/<uuid:record_id>/corrections/<uuid:correction_id>", methods=["GET", "POST"])
@requires("record.approve_correction")
@form(
    "corrections/decide.html",
    DecideForm,
    page=_decide_page,
    beside={"A-3": "password", "A-3.content_changed": "form", "C-6": "comment"},
)
def decide(typed: DecideForm, record_id: UUID, correction_id: UUID) -> Response:
    """Approve or refuse a correction that waits for the keeper (C-3)."""
    _decide_page(record_id, correction_id)  # the correction belongs to this record, or is not found
    with beside_its_field("comment"):
        decide_correction(
            DecideCorrection(
                correction_id, typed.row_version, approve=typed.decision == "approve", comment=typed.comment
            ),
            by=caller(typed.request_id, typed.password),
            house=house(),
        )
    flash_done("records.done.decided" if typed.decision == "approve" else "records.done.declined")
    return see_other(f"/records/{record_id}")
