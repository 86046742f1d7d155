"""The point of no return: what is read again before a record is destroyed (R-4, R-5, R-6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical
from docctl.domain.disposal import DESTROYED_BEFORE, trusted_time
from docctl.domain.lifecycle import (
    LIST_MOVES,
    RECORD_MOVES,
    ListAction,
    ListStatus,
    RecordAction,
    RecordStatus,
)
from docctl.domain.permissions import Facts, authorise
from docctl.domain.retention import DestroyFacts, may_destroy
from docctl.domain.verdicts import Refused, Verdict
from docctl.models.records import Record
from docctl.models.retention import DisposalItem, DisposalList, HoldRegister, ItemStatus
from docctl.models.trail import AuditHead
from docctl.services.audit.watch import newest_head, watch_of
from docctl.services.caller import Caller
from docctl.services.disposal.load import list_sha256, lock_list, some_items, stored
from docctl.services.locks import Rank, lock
from docctl.services.records.following import still_following
from docctl.services.records.load import covering
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


class StillFollowing(Exception):
    """Records have yet to follow a revision of the classes that has begun: their last days may move."""


@dataclass(frozen=True, slots=True)
class StartItems:
    """Take the next items of a list over the point of no return, `most` at a time.

    `wall` is what the clock says, `others` what the clocks of other machines say, by whose they are.
    """

    list_id: UUID
    wall: datetime
    most: int
    others: Mapping[str, datetime] = field(default_factory=dict)


@use_case("disposal.run")
def start_items(session: Session, cmd: StartItems, by: Caller) -> list[UUID]:
    """Set items to *destroying*; return them and those that a rule spared, none at the end (R-4, R-5).

    Under the hold register and the items' locks, holds, dates, membership, list hash and trusted time
    are read again. A hold committed before wins: the record leaves the list and stays. Raise StillFollowing
    while a revision of the classes that has begun is not followed to its end (R-3); what is over the point
    of no return goes on.
    """
    authorise(by.actor, "disposal.run", Facts())
    lock(session, Rank.HOLD_REGISTER, select(HoldRegister))
    row = lock_list(session, cmd.list_id, by)
    if row.status is not ListStatus.EXECUTING:
        return []
    if going := some_items(session, row.id, cmd.most, ItemStatus.DESTROYING, ItemStatus.STOPPED):
        return _resumed(session, row, going, by)
    if not (waiting := some_items(session, row.id, cmd.most, ItemStatus.INCLUDED)):
        return []
    if still_following(session, by.at):
        raise StillFollowing
    records = _locked(session, waiting)
    newest = session.execute(select(AuditHead.recorded_at)).scalar_one()
    sealed = newest_head(session)
    time = trusted_time(
        now=cmd.wall,
        newest_event=newest,
        sealed=sealed.at if sealed else None,
        trusted=watch_of(session).trusted_at,
        others=cmd.others,
    )
    if isinstance(time, Refused):
        stop_list(session, row, by, time)
        return []
    today = min(by.at, cmd.wall).astimezone(by.zone).date()  # both clocks must say that it is due
    holds = covering(session, list(records))
    is_as_approved = list_sha256(session, row) == row.approved_sha256
    for item in waiting:
        kept = records[item.record_id]
        over = holds.get(kept.id, ())
        verdict = _may_go(kept, holds=len(over), is_as_approved=is_as_approved, today=today)
        if isinstance(verdict, Refused):
            _leave(session, row, item, kept, by, verdict)
            if verdict.rule == "R-5":  # by id: who may know holds by name is told their names (S-7)
                item.proof = {**item.proof, "holds": [str(one) for one in over]}
        else:
            _go(session, row, item, kept, by)
    return [one.id for one in waiting]


def _locked(session: Session, items: Collection[DisposalItem]) -> dict[UUID, Record]:
    """Lock the records of items, by id."""
    wanted = select(Record).where(Record.id.in_([one.record_id for one in items])).order_by(Record.id)
    return {one.id: one for one in lock(session, Rank.ITEMS, wanted)}


def _may_go(kept: Record, *, holds: int, is_as_approved: bool, today: date) -> Verdict:
    """Read again all that the decision rests on (R-4, R-5, R-6)."""
    if kept.status is RecordStatus.DESTROYED:
        return DESTROYED_BEFORE
    if kept.status is not RecordStatus.ON_LIST:
        return Refused("R-6", "not_on_list")
    facts = DestroyFacts(
        keep_until=kept.keep_until,
        permanent=kept.is_permanent,
        holds=holds,
        open_case=False,
        on_list=True,
        list_hash_matches=is_as_approved,
        trigger=_waits_for(kept),
    )
    return may_destroy(facts, today)


def _waits_for(kept: Record) -> str:
    """Return the event that an undated record waits for, as its reason names it (R-2)."""
    waiting = (one["params"]["trigger"] for one in kept.keep_because if one["code"] == "event_open")
    return str(next(waiting, ""))


def _go(session: Session, row: DisposalList, item: DisposalItem, kept: Record, by: Caller) -> None:
    kept.status = RECORD_MOVES[kept.status, RecordAction.START]
    kept.destroying_since = by.at
    item.status = ItemStatus.DESTROYING
    record(
        session,
        by,
        "record.destroying",
        Subject("record", kept.id),
        facts={"number": kept.number, "list": row.number, "hashes": item.hashes},
    )


def _resumed(session: Session, row: DisposalList, items: list[DisposalItem], by: Caller) -> list[UUID]:
    """Go on with items that are over the point of no return, and with those that were stopped.

    A restore may have destroyed meanwhile what the store had refused in the restored state.
    """
    stopped = [one for one in items if one.status is ItemStatus.STOPPED]
    records = _locked(session, stopped) if stopped else {}
    for item in stopped:
        kept = records[item.record_id]
        if kept.status is RecordStatus.DESTROYED:
            _leave(session, row, item, kept, by, DESTROYED_BEFORE)
            continue
        kept.status = RECORD_MOVES[kept.status, RecordAction.RESUME]
        item.status = ItemStatus.DESTROYING
    return [one.id for one in items]


def _leave(
    session: Session,
    row: DisposalList,
    item: DisposalItem,
    kept: Record,
    by: Caller,
    refused: Refused,
) -> None:
    """Let a record leave the list because a rule speaks for it now."""
    item.status, item.reason = ItemStatus.TAKEN_OUT, refused.key
    item.proof = {"left_after_approval": True, "because": stored(refused)}
    if kept.status is RecordStatus.ON_LIST:
        kept.status = RECORD_MOVES[kept.status, RecordAction.TAKE_OUT]
    record(
        session,
        by,
        "record.taken_out",
        Subject("record", kept.id),
        facts={"number": kept.number, "list": row.number, "rule": refused.rule, "code": refused.code},
    )


def stop_list(session: Session, row: DisposalList, by: Caller, why: Refused) -> None:
    """Stop a list and say why in the trail (R-4)."""
    row.status = LIST_MOVES[row.status, ListAction.STOP]
    row.stopped_reason = canonical(stored(why))
    record(
        session,
        by,
        "disposal.stopped",
        Subject("disposal_list", row.id),
        facts={"list": row.number, "reason": stored(why)},
    )
