"""How a change request is looked up for a use case: locked, and seen or not at all (X-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import in_force
from docctl.domain.permissions import Facts
from docctl.domain.verdicts import Conflict, NotFound, Refused
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Unit
from docctl.models.requests import ChangeRequest
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.documents.load import Loaded, facts_of, lock_document
from docctl.services.locks import Rank, lock
from docctl.services.reviews.load import revision_in_force
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class LoadedRequest:
    """A change request with its document, None of a new one, locked, and what permissions depend on."""

    request: ChangeRequest
    document: Document | None
    facts: Facts
    has_force: bool


def lock_request(session: Session, request_id: UUID, row_version: int | None, by: Caller) -> LoadedRequest:
    """Lock a change request after its document; raise NotFound, or Conflict where it changed meanwhile."""
    row = session.execute(select(ChangeRequest.document_id).where(ChangeRequest.id == request_id)).first()
    if row is None:
        raise NotFound("change request")
    loaded = lock_document(session, row.document_id) if row.document_id else None
    (request,) = lock(session, Rank.ITEMS, select(ChangeRequest).where(ChangeRequest.id == request_id))
    facts = request_facts(session, request, loaded, by)
    if (facts.visible or facts.insider) and row_version is not None and request.row_version != row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    has_force = loaded is not None and revision_in_force(loaded, by) is not None
    return LoadedRequest(request, loaded.document if loaded else None, facts, has_force)


def request_facts(session: Session, request: ChangeRequest, loaded: Loaded | None, by: Caller) -> Facts:
    """Return what permissions on a change request depend on.

    It is seen by who asked, who speaks for it now, the owner, and all who see the document from inside.
    """
    if loaded is not None:
        current = next((one for one in loaded.in_order() if in_force(one.dates(), by.at)), None)
        facts = facts_of(session, loaded.document, current, by)
        unit_id = loaded.document.unit_id
    else:
        assert request.access_set_id is not None, "a check of the table says so"
        assert request.unit_id is not None, "a check of the table says so"
        facts = Facts(insider=sees(session, by.actor, request.access_set_id), visible=True)
        unit_id = request.unit_id
    person = by.actor.person_id
    head = session.get_one(Unit, unit_id).head_id
    is_owner = person is not None and person == head and (facts.visible or facts.insider)
    is_own = person in {request.keeper_id, request.asked_by}
    return replace(
        facts,
        unit_id=unit_id,
        author_id=request.keeper_id,
        assignees=frozenset({head} if is_owner and head else ()),
        visible=is_own or is_owner,
    )


def subject_of(request: ChangeRequest, document_id: UUID | None, revision: Revision | None = None) -> Subject:
    """Return what an event about a request is about: its document, a request for a new one itself."""
    if document_id is None:
        return Subject("change_request", request.id)
    return Subject("document", document_id, str(revision.id) if revision else "")


def note(
    session: Session,
    by: Caller,
    action: str,
    request: ChangeRequest,
    document: Document | None,
    revision: Revision | None = None,
    **more: object,
) -> None:
    """Write an event about a change request, with its reason where one was given."""
    reason = more.pop("reason", "")
    named: dict[str, object] = {"number": document.number} if document else {}
    if revision is not None:
        named["label"] = revision.label
    record(
        session,
        by,
        action,
        subject_of(request, document.id if document else None, revision),
        facts={**named, "request": request.number, **more},
        detail={"reason": reason} if reason else {},
    )
