"""What is done with a record: accepted and signed, voided, placed (F-17, R-13)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response

from docctl.services.records.accept import (
    AcceptRecord,
    PlaceRecord,
    VoidRecord,
    accept_record,
    place_record,
    void_record,
)
from docctl.web.context import caller, flash_done, house, requires, see_other
from docctl.web.forms import form
from docctl.web.record_pages import load
from docctl.web.record_words import beside_its_field

bp = Blueprint("record_acts", __name__, url_prefix="/records")


@dataclass(frozen=True, slots=True)
class AcceptForm:
    """The signature of acceptance over exactly the content shown."""

    row_version: int
    seen_sha256: str
    password: str
    request_id: str = ""


@bp.route("/<uuid:record_id>/accept", methods=["GET", "POST"])
@requires("record.accept")
@form("records/accept.html", AcceptForm, page=load, beside={"A-3": "password", "A-3.content_changed": "form"})
def accept(typed: AcceptForm, record_id: UUID) -> Response:
    """Take a record into the keeper's care (F-17, A-3)."""
    accept_record(
        AcceptRecord(record_id, typed.row_version, typed.seen_sha256),
        by=caller(typed.request_id, typed.password),
        house=house(),
    )
    flash_done("records.done.accepted")
    return see_other(f"/records/{record_id}")


@dataclass(frozen=True, slots=True)
class VoidForm:
    """The reason for which a filing is void."""

    row_version: int
    reason: str
    request_id: str = ""


@bp.route("/<uuid:record_id>/void", methods=["GET", "POST"])
@requires("record.void")
@form("records/void.html", VoidForm, page=load, beside={"F-17.reason_needed": "reason"})
def void(typed: VoidForm, record_id: UUID) -> Response:
    """Void a wrong filing before it is accepted (F-17)."""
    with beside_its_field("reason"):
        void_record(
            VoidRecord(record_id, typed.row_version, typed.reason),
            by=caller(typed.request_id),
            house=house(),
        )
    flash_done("records.done.voided")
    return see_other(f"/records/{record_id}")


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """Where the paper original lies."""

    row_version: int
    place: str
    request_id: str = ""


@bp.route("/<uuid:record_id>/place", methods=["GET", "POST"])
@requires("record.place")
@form("records/place.html", PlaceForm, page=load, beside={"R-13": "place"})
def place(typed: PlaceForm, record_id: UUID) -> Response:
    """Note where the paper original lies (R-13)."""
    with beside_its_field("place"):
        place_record(
            PlaceRecord(record_id, typed.row_version, typed.place),
            by=caller(typed.request_id),
            house=house(),
        )
    flash_done("records.done.placed")
    return see_other(f"/records/{record_id}")
