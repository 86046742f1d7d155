"""The registers of distribution and recalls, now or as of a past day (发放记录、回收记录; D-1, D-2, D-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.calendar_dates import instant_as_of
from docctl.domain.permissions import Actor
from docctl.models.distribution import ControlledCopy
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Post
from docctl.queries.copy_states import COPY_STATES, called, held_by
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import is_insider
from docctl.queries.sql_terms import containing


@dataclass(frozen=True, slots=True)
class CopyFilter:
    """What a register of copies is asked for; `recalls`: only those that were called back.

    `unit_id` is the unit that holds, by itself, through a post of it or a person in it. `as_of` a past day
    shows what the register knew at its end.
    """

    text: str = ""
    unit_id: UUID | None = None
    state: str = ""
    medium: str = ""
    recalls: bool = False
    revision_id: UUID | None = None
    as_of: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A controlled copy in a register; days in the company's zone."""

    copy_id: UUID
    document_id: UUID
    revision_id: UUID
    number: str
    title: str
    label: str
    copy: str
    holder: str
    medium: str
    state: str
    issued_on: date
    received_on: date | None
    receiver: str
    recalled_on: date | None
    recall_reason: str
    closed_on: date | None
    closed_by: str
    witness: str
    reason: str


@dataclass(frozen=True, slots=True)
class CopyRegister(Paged):
    """A page of a register of copies; the count is exact and of what the person may see (X-3)."""

    rows: tuple[CopyRow, ...]
    total: int
    page: int


def copy_register(
    session: Session,
    actor: Actor,
    wanted: CopyFilter,
    *,
    at: datetime,
    zone: tzinfo,
    page_size: int = PAGE_SIZE,
) -> CopyRegister:
    """Return a page of a register of copies: of documents known from inside, and one's own (D-7, X-3)."""
    moment = instant_as_of(wanted.as_of, at, zone)
    conditions = _conditions(actor, wanted, moment, at.astimezone(zone).date())
    total = session.scalar(_joined(select(func.count())).where(*conditions)) or 0
    page = page_within(wanted.page, total, page_size)
    query = _rows(moment).where(*conditions).order_by(Document.number, ControlledCopy.sequence)
    found = session.execute(query.limit(page_size).offset((page - 1) * page_size))
    return CopyRegister(tuple(_row(one, moment, zone) for one in found), total, page)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(ControlledCopy)
        .join(Revision, Revision.id == ControlledCopy.revision_id)
        .join(Document, Document.id == ControlledCopy.document_id)
    )


def _rows(moment: datetime) -> Select[*tuple[Any, ...]]:
    closer, loser, witness, receiver = (aliased(Person) for _ in range(4))
    state = case(
        *((condition(moment), literal(name)) for name, condition in COPY_STATES.items()),
        else_=literal("issued"),
    )
    return (
        _joined(
            select(
                ControlledCopy,
                Document,
                Revision,
                state.label("state"),
                closer.name.label("closer"),
                loser.name.label("loser"),
                witness.name.label("witness"),
                receiver.name.label("receiver"),
            )
        )
        .outerjoin(closer, closer.id == ControlledCopy.closed_by)
        .outerjoin(loser, loser.id == ControlledCopy.lost_by)
        .outerjoin(witness, witness.id == ControlledCopy.witness_id)
        .outerjoin(receiver, receiver.id == ControlledCopy.received_by)
    )


def _conditions(actor: Actor, wanted: CopyFilter, moment: datetime, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        ControlledCopy.issued_at <= moment,
        or_(is_insider(actor), held_by(actor, today)),
    ]
    if wanted.recalls:
        found.append(called(moment))
    if wanted.state in COPY_STATES:
        found.append(COPY_STATES[wanted.state](moment))
    if wanted.medium:
        found.append(ControlledCopy.medium == wanted.medium)
    if wanted.revision_id is not None:
        found.append(ControlledCopy.revision_id == wanted.revision_id)
    if wanted.unit_id is not None:
        found.append(_of_unit(wanted.unit_id))
    for word in wanted.text.split():
        columns = (Document.number, Revision.title, ControlledCopy.holder, ControlledCopy.number)
        found.append(or_(*(containing(column, word) for column in columns)))
    return found


def _of_unit(unit_id: UUID) -> ColumnElement[bool]:
    return or_(
        ControlledCopy.unit_id == unit_id,
        ControlledCopy.post_id.in_(select(Post.id).where(Post.unit_id == unit_id)),
        ControlledCopy.person_id.in_(select(Person.id).where(Person.unit_id == unit_id)),
    )


def _row(one: Any, moment: datetime, zone: tzinfo) -> CopyRow:
    copy: ControlledCopy = one.ControlledCopy
    document: Document = one.Document
    revision: Revision = one.Revision
    since = copy.recalled_since(revision.over_since(document))
    is_called = since is not None and since <= moment
    is_received = copy.received_at is not None and copy.received_at <= moment
    was_called = copy.recalled_at is not None and copy.recalled_at <= moment
    is_closed, is_lost = one.state in {"returned", "destroyed"}, one.state == "lost"
    return CopyRow(
        copy_id=copy.id,
        document_id=copy.document_id,
        revision_id=copy.revision_id,
        number=document.number,
        title=revision.title,
        label=revision.label,
        copy=copy.number,
        holder=copy.holder,
        medium=copy.medium.value,
        state=one.state,
        issued_on=copy.issued_on,
        received_on=copy.received_on if is_received else None,
        receiver=(copy.receiver or one.receiver or "") if is_received else "",
        recalled_on=since.astimezone(zone).date() if since and is_called else None,
        recall_reason=copy.recall_reason if was_called else "",
        closed_on=copy.closed_on if is_closed else (copy.lost_on if is_lost else None),
        closed_by=(one.closer or "") if is_closed else ((one.loser or "") if is_lost else ""),
        witness=(one.witness or "") if is_closed else "",
        reason=copy.close_reason if is_closed else (copy.lost_reason if is_lost else ""),
    )
