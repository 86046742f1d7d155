"""The page of a change request, and which ones a revision may answer (V-2, A-2)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from docctl.domain.change_requests import (
    Asked,
    RequestAction,
    RequestKind,
    RequestStatus,
    may_decide,
    may_move_request,
    starting_words,
)
from docctl.domain.permissions import Actor, Facts, allows
from docctl.domain.verdicts import NotFound, Refused
from docctl.models.documents import Revision
from docctl.models.organisation import Unit
from docctl.models.requests import ChangeRequest
from docctl.queries.document_actions import Offered
from docctl.queries.requests import (
    RequestFilter,
    RequestRow,
    insiders,
    joined,
    owned_by,
    request_register,
    seen_by,
)
from docctl.queries.revision_files import FileLine, files_of
from docctl.queries.revision_states import in_force_at
from docctl.queries.rules_in_force import request_needed


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A change request with what is attached, and what the person may do with it.

    `in_force_id` is the revision that is started from, or withdrawn, where the document has one in force.
    """

    row: RequestRow
    asked: Asked
    files: tuple[FileLine, ...]
    actions: tuple[Offered, ...]
    unit_id: UUID
    type_id: UUID | None
    in_force_id: UUID | None

    def action(self, name: str) -> Offered | None:
        """Return an action that the page offers."""
        return next((one for one in self.actions if one.name == name), None)


def request_page(
    session: Session, actor: Actor, request_id: UUID, *, at: datetime, zone: tzinfo
) -> RequestPage:
    """Return a change request; raise NotFound for one that the person may not see (X-3)."""
    found = request_register(session, actor, RequestFilter(request_id=request_id), at=at, zone=zone)
    if not found.rows:
        raise NotFound("change request")
    inside, owns = insiders(actor).label("inside"), owned_by(actor, at).label("owns")
    query = joined(select(ChangeRequest, Unit, inside, owns))
    one = session.execute(query.where(ChangeRequest.id == request_id)).one()
    request: ChangeRequest = one.ChangeRequest
    facts = Facts(
        unit_id=one.Unit.id,
        author_id=request.keeper_id,
        assignees=frozenset({one.Unit.head_id} if one.owns and one.Unit.head_id else ()),
        insider=bool(one.inside),
    )
    current = None
    if request.document_id is not None:
        in_force = select(Revision.id).where(Revision.document_id == request.document_id, in_force_at(at))
        current = session.scalar(in_force)
    return RequestPage(
        row=found.rows[0],
        asked=request.asked(),
        files=files_of(session, request.id),
        actions=_offers(actor, facts, request, has_force=current is not None),
        unit_id=one.Unit.id,
        type_id=request.type_id,
        in_force_id=current,
    )


def numbered_request(session: Session, actor: Actor, number: str, *, at: datetime) -> UUID:
    """Return the id of the request with this number; raise NotFound for none that the person sees (X-3)."""
    query = joined(select(ChangeRequest.id)).where(
        ChangeRequest.number == number.strip().upper(), seen_by(actor, at)
    )
    found: UUID | None = session.scalar(query)
    if found is None:
        raise NotFound("change request")
    return found


@dataclass(frozen=True, slots=True)
class Answerable:
    """A request that a revision may answer, or answers already."""

    request_id: UUID
    number: str
    asked: Asked
    is_answered: bool
    #: Of a new document.
    unit_id: UUID | None
    type_id: UUID | None


@dataclass(frozen=True, slots=True)
class Answers:
    """The requests that a revision may answer; `is_needed` where it must answer one (V-2)."""

    rows: tuple[Answerable, ...]
    is_needed: bool = False

    def words(self, chosen: Collection[UUID]) -> Asked:
        """Return the words with which a revision that answers these begins."""
        return starting_words(one.asked for one in self.rows if one.request_id in chosen)


def answers_for(
    session: Session,
    actor: Actor,
    document_id: UUID | None,
    *,
    at: datetime,
    revision_id: UUID | None = None,
    type_code: str = "",
) -> Answers:
    """Return the accepted requests for a change of a document, without one for a new document (V-2).

    With them come those that the revision answers already.
    """
    kind = RequestKind.NEW if document_id is None else RequestKind.CHANGE
    of: Select[ChangeRequest] = joined(select(ChangeRequest)).where(seen_by(actor, at))
    waits = and_(ChangeRequest.kind == kind, ChangeRequest.status == RequestStatus.ACCEPTED)
    if document_id is not None:
        waits = and_(waits, ChangeRequest.document_id == document_id)
    if revision_id is not None:
        waits = or_(waits, ChangeRequest.revision_id == revision_id)
    rows = session.scalars(of.where(waits).order_by(ChangeRequest.number))
    found = tuple(
        Answerable(
            one.id,
            one.number,
            one.asked(),
            revision_id is not None and one.revision_id == revision_id,
            one.unit_id,
            one.type_id,
        )
        for one in rows
    )
    return Answers(found, bool(type_code) and request_needed(session, type_code, at))


def refused_without(session: Session, document_id: UUID, type_code: str, *, at: datetime) -> Refused | None:
    """Return why no revision may be started: it needs an accepted request, and there is none (V-2)."""
    if not request_needed(session, type_code, at):
        return None
    waits = select(ChangeRequest.id).where(
        ChangeRequest.document_id == document_id,
        ChangeRequest.kind == RequestKind.CHANGE,
        ChangeRequest.status == RequestStatus.ACCEPTED,
    )
    return None if session.scalar(waits.limit(1)) else Refused("V-2", "request_needed")


def _offers(actor: Actor, facts: Facts, request: ChangeRequest, *, has_force: bool) -> tuple[Offered, ...]:
    found: list[Offered] = []
    for action, permission, name in (
        (RequestAction.ACCEPT, "request.decide", "decide"),
        (RequestAction.SUBMIT, "request.submit", "submit"),
        (RequestAction.TAKE_BACK, "request.take_back", "take_back"),
    ):
        if not may_move_request(request.status, action) or not allows(actor, permission, facts):
            continue
        refused = None
        if name == "decide":
            verdict = may_decide(actor.person_id, asker=request.asked_by, keeper=request.keeper_id)
            refused = verdict if isinstance(verdict, Refused) else None
        found.append(Offered(name, refused, is_primary=name != "take_back" and refused is None))
    if request.status is RequestStatus.ACCEPTED:
        found += _carrying_out(actor, facts, request, has_force=has_force)
    if request.seen_at is None and request.decided_at is not None and allows(actor, "request.see", facts):
        found.append(Offered("see"))
    return tuple(found)


def _carrying_out(actor: Actor, facts: Facts, request: ChangeRequest, *, has_force: bool) -> list[Offered]:
    """Return what carries an accepted request out, and declining it after all."""
    name, permission = {
        RequestKind.CHANGE: ("revise", "document.revise"),
        RequestKind.NEW: ("create", "document.create"),
        RequestKind.WITHDRAWAL: ("withdraw", "revision.withdraw"),
    }[request.kind]
    found = []
    if (has_force or request.kind is RequestKind.NEW) and allows(actor, permission, facts):
        found.append(Offered(name, is_primary=True))
    if allows(actor, "request.decide", facts):
        found.append(Offered("decline"))
    return found
