"""Change requests that wait for a person: to decide, reword or answer; what came of them (A-4, V-2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, or_
from sqlalchemy.orm import aliased

from docctl.domain.change_requests import TOLD, RequestStatus
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.documents import Document
from docctl.models.organisation import Person, Unit
from docctl.models.requests import ChangeRequest
from docctl.queries.inbox_copies import AT, TODAY
from docctl.queries.inbox_row import work
from docctl.queries.requests import insiders, joined, owned_by, title_known


def request_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the person's work on change requests, by verb: of documents of units that they head, and for
    control of the late ones, of those that nobody owns, and of those that their own head asked for (A-4).
    """
    row = ChangeRequest
    own = row.keeper_id == actor.person_id
    falls = owned_by(actor, AT)
    decides = falls
    if actor.has(Role.DOCUMENT_CONTROLLER):
        nobody_else = or_(Unit.head_id.is_(None), Unit.head_id == row.keeper_id, Unit.head_id == row.asked_by)
        decides = or_(falls, and_(insiders(actor), or_(nobody_else, row.due_on < TODAY)))
        falls = or_(falls, insiders(actor))
    others = and_(row.keeper_id != actor.person_id, row.asked_by != actor.person_id)
    return {
        "decide_request": _work(actor, row.submitted_at, row.due_on).where(
            row.status == RequestStatus.SUBMITTED, decides, others
        ),
        "rework_request": _work(actor, row.decided_at, row.wanted_on).where(
            row.status == RequestStatus.RETURNED, own
        ),
        "answer_request": _work(actor, row.decided_at, row.wanted_on).where(
            row.status == RequestStatus.ACCEPTED, falls
        ),
        "see_request": _work(actor, row.decided_at, label=row.status).where(
            row.status.in_(TOLD), row.seen_at.is_(None), own
        ),
    }


def _work(actor: Actor, since: Any, due_on: Any = None, label: Any = None) -> Select[*tuple[Any, ...]]:
    asker = aliased(Person)
    return joined(
        work(
            "request",
            ChangeRequest.id,
            number=ChangeRequest.number,
            title=title_known(actor, AT),
            label=func.coalesce(Document.number, "") if label is None else label,
            whose=asker.name,
            due_on=due_on,
            since=since,
        )
    ).join(asker, asker.id == ChangeRequest.asked_by)
