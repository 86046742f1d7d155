"""The point of no return for one record, its end, and the end of the list (R-4, R-5, R-7)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from docctl.domain.canonical import canonical
from docctl.domain.disposal import trusted_time
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
from docctl.domain.retention import DestroyFacts, may_destroy
from docctl.domain.verdicts import Refused, RuleRefused, Verdict, require
from docctl.models.content import FileReading, ItemFile, OwnerKind
from docctl.models.numbers import Alias
from docctl.models.records import Correction, Record, RecordFact, RecordKey
from docctl.models.retention import DisposalItem, DisposalList, HoldRegister, ItemStatus
from docctl.models.trail import AuditHead, EventDetail, EventRow
from docctl.services.audit.watch import newest_head, watch_of
from docctl.services.caller import Caller
from docctl.services.disposal.load import items_of, list_manifest, lock_list, next_number, stored
from docctl.services.files import StoredFile, add_files
from docctl.services.locks import Rank, lock
from docctl.services.records.load import holds_on
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class StartItem:
    """Take the next item of a list over the point of no return; `wall` is what the clock says."""

    list_id: UUID
    wall: datetime


@use_case("disposal.run")
def start_item(session: Session, cmd: StartItem, by: Caller) -> UUID | None:
    """Set one item to *destroying*; return its id, or None when no item is left (R-4, R-5).

    Under the hold register and the item's lock, holds, date, membership, list hash and trusted time are
    read again. A hold committed before wins: the record leaves the list and stays.
    """
    authorise(by.actor, "disposal.run", Facts())
    lock(session, Rank.HOLD_REGISTER, select(HoldRegister))
    row = lock_list(session, cmd.list_id, by)
    if row.status is not ListStatus.EXECUTING:
        return None
    going = items_of(session, row.id, ItemStatus.DESTROYING, ItemStatus.STOPPED)
    if going:
        return _resumed(session, going[0])
    waiting = items_of(session, row.id, ItemStatus.INCLUDED)
    if not waiting:
        return None
    item = waiting[0]
    (kept,) = lock(session, Rank.ITEMS, select(Record).where(Record.id == item.record_id))
    newest = session.execute(select(AuditHead.recorded_at)).scalar_one()
    sealed = newest_head(session)
    time = trusted_time(
        now=cmd.wall,
        newest_event=newest,
        sealed=sealed.at if sealed else None,
        trusted=watch_of(session).trusted_at,
    )
    if isinstance(time, Refused):
        _stop(session, row, by, time)
        return None
    verdict = _may_go(session, row, kept, today=min(by.at, cmd.wall).astimezone(by.zone).date())
    if isinstance(verdict, Refused):
        _leave(session, row, item, kept, by, verdict)
        return item.id
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
    return item.id


def _may_go(session: Session, row: DisposalList, kept: Record, *, today: date) -> Verdict:
    """Read again all that the decision rests on; both clocks must say that it is due (R-4, R-5, R-6)."""
    if kept.status is not RecordStatus.ON_LIST:
        return Refused("R-6", "not_on_list")
    facts = DestroyFacts(
        keep_until=kept.keep_until,
        permanent=kept.is_permanent,
        holds=holds_on(session, kept.id),
        open_case=False,
        on_list=True,
        list_hash_matches=list_manifest(row, items_of(session, row.id)).sha256 == row.approved_sha256,
    )
    return may_destroy(facts, today)


def _resumed(session: Session, item: DisposalItem) -> UUID:
    if item.status is ItemStatus.STOPPED:
        (kept,) = lock(session, Rank.ITEMS, select(Record).where(Record.id == item.record_id))
        kept.status = RECORD_MOVES[kept.status, RecordAction.RESUME]
        item.status = ItemStatus.DESTROYING
    return item.id


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


@dataclass(frozen=True, slots=True)
class FinishItem:
    """All bytes of an item are gone; `proof` says what was looked at."""

    list_id: UUID
    disposal_item_id: UUID
    proof: dict[str, Any]


@use_case("disposal.run")
def finish_item(session: Session, cmd: FinishItem, by: Caller) -> UUID:
    """Erase text, facts, corrections and details of an item; what stays is the residual entry (R-7)."""
    authorise(by.actor, "disposal.run", Facts())
    row = lock_list(session, cmd.list_id, by)
    item = session.get_one(DisposalItem, cmd.disposal_item_id)
    (kept,) = lock(session, Rank.ITEMS, select(Record).where(Record.id == item.record_id))
    if item.status is not ItemStatus.DESTROYING:
        return item.id
    erased = _erase(session, kept)
    kept.status = RECORD_MOVES[kept.status, RecordAction.FINISH]
    kept.destroyed_at = item.destroyed_at = by.at
    kept.place, kept.received_at = "", None
    item.status, item.proof = ItemStatus.DESTROYED, {**cmd.proof, "erased": erased}
    record(
        session,
        by,
        "record.destroyed",
        Subject("record", kept.id),
        facts={
            "number": kept.number,
            "list": row.number,
            "class": item.class_code,
            "keep_until": item.keep_until,
            "hashes": item.hashes,
        },
    )
    return item.id


def _erase(session: Session, kept: Record) -> dict[str, int]:
    """Delete what holds the record's content while its state is *destroying*, as the guards demand."""
    files = select(ItemFile.id).where(ItemFile.owner_id == kept.id)
    events = select(EventRow.seq).where(EventRow.subject_id == kept.id)
    steps: list[tuple[str, Any]] = [
        ("texts", delete(FileReading).where(FileReading.file_id.in_(files))),
        ("facts", delete(RecordFact).where(RecordFact.record_id == kept.id)),
        ("corrections", delete(Correction).where(Correction.record_id == kept.id)),
        ("files", delete(ItemFile).where(ItemFile.owner_id == kept.id)),
        ("keys", delete(RecordKey).where(RecordKey.record_id == kept.id)),
        ("aliases", delete(Alias).where(Alias.item_id == kept.id)),
        ("details", delete(EventDetail).where(EventDetail.seq.in_(events))),
    ]
    erased = {}
    for name, statement in steps:
        result: Any = session.execute(statement.execution_options(synchronize_session=False))
        erased[name] = int(result.rowcount)
    return erased


@dataclass(frozen=True, slots=True)
class StopItem:
    """The store refused to destroy, or what it holds cannot be told; `reason` is the name of its error."""

    list_id: UUID
    disposal_item_id: UUID
    reason: str


@use_case("disposal.run")
def stop_item(session: Session, cmd: StopItem, by: Caller) -> UUID:
    """Stop a list and raise the alarm; nothing is tried again before somebody looked (R-4)."""
    authorise(by.actor, "disposal.run", Facts())
    row = lock_list(session, cmd.list_id, by)
    item = session.get_one(DisposalItem, cmd.disposal_item_id)
    (kept,) = lock(session, Rank.ITEMS, select(Record).where(Record.id == item.record_id))
    if kept.status is RecordStatus.DESTROYING:
        kept.status = RECORD_MOVES[kept.status, RecordAction.STOP]
        item.status = ItemStatus.STOPPED
    if row.status is ListStatus.EXECUTING:
        reason = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cmd.reason).lower()  # RetentionActive: retention_active
        _stop(session, row, by, Refused("R-4", "store_refused", {"reason": reason}))
    return row.id


def _stop(session: Session, row: DisposalList, by: Caller, why: Refused) -> None:
    row.status = LIST_MOVES[row.status, ListAction.STOP]
    row.stopped_reason = canonical(stored(why))
    record(
        session,
        by,
        "disposal.stopped",
        Subject("disposal_list", row.id),
        facts={"list": row.number, "reason": stored(why)},
    )


@dataclass(frozen=True, slots=True)
class FinishList:
    """The certificate lies in the store."""

    list_id: UUID
    certificate_number: str
    files: tuple[StoredFile, ...] = field(default=())


@use_case("disposal.run")
def number_certificate(session: Session, cmd: FinishList, by: Caller) -> str:
    """Give the certificate its number before it is written (R-6)."""
    authorise(by.actor, "disposal.run", Facts())
    row = lock_list(session, cmd.list_id, by)
    require(may_move_list(row.status, ListAction.FINISH))
    if not row.certificate_number:
        row.certificate_number = next_number(session, "XC", by.today)
    return row.certificate_number


@use_case("disposal.run")
def finish_list(session: Session, cmd: FinishList, by: Caller) -> UUID:
    """Close a list once every item is settled and its certificate is stored (R-6, R-7)."""
    authorise(by.actor, "disposal.run", Facts())
    row = lock_list(session, cmd.list_id, by)
    if row.status is ListStatus.EXECUTED:
        return row.id
    if items_of(session, row.id, ItemStatus.INCLUDED, ItemStatus.DESTROYING, ItemStatus.STOPPED):
        raise RuleRefused(Refused("R-6", "items_open"))
    require(may_move_list(row.status, ListAction.FINISH))
    if not (row.certificate_number and cmd.files):
        raise RuleRefused(Refused("R-6", "certificate_needed"))
    add_files(session, by, owner=OwnerKind.DISPOSAL_LIST, owner_id=row.id, files=cmd.files)
    row.status, row.finished_at = LIST_MOVES[row.status, ListAction.FINISH], by.at
    record(
        session,
        by,
        "disposal.executed",
        Subject("disposal_list", row.id),
        facts={
            "list": row.number,
            "certificate": row.certificate_number,
            "certificate_sha256": [one.sha256 for one in cmd.files],
            "destroyed": len(items_of(session, row.id, ItemStatus.DESTROYED)),
        },
    )
    return row.id
