"""The end of a record: what its rows held is erased; and the end of the list (R-4, R-6, R-7)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

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
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.content import FileReading, ItemFile, OwnerKind
from docctl.models.numbers import Alias
from docctl.models.records import Correction, Record, RecordFact, RecordKey
from docctl.models.retention import DisposalItem, ItemStatus
from docctl.models.trail import EventDetail, EventRow
from docctl.services.caller import Caller
from docctl.services.disposal.load import items_of, lock_list
from docctl.services.disposal.start import stop_list
from docctl.services.files import StoredFile, add_files
from docctl.services.locks import Rank, lock
from docctl.services.numbers.count import next_of_year
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class FinishItems:
    """All bytes and keys of some items are gone; `proofs` say for each what was looked at."""

    list_id: UUID
    proofs: Mapping[UUID, dict[str, Any]]


@use_case("disposal.run")
def finish_items(session: Session, cmd: FinishItems, by: Caller) -> UUID:
    """Erase text, facts, corrections and details of items; what stays are the residual entries (R-7)."""
    authorise(by.actor, "disposal.run", Facts())
    row, proofs = lock_list(session, cmd.list_id, by), cmd.proofs
    items = session.scalars(
        select(DisposalItem).where(DisposalItem.id.in_(proofs)).order_by(DisposalItem.ordinal)
    ).all()
    going = [one for one in items if one.status is ItemStatus.DESTROYING]
    wanted = select(Record).where(Record.id.in_([one.record_id for one in going])).order_by(Record.id)
    records = {one.id: one for one in lock(session, Rank.ITEMS, wanted)}
    erased = erase(session, list(records))
    for item in going:
        kept = records[item.record_id]
        kept.status = RECORD_MOVES[kept.status, RecordAction.FINISH]
        kept.destroyed_at = item.destroyed_at = by.at
        kept.place, kept.received_at = "", None
        item.status, item.proof = ItemStatus.DESTROYED, {**proofs[item.id], "erased": erased[kept.id]}
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
    return row.id


def erase(session: Session, record_ids: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Delete what holds records' content while their state is *destroying*, as the guards demand.

    Return for each record how many rows went, by kind.
    """
    files = select(ItemFile.id).where(ItemFile.owner_id.in_(record_ids))
    events = select(EventRow.seq).where(EventRow.subject_id.in_(record_ids))
    owners: dict[str, tuple[Any, Any]] = {  # how many rows each record has, and which go; in this order
        "texts": (
            select(ItemFile.owner_id).join(FileReading, FileReading.file_id == ItemFile.id),
            delete(FileReading).where(FileReading.file_id.in_(files)),
        ),
        **{name: _own(column, record_ids) for name, column in _OWN.items()},
        "details": (
            select(EventRow.subject_id).join(EventDetail, EventDetail.seq == EventRow.seq),
            delete(EventDetail).where(EventDetail.seq.in_(events)),
        ),
    }
    erased = {one: dict.fromkeys(owners, 0) for one in record_ids}
    for name, (owner, statement) in owners.items():
        (column,) = owner.selected_columns
        query = owner.add_columns(func.count()).where(column.in_(record_ids)).group_by(column)
        for record_id, count in session.execute(query):
            erased[record_id][name] = count
        session.execute(statement.execution_options(synchronize_session=False))
    return erased


#: Rows that name their record themselves.
_OWN: Final[dict[str, InstrumentedAttribute[UUID]]] = {
    "facts": RecordFact.record_id,
    "corrections": Correction.record_id,
    "files": ItemFile.owner_id,
    "keys": RecordKey.record_id,
    "aliases": Alias.item_id,
}


def _own(column: InstrumentedAttribute[UUID], record_ids: Collection[UUID]) -> tuple[Any, Any]:
    return select(column), delete(column.class_).where(column.in_(record_ids))


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
        stop_list(session, row, by, Refused("R-4", "store_refused", {"reason": reason}))
    return row.id


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
        row.certificate_number = next_of_year(session, "XC", by.today)
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
