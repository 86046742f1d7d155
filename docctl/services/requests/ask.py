"""Asking for a change, a withdrawal or a new document, and asking again (V-2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.change_requests import (
    PREFIX,
    REQUEST_MOVES,
    Asked,
    RequestAction,
    RequestKind,
    decided_by_day,
    may_ask,
    may_move_request,
)
from docctl.domain.permissions import Facts, authorise
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.content import ItemFile, OwnerKind
from docctl.models.documents import Document, DocumentType
from docctl.models.organisation import Unit
from docctl.models.requests import ChangeRequest
from docctl.services.access import insider_readers, intern_set
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_document
from docctl.services.documents.make import require_owner
from docctl.services.files import Attached, StoredFile, add_files, storing
from docctl.services.numbers.count import next_of_year
from docctl.services.registry import use_case
from docctl.services.requests.load import lock_request, note
from docctl.services.reviews.load import revision_in_force


@dataclass(frozen=True, slots=True)
class AskForChange:
    """What is asked for of a document; without one, a new document of a unit, of a type where known."""

    kind: RequestKind
    asked: Asked
    document_id: UUID | None = None
    unit_id: UUID | None = None
    type_id: UUID | None = None
    uploads: tuple[Attached, ...] = ()
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


@use_case("request.ask", before=storing(OwnerKind.CHANGE_REQUEST, for_document=False))
def ask_for_change(session: Session, cmd: AskForChange, by: Caller) -> UUID:
    """Submit a change request under the next number of the year; return its id (N-1, V-2)."""
    asked, is_new = cmd.asked.stripped(), cmd.kind is RequestKind.NEW
    document, has_force = None, False
    if is_new:
        authorise(by.actor, "request.ask", Facts())
    else:
        document, has_force = _document(session, cmd.document_id, by)
    require(may_ask(asked, cmd.kind, has_force=has_force, files=len(cmd.files), today=by.today))
    assert by.person_id is not None
    unit = _unit(session, cmd) if is_new else None
    request = ChangeRequest(
        id=cmd.item_id,
        number=next_of_year(session, PREFIX, by.today),
        kind=cmd.kind,
        document_id=document.id if document else None,
        unit_id=unit.id if unit else None,
        type_id=cmd.type_id if is_new else None,
        access_set_id=intern_set(session, insider_readers(unit.id, [by.person_id])) if unit else None,
        title=document.title if document else asked.title,
        due_on=decided_by_day(asked, today=by.today),
        asked_by=by.person_id,
        asked_at=by.at,
        keeper_id=by.person_id,
        submitted_at=by.at,
    )
    request.say(asked)
    session.add(request)
    session.flush()  # a guard looks at it for its files
    _attach(session, by, request, cmd.files)
    _note(session, by, request, document)
    return request.id


@dataclass(frozen=True, slots=True)
class SubmitRequest:
    """Other words for a request that was returned, and what more is attached."""

    request_id: UUID
    row_version: int | None
    asked: Asked
    uploads: tuple[Attached, ...] = ()
    files: tuple[StoredFile, ...] = ()

    @property
    def item_id(self) -> UUID:
        """The item to which its files belong."""
        return self.request_id


@use_case("request.submit", before=storing(OwnerKind.CHANGE_REQUEST, for_document=False))
def submit_request(session: Session, cmd: SubmitRequest, by: Caller) -> UUID:
    """Submit a returned request again; its number and files stay (A-9, V-2)."""
    loaded = lock_request(session, cmd.request_id, cmd.row_version, by)
    request = loaded.request
    authorise(by.actor, "request.submit", loaded.facts)
    require(may_move_request(request.status, RequestAction.SUBMIT))
    asked = cmd.asked.stripped()
    query = select(func.count()).select_from(ItemFile).where(ItemFile.owner_id == request.id)
    files = len(cmd.files) + (session.scalar(query) or 0)
    require(may_ask(asked, request.kind, has_force=loaded.has_force, files=files, today=by.today))
    request.say(asked)
    request.round += 1
    request.submitted_at = by.at
    request.due_on = decided_by_day(asked, today=by.today)
    request.status = REQUEST_MOVES[request.status, RequestAction.SUBMIT]
    session.flush()  # a guard looks at it for its files
    _attach(session, by, request, cmd.files)
    _note(session, by, request, loaded.document)
    return request.id


@dataclass(frozen=True, slots=True)
class TakeBackRequest:
    """A request that is wanted no more, with the reason."""

    request_id: UUID
    row_version: int | None
    reason: str


@use_case("request.take_back")
def take_back_request(session: Session, cmd: TakeBackRequest, by: Caller) -> UUID:
    """Take a request back before a revision answers it; its number is not used again (N-1, V-2)."""
    loaded = lock_request(session, cmd.request_id, cmd.row_version, by)
    request = loaded.request
    authorise(by.actor, "request.take_back", loaded.facts)
    require(may_move_request(request.status, RequestAction.TAKE_BACK))
    require(reason_given(cmd.reason, rule="V-2"))
    request.status = REQUEST_MOVES[request.status, RequestAction.TAKE_BACK]
    request.decided_by, request.decided_at, request.decision = by.person_id, by.at, cmd.reason.strip()
    request.seen_at = by.at
    note(session, by, "request.taken_back", request, loaded.document, reason=request.decision)
    return request.id


def _document(session: Session, document_id: UUID | None, by: Caller) -> tuple[Document, bool]:
    if document_id is None:
        raise NotFound("document")
    loaded = lock_document(session, document_id)
    current = revision_in_force(loaded, by)
    authorise(by.actor, "request.ask", facts_of(session, loaded.document, current, by))
    return loaded.document, current is not None


def _unit(session: Session, cmd: AskForChange) -> Unit:
    unit = session.get(Unit, cmd.unit_id) if cmd.unit_id else None
    if unit is None or (cmd.type_id is not None and session.get(DocumentType, cmd.type_id) is None):
        raise NotFound("type or unit")
    if unit.valid_until is not None:
        raise RuleRefused(Refused("O-1", "unit_closed", {"until": unit.valid_until}))
    require_owner(unit)
    return unit


def _attach(session: Session, by: Caller, request: ChangeRequest, files: tuple[StoredFile, ...]) -> None:
    if not files:
        return
    query = select(func.max(ItemFile.ordinal)).where(ItemFile.owner_id == request.id)
    first = (session.scalar(query) or 0) + 1
    add_files(session, by, owner=OwnerKind.CHANGE_REQUEST, owner_id=request.id, files=files, first=first)


def _note(session: Session, by: Caller, request: ChangeRequest, document: Document | None) -> None:
    note(
        session,
        by,
        "request.submitted",
        request,
        document,
        kind=request.kind.value,
        round=request.round,
        due=request.due_on,
        reason=request.reason,
    )
