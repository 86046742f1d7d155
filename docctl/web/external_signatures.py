"""Pages of signatures from outside: vouched for, withdrawn, their evidence taken (A-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint, Response

from docctl.domain.external_signatures import EVIDENCE, ExternalMeaning, Given, How
from docctl.domain.verdicts import NotFound
from docctl.queries.document_page import DocumentPage
from docctl.queries.external_signatures import ExternalLine, require_signature_of
from docctl.services.files import Attached
from docctl.services.revisions.external import (
    SignExternally,
    WithdrawExternal,
    open_evidence,
    sign_externally,
    withdraw_external,
)
from docctl.web.context import caller, house, requires
from docctl.web.copies import as_it_came
from docctl.web.forms import SIGNED, UploadField, form
from docctl.web.revisions import ReasonForm, document_at, done_at

bp = Blueprint("external_signatures", __name__, url_prefix="/documents/revisions")

_BESIDE: Final = {
    **SIGNED,
    **{
        f"A-5.{name}_{fault}": name
        for name in ("name", "organisation", "note")
        for fault in ("needed", "too_long")
    },
    "A-5.day_not_come": "signed_on",
    "A-5.before_submission": "signed_on",
    "A-5.evidence_needed": "evidence",
    "A-5.evidence_kind": "evidence",
    "A-5.one_file": "evidence",
    "upload": "evidence",
}


@dataclass(frozen=True, slots=True)
class ExternalPage:
    """The document that somebody from outside signed, and what may be chosen."""

    document: DocumentPage
    today: date
    meanings: tuple[str, ...] = tuple(one.value for one in ExternalMeaning)
    ways: tuple[str, ...] = tuple(one.value for one in How)
    accept: str = ",".join(f".{one}" for one in EVIDENCE)


@dataclass(frozen=True, slots=True)
class ExternalForm:
    """A signature from outside as typed, and the password of who vouches for it."""

    name: str
    organisation: str
    meaning: ExternalMeaning
    how: How
    signed_on: date
    note: str = ""
    evidence: UploadField = ()
    seen_sha256: str = ""
    row_version: int = 0
    password: str = ""
    request_id: str = ""


def _page(revision_id: UUID) -> ExternalPage:
    document = document_at(revision_id)
    if not document.is_insider:
        raise NotFound("revision")
    return ExternalPage(document, house().today())


@bp.route("/<uuid:revision_id>/external", methods=["GET", "POST"])
@requires("revision.external_sign")
@form("revisions/external.html", ExternalForm, page=_page, beside=_BESIDE)
def sign(typed: ExternalForm, revision_id: UUID) -> Response:
    """Vouch for the signature of somebody without an account (A-5)."""
    cmd = SignExternally(
        revision_id=revision_id,
        row_version=typed.row_version,
        seen_sha256=typed.seen_sha256,
        given=Given(typed.name, typed.organisation, typed.meaning, typed.how, typed.signed_on, typed.note),
        uploads=tuple(Attached(one) for one in typed.evidence),
    )
    sign_externally(cmd, by=caller(typed.request_id, typed.password), house=house())
    return done_at(revision_id, "external_signed")


@dataclass(frozen=True, slots=True)
class WithdrawPage:
    """The document, and the signature from outside that is withdrawn."""

    document: DocumentPage
    line: ExternalLine


def _line(revision_id: UUID, signature_id: UUID) -> WithdrawPage:
    document = document_at(revision_id)
    found = next((one for one in document.external if one.id == signature_id), None)
    if found is None:
        raise NotFound("external signature")
    return WithdrawPage(document, found)


def _require(revision_id: UUID, signature_id: UUID) -> None:
    """Raise NotFound for an address whose parts do not belong together; the use cases say who may (X-3)."""
    with house().uow.read() as session:
        require_signature_of(session, revision_id, signature_id)


@bp.route("/<uuid:revision_id>/external/<uuid:signature_id>/withdraw", methods=["GET", "POST"])
@requires("revision.external_withdraw")
@form(
    "revisions/external_withdraw.html",
    ReasonForm,
    page=_line,
    beside={"A-5.reason_needed": "reason", "A-5.reason_too_long": "reason"},
)
def withdraw(typed: ReasonForm, revision_id: UUID, signature_id: UUID) -> Response:
    """Withdraw a signature from outside, with the reason (A-5)."""
    _require(revision_id, signature_id)
    cmd = WithdrawExternal(signature_id, typed.reason)
    withdraw_external(cmd, by=caller(typed.request_id), house=house())
    return done_at(revision_id, "external_withdrawn")


@bp.get("/<uuid:revision_id>/external/<uuid:signature_id>/evidence")
@requires("revision.external_read")
def evidence(revision_id: UUID, signature_id: UUID) -> Response:
    """Hand out the evidence as it came (A-5, X-2)."""
    _require(revision_id, signature_id)
    return as_it_came(open_evidence(signature_id, by=caller(), house=house()))
