"""Change requests: the register, and those of one document (V-2, D-7, X-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.change_requests import OPEN, RequestKind, RequestStatus
from docctl.domain.permissions import Actor
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Person, Unit
from docctl.models.requests import ChangeRequest
from docctl.models.visibility import visible_sets
from docctl.queries.ordering import in_order
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import in_force_at, readable_document
from docctl.queries.sql_terms import containing

Where = ColumnElement[bool]

#: States that the register filters by, in the order of the page; `open` is all of which something is to come.
STATES: Final = ("open", *(one.value for one in RequestStatus))
SORTS: Final = ("asked", "number", "document", "unit", "wanted", "due", "state")
#: So many of one document are shown on its page.
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """What the register is asked for; `mine` are those that the person asked, or speaks for now."""

    text: str = ""
    unit_id: UUID | None = None
    state: str = ""
    kind: str = ""
    document_id: UUID | None = None
    request_id: UUID | None = None
    mine: bool = False
    sort: str = "asked"
    descending: bool = True
    page: int = 1


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A change request; instants in the company's zone.

    `document_id` and `revision_id` are None where there is none, or the person may not see it (X-3).
    """

    request_id: UUID
    row_version: int
    number: str
    kind: str
    document_id: UUID | None
    document_number: str
    title: str
    unit: str
    type_name: str
    type_name_en: str
    what: str
    reason: str
    basis: str
    proposal: str
    wanted_on: date | None
    due_on: date
    is_late: bool
    state: str
    asked_by: str
    asked_at: datetime
    keeper: str
    round: int
    decided_by: str
    decided_at: datetime | None
    decision: str
    revision_id: UUID | None
    label: str
    done_at: datetime | None
    is_seen: bool


@dataclass(frozen=True, slots=True)
class RequestRegister(Paged):
    """A page of the register; the count is exact and of what the person may see (X-3)."""

    rows: tuple[RequestRow, ...]
    total: int
    page: int


def request_register(
    session: Session,
    actor: Actor,
    wanted: RequestFilter,
    *,
    at: datetime,
    zone: tzinfo,
    page_size: int = PAGE_SIZE,
) -> RequestRegister:
    """Return a page of the change requests that the person may see (V-2, X-3)."""
    conditions = _conditions(actor, wanted, at)
    total = session.scalar(joined(select(func.count())).where(*conditions)) or 0
    page = page_within(wanted.page, total, page_size)
    column = _ORDER[wanted.sort if wanted.sort in _ORDER else "asked"]
    query = (
        _rows(actor, at)
        .where(*conditions)
        .order_by(in_order(column, descending=wanted.descending), ChangeRequest.number.desc())
    )
    found = session.execute(query.limit(page_size).offset((page - 1) * page_size))
    today = at.astimezone(zone).date()
    return RequestRegister(tuple(_row(one, today, zone) for one in found), total, page)


def open_requests(
    session: Session, actor: Actor, document_id: UUID, *, at: datetime, zone: tzinfo
) -> tuple[RequestRow, ...]:
    """Return the open change requests of a document, the oldest first, as far as the person may see them."""
    wanted = RequestFilter(document_id=document_id, state="open", descending=False)
    return request_register(session, actor, wanted, at=at, zone=zone, page_size=MOST).rows


def requests_answered(session: Session, actor: Actor, revision_id: UUID, *, at: datetime) -> tuple[Any, ...]:
    """Return id, number and state of the requests that a revision answers, by number."""
    query = (
        joined(select(ChangeRequest.id, ChangeRequest.number, ChangeRequest.status))
        .where(ChangeRequest.revision_id == revision_id, seen_by(actor, at))
        .order_by(ChangeRequest.number)
    )
    return tuple(session.execute(query))


def joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return a query of change requests with the document of each, and the unit that owns it or will."""
    return (
        query.select_from(ChangeRequest)
        .outerjoin(Document, Document.id == ChangeRequest.document_id)
        .join(Unit, Unit.id == func.coalesce(Document.unit_id, ChangeRequest.unit_id))
    )


def insiders(actor: Actor) -> Where:
    """Say in SQL whether the person sees the document of a request from inside, or is asked for a new one."""
    set_id = func.coalesce(Document.insider_set_id, ChangeRequest.access_set_id)
    return set_id.in_(visible_sets(actor))


def owned_by(actor: Actor, at: Any) -> Where:
    """Say in SQL whether the person heads the unit that owns the document, and may see that (X-3)."""
    sees = or_(ChangeRequest.document_id.is_(None), readable_document(actor, at))
    return and_(Unit.head_id == actor.person_id, sees)


def is_own(actor: Actor) -> Where:
    """Say in SQL whether the person asked for it, or speaks for it now."""
    return or_(ChangeRequest.keeper_id == actor.person_id, ChangeRequest.asked_by == actor.person_id)


def title_known(actor: Actor, at: Any) -> ColumnElement[str]:
    """Return in SQL the title, "" to who only speaks for a request and may not see the document (X-3)."""
    knows = or_(
        ChangeRequest.document_id.is_(None),
        ChangeRequest.asked_by == actor.person_id,
        readable_document(actor, at),
    )
    return case((knows, ChangeRequest.title), else_="")


def seen_by(actor: Actor, at: Any) -> Where:
    """Say in SQL whether the person sees a change request at all (X-3)."""
    return or_(insiders(actor), is_own(actor), owned_by(actor, at))


_ANSWER: Final = aliased(Revision)
_ANSWERED: Final = aliased(Document)
#: The order of people's eyes: what waits first, what is over last.
_STATE: Final = case(
    {one.value: place for place, one in enumerate(RequestStatus)}, value=ChangeRequest.status, else_=99
)
_ORDER: Final[Mapping[str, Any]] = {
    "asked": ChangeRequest.asked_at,
    "number": ChangeRequest.number,
    "document": Document.number,
    "unit": Unit.name,
    "wanted": ChangeRequest.wanted_on,
    "due": ChangeRequest.due_on,
    "state": _STATE,
}


def _rows(actor: Actor, at: datetime) -> Select[*tuple[Any, ...]]:
    asker, keeper, decider = aliased(Person), aliased(Person), aliased(Person)
    return (
        joined(
            select(
                ChangeRequest,
                Document.id.label("document_id"),
                Document.number.label("document_number"),
                Unit.name.label("unit"),
                DocumentType.name.label("type_name"),
                DocumentType.name_en.label("type_name_en"),
                asker.name.label("asker"),
                keeper.name.label("keeper"),
                decider.name.label("decider"),
                _ANSWER.label,
                _ANSWERED.id.label("answered_id"),
                _ANSWERED.number.label("answered_number"),
                readable_document(actor, at).label("reads"),
                title_known(actor, at).label("title"),
                or_(
                    _ANSWERED.insider_set_id.in_(visible_sets(actor)),
                    and_(_ANSWERED.access_set_id.in_(visible_sets(actor)), in_force_at(at, _ANSWER)),
                ).label("follows"),
            )
        )
        .outerjoin(DocumentType, DocumentType.id == ChangeRequest.type_id)
        .join(asker, asker.id == ChangeRequest.asked_by)
        .join(keeper, keeper.id == ChangeRequest.keeper_id)
        .outerjoin(decider, decider.id == ChangeRequest.decided_by)
        .outerjoin(_ANSWER, _ANSWER.id == ChangeRequest.revision_id)
        .outerjoin(_ANSWERED, _ANSWERED.id == _ANSWER.document_id)
    )


def _conditions(actor: Actor, wanted: RequestFilter, at: datetime) -> list[Where]:
    found: list[Where] = [seen_by(actor, at)]
    if wanted.request_id is not None:
        found.append(ChangeRequest.id == wanted.request_id)
    if wanted.document_id is not None:
        found.append(ChangeRequest.document_id == wanted.document_id)
    if wanted.mine:
        found.append(is_own(actor))
    if wanted.state == "open":
        found.append(ChangeRequest.status.in_(OPEN))
    elif wanted.state in STATES:
        found.append(ChangeRequest.status == RequestStatus(wanted.state))
    if wanted.kind in set(RequestKind):
        found.append(ChangeRequest.kind == RequestKind(wanted.kind))
    if wanted.unit_id is not None:
        found.append(Unit.id == wanted.unit_id)
    for word in wanted.text.split():
        columns = (
            ChangeRequest.number,
            title_known(actor, at),
            ChangeRequest.what,
            ChangeRequest.reason,
            Document.number,
        )
        found.append(or_(*(containing(column, word) for column in columns)))
    return found


def _row(one: Any, today: date, zone: tzinfo) -> RequestRow:
    request: ChangeRequest = one.ChangeRequest

    def there(when: datetime | None) -> datetime | None:
        return when.astimezone(zone) if when else None

    return RequestRow(
        request_id=request.id,
        row_version=request.row_version,
        number=request.number,
        kind=request.kind.value,
        document_id=one.document_id if one.reads else None,
        document_number=one.document_number or one.answered_number or "",
        title=one.title,
        unit=one.unit,
        type_name=one.type_name or "",
        type_name_en=one.type_name_en or one.type_name or "",
        what=request.what,
        reason=request.reason,
        basis=request.basis,
        proposal=request.proposal,
        wanted_on=request.wanted_on,
        due_on=request.due_on,
        is_late=request.status is RequestStatus.SUBMITTED and request.due_on < today,
        state=request.status.value,
        asked_by=one.asker,
        asked_at=request.asked_at.astimezone(zone),
        keeper=one.keeper,
        round=request.round,
        decided_by=one.decider or "",
        decided_at=there(request.decided_at),
        decision=request.decision,
        revision_id=request.revision_id if one.follows else None,
        label=one.label or "",
        done_at=there(request.done_at),
        is_seen=request.seen_at is not None,
    )
