"""Records that run while their class is revised are kept longer where it says so, and never shorter (R-3).

The rows of the new revision are there since its approval (`settings.classes`); this follows from its
instant on, some records at a time. What keeps a record longer than the new revision would keeps the old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import (
    RECORD_MOVES,
    ListStatus,
    RecordAction,
    RecordStatus,
    SettingStatus,
)
from docctl.domain.permissions import Facts, authorise
from docctl.domain.retention import RetentionFacts
from docctl.domain.retention_prolonging import RUNNING, Outcome, Running, outcome
from docctl.domain.verdicts import Refused
from docctl.models.controlled import SettingRevision
from docctl.models.records import Record, RecordClass
from docctl.models.retention import DisposalItem, DisposalList, ItemStatus, RetentionClassRow
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.disposal.load import items_of, list_manifest, stored
from docctl.services.jobs import Wish, row_of
from docctl.services.locks import Rank, lock
from docctl.services.records.classes import class_of
from docctl.services.records.keep import entered_events, kept_by, promises
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: So many records in one transaction.
TOGETHER: Final = 100

#: A list that is being decided on is changed; one that was approved spares the record when it begins.
_OPEN: Final = frozenset({ListStatus.CHECKING, ListStatus.CHECKED})


_Named = list[tuple[RecordClass, RetentionClassRow]]


@dataclass(frozen=True, slots=True)
class ProlongRecords:
    """The records behind the one of this id that run under an older revision of a class; None: the first."""

    revision_id: UUID
    after: UUID | None = None


@use_case("system.operate")
def prolong_records(session: Session, cmd: ProlongRecords, by: Caller) -> UUID | None:
    """Keep the next records as long as a revision of the classes demands where that is longer (R-3).

    Returns the last record looked at, None at the end. What was done is not done twice.
    """
    authorise(by.actor, "system.operate", Facts())
    revision = session.get_one(SettingRevision, cmd.revision_id)
    new = _new_rows(session, revision, by)
    older = _older(session, new) if new else []
    ids = _next(session, older, cmd.after) if older else []
    if not ids:
        return None
    lists = _lists(session, ids)
    wanted = select(Record).where(Record.id.in_(ids)).order_by(Record.id)
    records = lock(session, Rank.ITEMS, wanted)
    last = ids[-1]
    if (late := _put_on_meanwhile(session, records, lists)) is not None:
        # Its list has to be locked before it: it is the first of the next ones.
        last = max((one for one in ids if one < late), default=cmd.after or UUID(int=0))
        ids = [one for one in ids if one < late]
    # Somebody may have taken one on meanwhile.
    records = [one for one in records if one.id in ids and one.status in RUNNING]
    classes = _classes(session, ids)
    longer = {one.id: found for one in records if (found := _follow(session, one, classes[one.id], new, by))}
    _take_out(session, [one for one in records if one.id in longer], longer, lists, by)
    return last


def _new_rows(session: Session, revision: SettingRevision, by: Caller) -> dict[str, RetentionClassRow]:
    """Return the rows that came with a revision, by code; none before it begins or where it never does."""
    begins = revision.effective_from
    if revision.status is not SettingStatus.APPROVED or begins is None or begins > by.at:
        return {}
    rows = select(RetentionClassRow).where(
        RetentionClassRow.schedule == revision.ordinal, RetentionClassRow.effective_from.is_not(None)
    )
    return {one.code: one for one in session.scalars(rows)}


def _older(session: Session, new: Mapping[str, RetentionClassRow]) -> list[UUID]:
    """Return the older revisions of the classes that count otherwise: under the others nothing changes."""
    rows = session.scalars(select(RetentionClassRow).where(RetentionClassRow.code.in_(new)))
    return [
        one.id for one in rows if one.revision < new[one.code].revision and one.data != new[one.code].data
    ]


def _next(session: Session, older: Sequence[UUID], after: UUID | None) -> list[UUID]:
    """Return the next running records under one of these revisions of a class."""
    waiting = select(Record.id).where(Record.status.in_(RUNNING), Record.class_id.in_(older))
    if after is not None:
        waiting = waiting.where(Record.id > after)
    return list(session.scalars(waiting.order_by(Record.id).limit(TOGETHER)))


def _lists(session: Session, ids: Sequence[UUID]) -> dict[UUID, DisposalList]:
    """Lock the lists that are being decided on and have some of the records; return them by id."""
    having = select(DisposalItem.list_id).where(
        DisposalItem.record_id.in_(ids), DisposalItem.status == ItemStatus.INCLUDED
    )
    found = select(DisposalList.id).where(DisposalList.id.in_(having), DisposalList.status.in_(_OPEN))
    if not (there := session.scalars(found).all()):
        return {}
    wanted = select(DisposalList).where(DisposalList.id.in_(there)).order_by(DisposalList.id)
    return {one.id: one for one in lock(session, Rank.PARENTS, wanted) if one.status in _OPEN}


def _put_on_meanwhile(
    session: Session, records: Sequence[Record], lists: Mapping[UUID, DisposalList]
) -> UUID | None:
    """Return the first record that was put on a list after the lists were locked, if there is one."""
    listed = [one.id for one in records if one.status is RecordStatus.ON_LIST]
    found = (
        select(DisposalItem.record_id)
        .join(DisposalList, DisposalList.id == DisposalItem.list_id)
        .where(
            DisposalItem.record_id.in_(listed),
            DisposalItem.status == ItemStatus.INCLUDED,
            DisposalItem.list_id.not_in(lists),
            DisposalList.status.in_(_OPEN),
        )
        .order_by(DisposalItem.record_id)
        .limit(1)
    )
    return session.scalars(found).first() if listed else None


def _classes(session: Session, ids: Sequence[UUID]) -> dict[UUID, _Named]:
    """Return the classes that apply to each record, with what says so."""
    found: dict[UUID, _Named] = {one: [] for one in ids}
    rows = session.execute(
        select(RecordClass, RetentionClassRow)
        .join(RetentionClassRow, RetentionClassRow.id == RecordClass.class_id)
        .where(RecordClass.record_id.in_(ids))
        .order_by(RetentionClassRow.ordinal, RetentionClassRow.revision)
    )
    for link, row in rows:
        found[link.record_id].append((link, row))
    return found


def _follow(
    session: Session, row: Record, named: _Named, new: Mapping[str, RetentionClassRow], by: Caller
) -> RetentionClassRow | None:
    """Let a record follow the new revision of its class; return that where its last day moved by it."""
    classes = [one for _, one in named]
    governs = next(one for one in classes if one.id == row.class_id)
    coming = new[governs.code]
    if any(one.id == coming.id for one in classes):
        return None
    completed, events = row.occurred_at.astimezone(by.zone).date(), entered_events(row, classes)
    found = outcome(
        Running(class_of(governs), row.keep_until, row.is_permanent),
        class_of(coming),
        RetentionFacts(completed_on=completed, events=events),
    )
    if found in {Outcome.KEPT, Outcome.SAME}:
        return None
    before, length = row.keep_until, _length(row)
    if found is Outcome.LONGER:
        values = kept_by([coming], completed, events=events)
        if values["keep_until"] is None and not values["is_permanent"]:
            # Once its event is entered it may end earlier than was decided for this one record.
            values["keep_because"] += promises(row)
        if values["keep_until"] is not None or values["is_permanent"]:
            for link, one in named:
                if one.code == coming.code:  # it ends later than they do; what waits for an event may not
                    session.delete(link)
        for link, _ in named:
            link.governs = False
        for name, value in values.items():
            setattr(row, name, value)
        wish = Wish("lock", f"{row.id}:{coming.id}", {"record_id": str(row.id)}, by.at)
        session.add(Delivery(**row_of(wish)))
    governs_now = found is Outcome.LONGER
    session.add(RecordClass(record_id=row.id, class_id=coming.id, governs=governs_now))
    facts = {
        "number": row.number,
        "class": coming.code,
        "class_revision": coming.revision,
        "schedule": coming.schedule,
        "before": before,
        "keep_until": row.keep_until,
        "permanent": row.is_permanent,
    }
    action = "record.kept_longer" if governs_now else "record.kept_by_both"
    record(session, by, action, Subject("record", row.id), facts=facts)
    return coming if _length(row) > length else None  # by law now, to the same day: its list is still right


def _length(row: Record) -> tuple[date, bool]:
    return row.keep_until or date.max, row.is_permanent


def _take_out(
    session: Session,
    records: Sequence[Record],
    longer: Mapping[UUID, RetentionClassRow],
    lists: Mapping[UUID, DisposalList],
    by: Caller,
) -> None:
    """Take records off lists that are being decided on: what these say of them is no longer so (R-6)."""
    rows = {one.id: one for one in records if one.status is RecordStatus.ON_LIST}
    items = session.scalars(
        select(DisposalItem)
        .where(
            DisposalItem.list_id.in_(lists),
            DisposalItem.record_id.in_(rows),
            DisposalItem.status == ItemStatus.INCLUDED,
        )
        .order_by(DisposalItem.list_id, DisposalItem.ordinal)
    ).all()
    for item in items:
        row, coming = rows[item.record_id], longer[item.record_id]
        why = Refused("R-3", "kept_longer", {"class": coming.name, "revision": coming.revision})
        row.status = RECORD_MOVES[row.status, RecordAction.TAKE_OUT]
        item.status, item.reason, item.proof = ItemStatus.TAKEN_OUT, why.key, {"because": stored(why)}
        item.prolonged_until = row.keep_until
        facts = {
            "list": lists[item.list_id].number,
            "number": item.number,
            "prolonged_until": item.prolonged_until,
            "rule": why.rule,
            "code": why.code,
        }
        record(session, by, "disposal.taken_out", Subject("disposal_list", item.list_id), facts=facts)
        record(session, by, "record.taken_out", Subject("record", row.id), facts=facts)
    for list_id in sorted({one.list_id for one in items}):
        content = list_manifest(lists[list_id], items_of(session, list_id))
        lists[list_id].manifest, lists[list_id].manifest_sha256 = content.text, content.sha256
