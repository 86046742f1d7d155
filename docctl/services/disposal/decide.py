"""Opinions of the functions, items taken out or prolonged, the leader's approval or refusal (R-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.disposal import DESTROYED_BEFORE, Opinion, Part, four_people, may_approve
from docctl.domain.lifecycle import (
    LIST_MOVES,
    RECORD_MOVES,
    ListAction,
    ListStatus,
    RecordAction,
    RecordStatus,
    may_move_list,
)
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.records import Record
from docctl.models.retention import DisposalItem, DisposalList, ItemStatus
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.disposal.load import (
    assignees_of,
    check_facts,
    checks_of,
    items_of,
    list_facts,
    list_manifest,
    lock_list,
    parts_done,
)
from docctl.services.jobs import want
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class CheckDisposal:
    """One function's opinion (鉴定意见) on the list as shown; `opinion` is agree or object."""

    list_id: UUID
    unit_id: UUID
    opinion: str
    comment: str
    seen_sha256: str


@use_case("disposal.check", signs=True)
def check_disposal(session: Session, cmd: CheckDisposal, by: Caller) -> UUID:
    """Give a function's opinion; once all agree the list goes to the leader (R-6)."""
    row = lock_list(session, cmd.list_id, by)
    checks = checks_of(session, row.id)
    check = next((one for one in checks if one.unit_id == cmd.unit_id), None)
    if check is None:
        raise NotFound("check")
    authorise(by.actor, "disposal.check", check_facts(session, check))
    require(may_move_list(row.status, ListAction.CHECK))
    if by.person_id == row.proposed_by:
        raise RuleRefused(Refused("R-6", "proposer_checks"))
    if cmd.opinion not in set(Opinion):
        raise RuleRefused(Refused("R-6", "opinion_needed"))
    opinion = Opinion(cmd.opinion)
    if opinion is Opinion.OBJECT and not cmd.comment.strip():
        raise RuleRefused(Refused("R-6", "comment_needed"))
    signed = sign(
        session,
        by,
        kind="disposal_list",
        subject_id=row.id,
        meaning=Meaning.CHECK,
        content_sha256=row.manifest_sha256,
        seen_sha256=cmd.seen_sha256,
        comment=cmd.comment.strip(),
    )
    check.opinion, check.comment = opinion, cmd.comment.strip()
    check.given_by, check.given_at, check.list_sha256 = by.person_id, by.at, row.manifest_sha256
    if all(one.opinion is Opinion.AGREE for one in checks):
        row.status = LIST_MOVES[row.status, ListAction.COMPLETE_CHECKS]
    record(
        session,
        by,
        "disposal.checked",
        Subject("disposal_list", row.id),
        facts={
            "list": row.number,
            "opinion": opinion,
            "manifest": row.manifest_sha256,
            "seal": signed.seal,
        },
        detail={"comment": check.comment},
    )
    return row.id


@dataclass(frozen=True, slots=True)
class TakeOut:
    """Take an item off the list; `prolonged_until` keeps the record longer, to the end of that day."""

    list_id: UUID
    record_id: UUID
    reason: str
    prolonged_until: date | None = None


@use_case("disposal.take_out")
def take_out(session: Session, cmd: TakeOut, by: Caller) -> UUID:
    """Take an item out with a reason, before the list is approved (R-6)."""
    row = lock_list(session, cmd.list_id, by)
    authorise(by.actor, "disposal.take_out", Facts(assignees=assignees_of(session, row.id)))
    if row.status not in {ListStatus.CHECKING, ListStatus.CHECKED}:
        raise RuleRefused(Refused("R-6", "no_such_move", {"state": row.status.value, "action": "take_out"}))
    if not cmd.reason.strip():
        raise RuleRefused(Refused("R-6", "reason_needed"))
    item = _item(session, row, cmd.record_id)
    kept = _free(session, item, by)
    if cmd.prolonged_until is not None:
        if kept.status is RecordStatus.DESTROYED:
            raise RuleRefused(DESTROYED_BEFORE)
        if kept.keep_until is None or cmd.prolonged_until <= max(kept.keep_until, by.today):
            raise RuleRefused(Refused("R-6", "prolonged_too_short", {"today": by.today}))
        kept.keep_until = item.prolonged_until = cmd.prolonged_until
        kept.keep_because = [
            *kept.keep_because,
            {"code": "prolonged", "params": {"until": cmd.prolonged_until.isoformat(), "list": row.number}},
        ]
        want(session, "lock", key=f"{kept.id}:{item.id}", payload={"record_id": str(kept.id)}, at=by.at)
    item.status, item.reason = ItemStatus.TAKEN_OUT, cmd.reason.strip()
    content = list_manifest(row, items_of(session, row.id))
    row.manifest, row.manifest_sha256 = content.text, content.sha256
    facts = {"list": row.number, "number": item.number, "prolonged_until": item.prolonged_until}
    detail = {"reason": item.reason}
    subject = Subject("disposal_list", row.id)
    record(session, by, "disposal.taken_out", subject, facts=facts, detail=detail)
    record(session, by, "record.taken_out", Subject("record", kept.id), facts=facts, detail=detail)
    return row.id


def _item(session: Session, row: DisposalList, record_id: UUID) -> DisposalItem:
    item = session.scalars(
        select(DisposalItem).where(
            DisposalItem.list_id == row.id,
            DisposalItem.record_id == record_id,
            DisposalItem.status == ItemStatus.INCLUDED,
        )
    ).first()
    if item is None:
        raise NotFound("item")
    return item


def _free(session: Session, item: DisposalItem, by: Caller) -> Record:
    (kept,) = lock(session, Rank.ITEMS, select(Record).where(Record.id == item.record_id))
    if not sees(session, by.actor, kept.access_set_id):
        raise NotFound("item")
    _keep(kept)
    return kept


def _keep(kept: Record) -> None:
    """Put a record back into keeping, unless a restore has destroyed it again meanwhile (R-7)."""
    if kept.status is not RecordStatus.DESTROYED:
        kept.status = RECORD_MOVES[kept.status, RecordAction.TAKE_OUT]


@dataclass(frozen=True, slots=True)
class ApproveDisposal:
    """The leader's approval of exactly the list shown."""

    list_id: UUID
    row_version: int
    seen_sha256: str


@use_case("disposal.approve", signs=True)
def approve_disposal(session: Session, cmd: ApproveDisposal, by: Caller) -> UUID:
    """Approve a list whose functions have all agreed (R-6)."""
    row = lock_list(session, cmd.list_id, by, cmd.row_version)
    authorise(by.actor, "disposal.approve", Facts())
    items, checks = items_of(session, row.id), checks_of(session, row.id)
    require(may_approve(list_facts(row, items, checks)))
    given = [one.given_by for one in checks if one.given_by is not None]
    require(four_people(Part.APPROVE, by=by.person_id, done=parts_done(row), checkers=given))
    signed = sign(
        session,
        by,
        kind="disposal_list",
        subject_id=row.id,
        meaning=Meaning.APPROVE_DISPOSAL,
        content_sha256=row.manifest_sha256,
        seen_sha256=cmd.seen_sha256,
    )
    row.status = LIST_MOVES[row.status, ListAction.APPROVE]
    row.approved_sha256 = row.manifest_sha256
    row.approved_by, row.approved_at = by.person_id, by.at
    record(
        session,
        by,
        "disposal.approved",
        Subject("disposal_list", row.id),
        facts={
            "list": row.number,
            "items": len(items),
            "manifest": row.manifest_sha256,
            "seal": signed.seal,
        },
    )
    return row.id


@dataclass(frozen=True, slots=True)
class RejectDisposal:
    """Refuse or withdraw a list with the reason."""

    list_id: UUID
    row_version: int
    reason: str


@use_case("disposal.reject")
def reject_disposal(session: Session, cmd: RejectDisposal, by: Caller) -> UUID:
    """Refuse a list that has not begun; its records go back into keeping (R-6)."""
    row = lock_list(session, cmd.list_id, by, cmd.row_version)
    authorise(by.actor, "disposal.reject", Facts())
    require(may_move_list(row.status, ListAction.REJECT))
    if not cmd.reason.strip():
        raise RuleRefused(Refused("R-6", "reason_needed"))
    items = items_of(session, row.id, ItemStatus.INCLUDED)
    records = lock(
        session,
        Rank.ITEMS,
        select(Record).where(Record.id.in_([one.record_id for one in items])).order_by(Record.id),
    )
    for kept in records:
        _keep(kept)
        record(
            session,
            by,
            "record.taken_out",
            Subject("record", kept.id),
            facts={"number": kept.number, "list": row.number},
        )
    for item in items:
        item.status, item.reason = ItemStatus.TAKEN_OUT, cmd.reason.strip()
    row.status, row.rejected_reason = LIST_MOVES[row.status, ListAction.REJECT], cmd.reason.strip()
    record(
        session,
        by,
        "disposal.rejected",
        Subject("disposal_list", row.id),
        facts={"list": row.number, "items": len(items)},
        detail={"reason": row.rejected_reason},
    )
    return row.id


__all__ = [
    "ApproveDisposal",
    "CheckDisposal",
    "RejectDisposal",
    "TakeOut",
    "approve_disposal",
    "check_disposal",
    "reject_disposal",
    "take_out",
]
