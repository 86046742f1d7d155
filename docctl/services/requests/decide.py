"""What the owner decides about a change request, and what its asker notes of it (A-2, V-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.change_requests import (
    DECISIONS,
    REQUEST_MOVES,
    RequestAction,
    may_decide,
    may_move_request,
)
from docctl.domain.permissions import authorise
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.services.caller import Caller
from docctl.services.registry import use_case
from docctl.services.requests.load import lock_request, note

_EVENTS: Final = {
    RequestAction.ACCEPT: "request.accepted",
    RequestAction.RETURN: "request.returned",
    RequestAction.DECLINE: "request.declined",
}


@dataclass(frozen=True, slots=True)
class DecideRequest:
    """Accepted, returned or declined, with the reason."""

    request_id: UUID
    row_version: int | None
    action: RequestAction
    reason: str


@use_case("request.decide")
def decide_request(session: Session, cmd: DecideRequest, by: Caller) -> UUID:
    """Decide a request; who asked is told, and what is accepted waits for a revision (A-2, V-2)."""
    loaded = lock_request(session, cmd.request_id, cmd.row_version, by)
    request = loaded.request
    authorise(by.actor, "request.decide", loaded.facts)
    if cmd.action not in DECISIONS:
        raise RuleRefused(Refused("V-2", "request_decision_needed"))
    require(may_move_request(request.status, cmd.action))
    require(may_decide(by.person_id, asker=request.asked_by, keeper=request.keeper_id))
    require(reason_given(cmd.reason, rule="V-2"))
    request.status = REQUEST_MOVES[request.status, cmd.action]
    request.decided_by, request.decided_at, request.decision = by.person_id, by.at, cmd.reason.strip()
    request.seen_at = None
    note(session, by, _EVENTS[cmd.action], request, loaded.document, reason=request.decision)
    return request.id


@dataclass(frozen=True, slots=True)
class SeeRequest:
    """What came of a request is noted by who asked."""

    request_id: UUID


@use_case("request.see")
def see_request(session: Session, cmd: SeeRequest, by: Caller) -> UUID:
    """Take what came of a request out of the inbox of who asked (A-4)."""
    loaded = lock_request(session, cmd.request_id, None, by)
    request = loaded.request
    authorise(by.actor, "request.see", loaded.facts)
    if request.decided_at is None:
        raise NotFound("decision")
    if request.seen_at is None:
        request.seen_at = by.at
        note(session, by, "request.seen", request, loaded.document, state=request.status.value)
    return request.id
