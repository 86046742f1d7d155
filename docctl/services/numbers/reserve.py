"""Reserving a number ahead; it stays in the register (N-3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.number_rules import values_for
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.documents import DocumentType
from docctl.models.numbers import NumberState
from docctl.models.organisation import LegalEntity, Unit
from docctl.queries.rules_in_force import number_rules_at
from docctl.services.caller import Caller
from docctl.services.numbers.take import For, take_number
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ReserveNumber:
    """Reserve the next number of a document type for a later document."""

    type_id: UUID
    reason: str
    unit_id: UUID | None = None
    number_values: str = ""
    item_id: UUID | None = field(default=None)


@use_case("number.reserve")
def reserve_number(session: Session, cmd: ReserveNumber, by: Caller) -> str:
    """Reserve a number; return it as shown (N-3)."""
    authorise(by.actor, "number.reserve", Facts())
    if not cmd.reason.strip():
        raise RuleRefused(Refused("N-3", "reason_needed"))
    kind = session.get(DocumentType, cmd.type_id)
    if kind is None:
        raise NotFound("document type")
    unit = session.get(Unit, cmd.unit_id or by.actor.unit_id)
    entity = session.scalars(select(LegalEntity)).one()
    found = number_rules_at(session, by.at)
    scheme = found.rules.of_documents(kind.code)
    entry = take_number(
        session,
        by,
        scheme,
        values_for(
            scheme,
            company=entity.code,
            department=unit.code if unit else "",
            today=by.today,
            fixed=found.rules.values(kind.code),
            typed=cmd.number_values,
        ),
        For(entity.id, "document", None),
        state=NumberState.RESERVED,
        reason=cmd.reason.strip(),
    )
    record(
        session,
        by,
        "number.reserved",
        Subject("number", entry.id),
        facts={"number": entry.shown, "numbering": found.name},
        detail={"reason": cmd.reason.strip()},
    )
    return entry.shown
