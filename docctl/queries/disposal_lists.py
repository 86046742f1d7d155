"""The register of disposal lists, newest first (R-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import ListStatus
from docctl.models.organisation import Person
from docctl.models.retention import DisposalItem, DisposalList, ItemStatus
from docctl.queries.paging import PAGE_SIZE, Paged, page_within

#: Lists that are still on their way.
OPEN: Final = tuple(one for one in ListStatus if one not in {ListStatus.EXECUTED, ListStatus.REJECTED})


@dataclass(frozen=True, slots=True)
class ListRow:
    """A disposal list in the register; `items` are those that stand on it."""

    list_id: UUID
    number: str
    title: str
    status: str
    items: int
    proposed_by: str
    proposed_at: datetime
    certificate_number: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListRegister(Paged):
    """A page of the register with exact counts."""

    rows: tuple[ListRow, ...]
    total: int
    open: int
    page: int


def list_register(
    session: Session, *, only: str = "open", page: int = 1, page_size: int | None = PAGE_SIZE
) -> ListRegister:
    """Return the lists under way, or of one status, or with `only="all"` every one (R-6)."""
    shown: ColumnElement[bool] = true()
    if only in set(ListStatus):
        shown = DisposalList.status == ListStatus(only)
    elif only == "open":
        shown = DisposalList.status.in_(OPEN)
    total = session.scalar(select(func.count()).select_from(DisposalList).where(shown)) or 0
    under_way = select(func.count()).select_from(DisposalList).where(DisposalList.status.in_(OPEN))
    standing = (
        select(func.count())
        .select_from(DisposalItem)
        .where(DisposalItem.list_id == DisposalList.id, DisposalItem.status != ItemStatus.TAKEN_OUT)
        .correlate(DisposalList)
        .scalar_subquery()
    )
    query = (
        select(DisposalList, Person.name.label("proposer"), standing.label("standing"))
        .join(Person, Person.id == DisposalList.proposed_by)
        .where(shown)
        .order_by(DisposalList.proposed_at.desc(), DisposalList.number.desc())
    )
    if page_size is not None:
        page = page_within(page, total, page_size)
        query = query.limit(page_size).offset((page - 1) * page_size)
    rows = tuple(
        ListRow(
            list_id=one.DisposalList.id,
            number=one.DisposalList.number,
            title=one.DisposalList.title,
            status=one.DisposalList.status.value,
            items=one.standing,
            proposed_by=one.proposer,
            proposed_at=one.DisposalList.proposed_at,
            certificate_number=one.DisposalList.certificate_number,
            finished_at=one.DisposalList.finished_at,
        )
        for one in session.execute(query)
    )
    return ListRegister(rows, total, session.scalar(under_way) or 0, page)
