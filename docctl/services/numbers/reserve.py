"""Reserving a number ahead; it stays in the register (N-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.calendar_dates import midnight
from docctl.domain.number_rules import values_for
from docctl.domain.permissions import Facts, authorise
from docctl.domain.reservations import FOR_ANYBODY, Reserved, may_reserve
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.documents import DocumentType
from docctl.models.numbers import NumberEntry, NumberReservation, NumberState
from docctl.models.organisation import LegalEntity, Person, Unit
from docctl.queries.number_holders import entity_of
from docctl.queries.rules_in_force import number_rules_at
from docctl.services.caller import Caller
from docctl.services.jobs import due, settled
from docctl.services.locks import Rank, lock
from docctl.services.numbers.take import For, take_number
from docctl.services.numbers.void import void_entry
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: The job that ends a reservation.
EXPIRE: Final = "numbers.expire"


@dataclass(frozen=True, slots=True)
class ReserveNumber:
    """Reserve the next numbers of a document type, for later documents.

    `unit_id` gives its code to the number, `kept` says for whom they are and until when.
    """

    type_id: UUID
    reason: str
    unit_id: UUID | None = None
    number_values: str = ""
    count: int = 1
    kept: Reserved = FOR_ANYBODY


@use_case("number.reserve")
def reserve_number(session: Session, cmd: ReserveNumber, by: Caller) -> str:
    """Reserve a number; return it as shown (N-3)."""
    return _reserve(session, cmd, by)[0]


@use_case("number.reserve")
def reserve_numbers(session: Session, cmd: ReserveNumber, by: Caller) -> tuple[str, ...]:
    """Reserve several numbers in one step; each stays in the register; return them as shown (N-3)."""
    return _reserve(session, cmd, by)


def _reserve(session: Session, cmd: ReserveNumber, by: Caller) -> tuple[str, ...]:
    authorise(by.actor, "number.reserve", Facts())
    reason = " ".join(cmd.reason.split())[:500]
    if not reason:
        raise RuleRefused(Refused("N-3", "reason_needed"))
    kind = session.get(DocumentType, cmd.type_id)
    if kind is None:
        raise NotFound("document type")
    for table, wanted in ((Unit, cmd.kept.unit_id), (Person, cmd.kept.person_id)):
        if wanted is not None and session.get(table, wanted) is None:
            raise NotFound("unit or person")
    unit_id = cmd.unit_id or cmd.kept.unit_id or by.actor.unit_id
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    entity_id = entity_of(session, unit_id)
    if entity_id is None:
        raise RuleRefused(Refused("O-4", "unit_needed"))
    entity = session.get_one(LegalEntity, entity_id)
    found = number_rules_at(session, by.at)
    scheme = found.rules.of_documents(kind.code)
    require(may_reserve(scheme, cmd.count, cmd.kept, today=by.today))
    values = values_for(
        scheme,
        company=entity.code,
        department=unit.code if unit else "",
        today=by.today,
        fixed=found.rules.values(kind.code),
        typed=cmd.number_values,
    )
    reservation_id = new_id()
    for_ = For(entity.id, "document", None, reservation_id)
    taken = [
        take_number(session, by, scheme, values, for_, state=NumberState.RESERVED, reason=reason)
        for _ in range(cmd.count)
    ]
    row = NumberReservation(
        id=reservation_id,
        type_id=kind.id,
        count=cmd.count,
        first=taken[0].shown,
        last=taken[-1].shown,
        reason=reason,
        unit_id=cmd.kept.unit_id,
        person_id=cmd.kept.person_id,
        until=cmd.kept.until,
        reserved_at=by.at,
        reserved_by=by.actor.person_id,
    )
    session.add(row)
    if row.until is not None:
        due(session, EXPIRE, subject_id=row.id, at=midnight(row.until + timedelta(days=1), by.zone))
    for entry in taken:
        record(
            session,
            by,
            "number.reserved",
            Subject("number", entry.id),
            facts={
                "number": entry.shown,
                "numbering": found.name,
                **({"until": row.until} if row.until else {}),
            },
            detail={"reason": reason},
        )
    return tuple(one.shown for one in taken)


@dataclass(frozen=True, slots=True)
class ExpireReservation:
    """A reservation whose last day is over."""

    reservation_id: UUID


@use_case("system.operate")
def expire_reservation(session: Session, cmd: ExpireReservation, by: Caller) -> int:
    """Void what was not used of a reservation; return how many (N-1, N-3)."""
    authorise(by.actor, "system.operate", Facts())
    row = session.get(NumberReservation, cmd.reservation_id)
    if row is None or row.until is None:
        return 0
    query = select(NumberEntry).where(
        NumberEntry.reservation_id == row.id, NumberEntry.state == NumberState.RESERVED
    )
    left = lock(session, Rank.COUNTERS, query.order_by(NumberEntry.sequence))
    if not settled(session, EXPIRE, subject_id=row.id, at=by.at):
        return 0
    for entry in left:
        void_entry(session, by, entry, f"预留期满 {row.until}")
    return len(left)
