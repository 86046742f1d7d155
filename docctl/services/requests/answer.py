"""Change requests that a revision answers: taken up with its draft, open again, or done with its issue (V-2).

Each is called inside the use case that moves the revision, whose document is locked; requests are locked
before anything is counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.domain.change_requests import (
    REQUEST_MOVES,
    RequestAction,
    RequestKind,
    RequestStatus,
    may_answer,
    may_move_request,
    may_start,
)
from docctl.domain.verdicts import NotFound, require
from docctl.models.documents import Document, Revision
from docctl.models.requests import ChangeRequest
from docctl.queries.requests import joined, seen_by
from docctl.queries.rules_in_force import request_needed
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.requests.load import note, request_facts


def lock_requests(session: Session, ids: Collection[UUID]) -> Sequence[ChangeRequest]:
    """Lock requests by their ids; raise NotFound where one is missing."""
    if not ids:
        return ()
    query = select(ChangeRequest).where(ChangeRequest.id.in_(ids)).order_by(ChangeRequest.id)
    found = lock(session, Rank.ITEMS, query)
    if len(found) < len(set(ids)):
        raise NotFound("change request")
    return found


def answered_by(session: Session, revision_id: UUID) -> Sequence[ChangeRequest]:
    """Lock and return the requests that a revision answers."""
    query = select(ChangeRequest).where(ChangeRequest.revision_id == revision_id)
    return lock(session, Rank.ITEMS, query.order_by(ChangeRequest.id))


def require_answering(session: Session, by: Caller, type_code: str, answered: int) -> None:
    """Raise RuleRefused V-2 where a change of such documents needs an accepted request, and has none."""
    require(may_start(is_needed=request_needed(session, type_code, by.at), answered=answered))


def take_up(
    session: Session, by: Caller, document: Document, revision: Revision, requests: Sequence[ChangeRequest]
) -> None:
    """Let a draft answer these requests, which are locked (V-2)."""
    for one in requests:
        is_seen = _sees(session, one, by) if one.kind is RequestKind.NEW else one.document_id == document.id
        if not is_seen:
            raise NotFound("change request")
        require(may_answer(one.kind, is_first=revision.ordinal == 1))
        require(may_move_request(one.status, RequestAction.ANSWER))
        one.status = REQUEST_MOVES[one.status, RequestAction.ANSWER]
        one.revision_id = revision.id
        note(session, by, "request.taken_up", one, document, revision)


def take_up_instead(
    session: Session, by: Caller, document: Document, revision: Revision, ids: Collection[UUID]
) -> None:
    """Let a draft answer these requests and no others (V-2).

    One that the person may not see stays: they could not have named it (X-3).
    """
    wanted = set(ids)
    of = or_(ChangeRequest.id.in_(wanted), ChangeRequest.revision_id == revision.id)
    found = lock(session, Rank.ITEMS, select(ChangeRequest).where(of).order_by(ChangeRequest.id))
    if wanted - {one.id for one in found}:
        raise NotFound("change request")
    answered = select(ChangeRequest.id).where(ChangeRequest.revision_id == revision.id)
    seen = set(session.scalars(joined(answered).where(seen_by(by.actor, by.at))))
    let_go = [one for one in found if one.id in seen - wanted]
    new = [one for one in found if one.id in wanted and one.revision_id != revision.id]
    _open_again(session, by, document, revision, let_go)
    take_up(session, by, document, revision, new)


def reopen(session: Session, by: Caller, document: Document, revision: Revision) -> None:
    """Open again what a discarded draft was to answer (V-2)."""
    _open_again(session, by, document, revision, answered_by(session, revision.id))


def finish(
    session: Session, by: Caller, document: Document, revision: Revision, requests: Sequence[ChangeRequest]
) -> None:
    """Close the requests that an issued revision answers, or a withdrawal does; who asked is told (V-2)."""
    for one in requests:
        require(may_move_request(one.status, RequestAction.FINISH))
        one.status = REQUEST_MOVES[one.status, RequestAction.FINISH]
        one.revision_id, one.done_at = revision.id, by.at
        one.seen_at = by.at if one.keeper_id == by.actor.person_id else None
        note(session, by, "request.done", one, document, revision)


def asked_to_withdraw(session: Session, document_id: UUID) -> Sequence[ChangeRequest]:
    """Lock and return the accepted requests for the withdrawal of a document."""
    query = select(ChangeRequest).where(
        ChangeRequest.document_id == document_id,
        ChangeRequest.kind == RequestKind.WITHDRAWAL,
        ChangeRequest.status == RequestStatus.ACCEPTED,
    )
    return lock(session, Rank.ITEMS, query.order_by(ChangeRequest.id))


def _open_again(
    session: Session, by: Caller, document: Document, revision: Revision, requests: Sequence[ChangeRequest]
) -> None:
    for one in requests:
        require(may_move_request(one.status, RequestAction.REOPEN))
        one.status = REQUEST_MOVES[one.status, RequestAction.REOPEN]
        one.revision_id = None
        note(session, by, "request.reopened", one, document, revision)


def _sees(session: Session, request: ChangeRequest, by: Caller) -> bool:
    facts = request_facts(session, request, None, by)
    return facts.visible or facts.insider
