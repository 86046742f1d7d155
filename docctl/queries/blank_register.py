"""The register of printed blanks and bound books, each print with where its numbers are (D-10, D-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from docctl.domain.blanks import Tally
from docctl.domain.permissions import Actor
from docctl.models.blanks import BlankIssue, BlankPrint
from docctl.models.documents import Document, Revision
from docctl.queries.blank_states import (
    PRINT_STATES,
    own_tallies,
    still_out,
    tallies,
    tally_of_form,
    with_actor,
)
from docctl.queries.paging import PAGE_SIZE, Paged, page_within
from docctl.queries.revision_states import is_insider
from docctl.queries.sql_terms import containing


@dataclass(frozen=True, slots=True)
class BlankFilter:
    """What the register is asked for; `unit_id`: prints of which the unit still has numbers."""

    text: str = ""
    unit_id: UUID | None = None
    state: str = ""
    document_id: UUID | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class BlankRow:
    """A print in the register."""

    print_id: UUID
    document_id: UUID
    number: str
    title: str
    label: str
    numbers: str
    book_size: int
    printed_on: date
    state: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class BlankRegister(Paged):
    """A page of the register; the count is exact.

    `whole` adds up all prints of one form, if one is meant and the person knows it from inside.
    """

    rows: tuple[BlankRow, ...]
    total: int
    page: int
    form: str = ""
    whole: Tally | None = None


def blank_register(
    session: Session, actor: Actor, wanted: BlankFilter, *, at: datetime, page_size: int = PAGE_SIZE
) -> BlankRegister:
    """Return a page of the register: of forms known from inside, and what the person answers for (X-3).

    Of a form not known from inside, only the numbers that the person answers for are counted.
    """
    conditions = _conditions(actor, wanted, at)
    total = session.scalar(_joined(select(func.count())).where(*conditions)) or 0
    page = page_within(wanted.page, total, page_size)
    state = case(
        *((condition(at), literal(name)) for name, condition in PRINT_STATES.items()), else_=literal("open")
    )
    query = _joined(
        select(
            BlankPrint,
            Document.number,
            Revision.title,
            Revision.label,
            state.label("state"),
            is_insider(actor).label("insider"),
        )
    )
    found = session.execute(
        query.where(*conditions)
        .order_by(Document.number, Revision.ordinal, BlankPrint.prefix, BlankPrint.first, BlankPrint.id)
        .limit(page_size)
        .offset((page - 1) * page_size)
    ).all()
    counted = {
        **tallies(session, (one.BlankPrint for one in found if one.insider)),
        **own_tallies(session, actor, (one.BlankPrint for one in found if not one.insider)),
    }
    rows = tuple(_row(one, counted) for one in found)
    form, whole = "", None
    if wanted.document_id is not None and rows:
        form = rows[0].number
        whole = tally_of_form(session, wanted.document_id) if found[0].insider else None
    return BlankRegister(rows, total, page, form, whole)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(BlankPrint)
        .join(Revision, Revision.id == BlankPrint.revision_id)
        .join(Document, Document.id == BlankPrint.document_id)
    )


def _conditions(actor: Actor, wanted: BlankFilter, at: datetime) -> list[ColumnElement[bool]]:
    of_it = BlankIssue.print_id == BlankPrint.id
    inside = is_insider(actor)
    found: list[ColumnElement[bool]] = [or_(inside, exists().where(of_it, with_actor(actor)))]
    if wanted.state in PRINT_STATES:
        found.append(PRINT_STATES[wanted.state](at))
    if wanted.document_id is not None:
        found.append(BlankPrint.document_id == wanted.document_id)
    if wanted.unit_id is not None:
        of_unit = (BlankIssue.unit_id == wanted.unit_id, still_out(), or_(inside, with_actor(actor)))
        found.append(exists().where(of_it, *of_unit))
    for word in wanted.text.split():
        columns = (Document.number, Revision.title, BlankPrint.prefix)
        noted = and_(inside, containing(BlankPrint.note, word))
        found.append(or_(noted, *(containing(column, word) for column in columns)))
    return found


def _row(one: Any, counted: dict[UUID, Tally]) -> BlankRow:
    row: BlankPrint = one.BlankPrint
    return BlankRow(
        print_id=row.id,
        document_id=row.document_id,
        number=one.number,
        title=one.title,
        label=one.label,
        numbers=row.written.span(row.span),
        book_size=row.book_size,
        printed_on=row.printed_on,
        state=one.state,
        tally=counted[row.id],
    )
