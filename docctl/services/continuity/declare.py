"""Declaring that a form is to be filled in each period at a place, and ending that (N-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.continuity import Continuity, may_declare, may_end_continuity
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.continuity import ContinuityRule
from docctl.models.documents import Document, DocumentType
from docctl.models.organisation import Post, Unit
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_document
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class DeclareContinuity:
    """A form, and the unit or the post at which it is to be filled in."""

    form_id: UUID
    rule: Continuity
    unit_id: UUID | None = None
    post_id: UUID | None = None
    item_id: UUID = field(default_factory=new_id)


@use_case("continuity.declare")
def declare_continuity(session: Session, cmd: DeclareContinuity, by: Caller) -> UUID:
    """Let a form be filled in each period at a place, from a day on (N-8).

    One rule at a time for a form, a place and a kind of period.
    """
    document = lock_document(session, cmd.form_id).document
    authorise(by.actor, "continuity.declare", facts_of(session, document, None, by))
    if not session.scalars(select(DocumentType.is_form).where(DocumentType.id == document.type_id)).one():
        raise RuleRefused(Refused("N-8", "not_a_form", {"number": document.number}))
    place = _place(session, cmd)
    require(may_declare(cmd.rule, today=by.today))
    same = session.scalar(
        select(ContinuityRule.id).where(
            ContinuityRule.form_id == document.id,
            ContinuityRule.period == cmd.rule.period,
            ContinuityRule.unit_id == cmd.unit_id if cmd.unit_id else ContinuityRule.post_id == cmd.post_id,
            (ContinuityRule.until_on.is_(None)) | (ContinuityRule.until_on >= cmd.rule.from_on),
        )
    )
    if same is not None:
        raise RuleRefused(Refused("N-8", "declared_already", {"place": place}))
    row = ContinuityRule(
        id=cmd.item_id,
        form_id=document.id,
        period=cmd.rule.period,
        unit_id=cmd.unit_id,
        post_id=cmd.post_id,
        shifts=[f"{one:%H:%M}" for one in cmd.rule.shifts],
        days_off=cmd.rule.days_off,
        from_on=cmd.rule.from_on,
        until_on=cmd.rule.until_on,
        declared_at=by.at,
        declared_by=by.person_id,
        end_reason="",
    )
    session.add(row)
    told = {"from": row.from_on, "until": row.until_on, "shifts": row.shifts, "days_off": row.days_off}
    _tell(session, by, "continuity.declared", document, row, place, told, {})
    return row.id


def _place(session: Session, cmd: DeclareContinuity) -> str:
    """Return what the place is called; raise RuleRefused where not one is named, NotFound for none."""
    if (cmd.unit_id is None) == (cmd.post_id is None):
        raise RuleRefused(Refused("N-8", "place_needed"))
    if cmd.unit_id is not None:
        if (unit := session.get(Unit, cmd.unit_id)) is None:
            raise NotFound("unit")
        return unit.name
    if (post := session.get(Post, cmd.post_id)) is None:
        raise NotFound("post")
    return f"{session.get_one(Unit, post.unit_id).name} {post.name}"


@dataclass(frozen=True, slots=True)
class EndContinuity:
    """The last day of a rule, and why it ends."""

    rule_id: UUID
    until_on: date
    reason: str


@use_case("continuity.end")
def end_continuity(session: Session, cmd: EndContinuity, by: Caller) -> UUID:
    """End a rule with a last day; what was missing until then stays missing (N-8)."""
    form_id = session.scalar(select(ContinuityRule.form_id).where(ContinuityRule.id == cmd.rule_id))
    if form_id is None:
        raise NotFound("continuity")
    document = lock_document(session, form_id).document
    facts = facts_of(session, document, None, by)
    if not facts.insider:
        raise NotFound("continuity")
    authorise(by.actor, "continuity.end", facts)
    (row,) = lock(session, Rank.ITEMS, select(ContinuityRule).where(ContinuityRule.id == cmd.rule_id))
    ends = row.rule() if row.ended_at else Continuity(row.period, row.from_on)
    require(may_end_continuity(ends, until_on=cmd.until_on, reason=cmd.reason, declared_until=row.until_on))
    row.until_on, row.ended_at, row.ended_by = cmd.until_on, by.at, by.person_id
    row.end_reason = cmd.reason.strip()
    detail = {"reason": row.end_reason}
    _tell(session, by, "continuity.ended", document, row, "", {"until": cmd.until_on}, detail)
    return row.id


def _tell(
    session: Session,
    by: Caller,
    action: str,
    document: Document,
    row: ContinuityRule,
    place: str,
    facts: Mapping[str, object],
    detail: Mapping[str, object],
) -> None:
    record(
        session,
        by,
        action,
        Subject("document", document.id),
        facts={
            "number": document.number,
            "rule_id": row.id,
            "period": row.period.value,
            **{name: value for name, value in facts.items() if value},
        },
        detail={"holder": place, **detail} if place else detail,
    )
