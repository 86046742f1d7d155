"""Numbers reserved ahead, step by step, with what became of them (N-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.entity_numbers import qualified
from docctl.models.numbers import NumberEntry, NumberReservation, NumberState
from docctl.models.organisation import Person, Unit
from docctl.queries.number_holders import EntityName, entity_names
from docctl.queries.paging import PAGE_SIZE, Paged, page_within


@dataclass(frozen=True, slots=True)
class Reservation:
    """Numbers reserved in one step; `left` are neither used nor void yet."""

    first: str
    last: str
    count: int
    used: int
    voided: int
    left: int
    reason: str
    unit: str
    person: str
    until: date | None
    reserved_at: datetime
    reserved_by: str
    #: Its legal entity, where there are several (O-4).
    entity: EntityName | None = None

    @property
    def written(self) -> tuple[str, str]:
        """The first and last number as they can be typed so that they alone are meant."""
        code = self.entity.code if self.entity else ""
        return qualified(code, self.first), qualified(code, self.last)


@dataclass(frozen=True, slots=True)
class Reservations(Paged):
    """One page of reservations, the newest first, with their exact count."""

    rows: tuple[Reservation, ...]
    total: int
    page: int


def number_reservations(session: Session, *, zone: tzinfo, page: int = 1) -> Reservations:
    """Return a page of what was reserved ahead; a number by itself is not secret (N-3, X-3)."""
    total = session.scalar(select(func.count()).select_from(NumberReservation)) or 0
    page = page_within(page, total, PAGE_SIZE)
    shown = (
        select(NumberReservation)
        .order_by(NumberReservation.reserved_at.desc(), NumberReservation.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .subquery()
    )
    one, by = aliased(NumberReservation, shown), aliased(Person)

    counts = (
        select(
            NumberEntry.reservation_id.label("id"),
            NumberEntry.entity_id,
            *(
                func.sum(case((NumberEntry.state == state, 1), else_=0)).label(state.value)
                for state in NumberState
            ),
        )
        .where(NumberEntry.reservation_id.in_(select(shown.c.id)))
        .group_by(NumberEntry.reservation_id, NumberEntry.entity_id)  # one entity each
        .subquery()
    )
    found = session.execute(
        select(one, counts, Unit.name.label("unit"), Person.name.label("person"), by.name.label("by"))
        .join(counts, counts.c.id == one.id)
        .outerjoin(Unit, Unit.id == one.unit_id)
        .outerjoin(Person, Person.id == one.person_id)
        .outerjoin(by, by.id == one.reserved_by)
        .order_by(one.reserved_at.desc(), one.id)
    )
    names = entity_names(session)
    rows = (
        Reservation(
            first=row[0].first,
            last=row[0].last,
            count=row[0].count,
            used=row.used,
            voided=row.voided,
            left=row.reserved,
            reason=row[0].reason,
            unit=row.unit or "",
            person=row.person or "",
            until=row[0].until,
            reserved_at=row[0].reserved_at.astimezone(zone),
            reserved_by=row.by or "",
            entity=names.get(row.entity_id),
        )
        for row in found
    )
    return Reservations(tuple(rows), total, page)
