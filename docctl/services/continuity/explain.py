"""Explaining that a period has no record; the explanation stays (N-8, N-5)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.continuity import may_explain
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, require
from docctl.models.base import new_id
from docctl.models.continuity import ContinuityExplanation, ContinuityRule
from docctl.models.documents import Document
from docctl.queries.continuity import records_there, rule_seen, worked_days
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ExplainPeriod:
    """A period of a rule by its name, and why nothing is there."""

    rule_id: UUID
    slot: str
    reason: str


@use_case("continuity.explain")
def explain_period(session: Session, cmd: ExplainPeriod, by: Caller) -> UUID:
    """Explain that a period has no record: control, or the keeper of the place's unit (N-5, N-8)."""
    seen = rule_seen(session, by.actor, cmd.rule_id, at=by.at)
    if seen is None:
        raise NotFound("continuity")
    (row,) = lock(session, Rank.ITEMS, select(ContinuityRule).where(ContinuityRule.id == cmd.rule_id))
    document = session.get_one(Document, row.form_id)
    facts = Facts(unit_id=seen.unit_id, insider=sees(session, by.actor, document.insider_set_id))
    authorise(by.actor, "continuity.explain", facts)
    have = records_there(session, [row], since=row.from_on, zone=by.zone)[row.id]
    there = session.scalar(
        select(ContinuityExplanation.id).where(
            ContinuityExplanation.rule_id == row.id, ContinuityExplanation.slot == cmd.slot
        )
    )
    require(
        may_explain(
            seen.wanted(),
            cmd.slot,
            have,
            explained=there is not None,
            reason=cmd.reason,
            today=by.today,
            is_worked=worked_days(session, by.at),
        )
    )
    reason = cmd.reason.strip()
    new = ContinuityExplanation(
        id=new_id(),
        rule_id=row.id,
        slot=cmd.slot,
        reason=reason,
        explained_at=by.at,
        explained_by=by.person_id,
    )
    session.add(new)
    record(
        session,
        by,
        "continuity.explained",
        Subject("document", document.id),
        facts={"number": document.number, "rule_id": row.id, "period": cmd.slot},
        detail={"holder": seen.place, "reason": reason},
    )
    return new.id
