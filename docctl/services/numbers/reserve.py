"""Reserving a number ahead, and voiding one with a reason; both stay in the register (N-3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.normal_form import normal
from docctl.domain.number_rules import values_for
from docctl.domain.number_schemes import SEQUENCE
from docctl.domain.numbering import counter_scope, format_number, parse_number
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.base import new_id
from docctl.models.documents import DocumentType
from docctl.models.numbers import NumberEntry, NumberState
from docctl.models.organisation import LegalEntity, Unit
from docctl.queries.rules_in_force import number_rules_at
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.numbers.count import lock_counter
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


@dataclass(frozen=True, slots=True)
class VoidNumber:
    """Void a reserved number, or explain one that its series passed over."""

    number: str
    reason: str


@use_case("number.void")
def void_number(session: Session, cmd: VoidNumber, by: Caller) -> str:
    """Void a reserved number with a reason; it is never given again (N-1, N-3).

    A number that its series passed over is registered as void: its explanation stays (N-5).
    """
    authorise(by.actor, "number.void", Facts())
    if not cmd.reason.strip():
        raise RuleRefused(Refused("N-3", "reason_needed"))
    rows = lock(session, Rank.COUNTERS, select(NumberEntry).where(NumberEntry.normal == normal(cmd.number)))
    if not rows:
        return _explained(session, cmd, by)
    entry = rows[0]
    if entry.state is not NumberState.RESERVED:
        raise RuleRefused(Refused("N-3", "not_reserved", {"number": entry.shown}))
    entry.state, entry.reason = NumberState.VOIDED, cmd.reason.strip()
    record(
        session,
        by,
        "number.voided",
        Subject("number", entry.id),
        facts={"number": entry.shown},
        detail={"reason": entry.reason},
    )
    return entry.shown


def _explained(session: Session, cmd: VoidNumber, by: Caller) -> str:
    """Register a missing number of a series as void; raise NotFound where it is none."""
    found = number_rules_at(session, by.at)
    entity = session.scalars(select(LegalEntity)).one()
    for scheme in found.rules.schemes.values():
        read = parse_number(scheme, cmd.number)
        if read is None or SEQUENCE not in read:
            continue
        values = {name: value for name, value in read.items() if name != SEQUENCE}
        scope, sequence = counter_scope(scheme, values, str(entity.id)), int(read[SEQUENCE])
        # Beyond the last one nothing is missing: the number is still to come.
        later = session.scalars(
            select(NumberEntry)
            .where(NumberEntry.scope == scope, NumberEntry.sequence > sequence)
            .order_by(NumberEntry.sequence)
            .limit(1)
        ).first()
        if later is None:
            continue
        lock_counter(session, scope)  # who explains it at the same moment waits here
        if session.scalars(select(NumberEntry.id).where(NumberEntry.normal == normal(cmd.number))).first():
            raise RuleRefused(Refused("N-3", "not_reserved", {"number": cmd.number.strip()[:100]}))
        shown = format_number(scheme, values, sequence)
        entry = NumberEntry(
            id=new_id(),
            entity_id=entity.id,
            shown=shown,
            normal=normal(shown),
            kind=later.kind,
            scheme_code=scheme.code,
            scope=scope,
            sequence=sequence,
            state=NumberState.VOIDED,
            reason=cmd.reason.strip(),
            taken_at=by.at,
            taken_by=by.actor.person_id,
        )
        session.add(entry)
        record(
            session,
            by,
            "number.explained",
            Subject("number", entry.id),
            facts={"number": shown, "numbering": found.name},
            detail={"reason": entry.reason},
        )
        return shown
    raise NotFound("number")
