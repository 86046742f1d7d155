"""Proposing a disposal list of records that have fallen due (R-4, R-5, R-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import (
    RECORD_MOVES,
    CorrectionStatus,
    ListStatus,
    RecordAction,
    may_move_record,
)
from docctl.domain.permissions import Facts, authorise
from docctl.domain.retention import is_due
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.documents import Document
from docctl.models.organisation import Unit
from docctl.models.records import Correction, Record, RecordKey
from docctl.models.retention import (
    DisposalCheck,
    DisposalItem,
    DisposalList,
    Hold,
    HoldKey,
    RetentionClassRow,
)
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.disposal.load import checkers_of, list_manifest
from docctl.services.documents.facts import clean_title
from docctl.services.files import files_of
from docctl.services.locks import Rank, lock
from docctl.services.numbers.count import next_of_year
from docctl.services.records.load import covering
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: The most items of one list: a transaction stays short.
MOST = 500


@dataclass(frozen=True, slots=True)
class ProposeDisposal:
    """A list of due records."""

    title: str
    record_ids: tuple[UUID, ...]
    item_id: UUID = field(default_factory=new_id)


@use_case("disposal.propose")
def propose_disposal(session: Session, cmd: ProposeDisposal, by: Caller) -> UUID:
    """Propose due records for destruction; each function named by their classes is asked (R-6).

    Refused for a record that is not due, held, under correction, or of a class that is transferred.
    """
    authorise(by.actor, "disposal.propose", Facts())
    title = clean_title(cmd.title, rule="R-6")
    if not cmd.record_ids:
        raise RuleRefused(Refused("R-6", "empty_list"))
    if len(cmd.record_ids) > MOST:
        raise RuleRefused(Refused("R-6", "too_many", {"most": MOST}))
    locked = lock(
        session, Rank.ITEMS, select(Record).where(Record.id.in_(cmd.record_ids)).order_by(Record.id)
    )
    if len(locked) != len(set(cmd.record_ids)):
        raise NotFound("record")
    if not all(sees(session, by.actor, one.access_set_id) for one in locked):
        raise NotFound("record")  # before any reason is given: it may speak of a hidden one
    records = sorted(locked, key=lambda one: one.number)
    row = DisposalList(
        id=cmd.item_id,
        number="",
        title=title[:300],
        status=ListStatus.CHECKING,
        as_of=by.today,
        manifest="",
        manifest_sha256="",
        proposed_by=by.person_id,
        proposed_at=by.at,
    )
    for one in records:
        _check(session, one, by)
        one.status = RECORD_MOVES[one.status, RecordAction.LIST]
    row.number = next_of_year(session, "XH", by.today)
    session.add(row)
    session.flush()  # items and checks refer to it
    items = [_item(session, row, one, ordinal, by) for ordinal, one in enumerate(records, start=1)]
    session.add_all(items)
    _ask(session, row, records, by)
    content = list_manifest(row, items)
    row.manifest, row.manifest_sha256 = content.text, content.sha256
    record(
        session,
        by,
        "disposal.proposed",
        Subject("disposal_list", row.id),
        facts={"list": row.number, "items": len(items), "manifest": content.sha256},
    )
    for one in records:
        record(
            session,
            by,
            "record.listed",
            Subject("record", one.id),
            facts={"number": one.number, "list": row.number},
        )
    return row.id


def _check(session: Session, row: Record, by: Caller) -> None:
    require(may_move_record(row.status, RecordAction.LIST))
    if row.is_permanent:
        raise RuleRefused(Refused("R-4", "permanent"))
    if row.keep_until is None:
        raise RuleRefused(Refused("R-6", "not_due", {"number": row.number}))
    if not is_due(row.keep_until, by.today):
        raise RuleRefused(Refused("R-4", "kept_until", {"until": row.keep_until}))
    if holds := covering(session, [row.id]).get(row.id, ()):
        raise RuleRefused(_held(session, row, holds))
    open_corrections = session.scalars(
        select(Correction.id).where(
            Correction.record_id == row.id,
            Correction.status.in_([CorrectionStatus.PENDING, CorrectionStatus.NOTED]),
        )
    ).first()
    if open_corrections is not None:
        raise RuleRefused(Refused("R-6", "correction_open", {"number": row.number}))
    if session.get_one(RetentionClassRow, row.class_id).data["action"] == "transfer":
        raise RuleRefused(Refused("R-6", "is_transferred", {"number": row.number}))


def _held(session: Session, row: Record, holds: Sequence[UUID]) -> Refused:
    """Return why a held record is not listed, to who may place holds too: the first one, its key (R-5)."""
    borne = exists().where(
        RecordKey.record_id == row.id, RecordKey.kind == HoldKey.kind, RecordKey.normal == HoldKey.normal
    )
    hold, key = session.execute(
        select(Hold, HoldKey)
        .outerjoin(HoldKey, and_(HoldKey.hold_id == Hold.id, borne))
        .where(Hold.id.in_(holds))
        .order_by(Hold.placed_at, Hold.number)
        .limit(1)
    ).one()
    told = {"number": row.number, "hold": hold.number}
    if key is None:
        return Refused("R-5", "held_by", told)
    return Refused("R-5", "held_by_key", {**told, "field": key.kind, "value": key.value})


def _item(session: Session, row: DisposalList, one: Record, ordinal: int, by: Caller) -> DisposalItem:
    cls = session.get_one(RetentionClassRow, one.class_id)
    assert one.keep_until is not None
    return DisposalItem(
        list_id=row.id,
        record_id=one.id,
        ordinal=ordinal,
        number=one.number,
        title=one.title,
        form_number=session.get_one(Document, one.form_id).number,
        unit_name=one.unit_name,
        occurred_on=one.occurred_at.astimezone(by.zone).date(),
        keep_until=one.keep_until,
        class_code=cls.code,
        class_name=cls.name,
        basis=cls.basis,
        hashes=[file.sha256 for file in files_of(session, one.id)],
    )


def _ask(session: Session, row: DisposalList, records: Sequence[Record], by: Caller) -> None:
    """Ask each record's unit, and each unit that answers for a function of its class (R-6)."""
    units = {one.unit_id for one in records}
    named: set[str] = set()
    for class_id in {one.class_id for one in records}:
        named |= set(session.get_one(RetentionClassRow, class_id).data["functions"])
    answered: set[str] = set()
    for unit in session.scalars(select(Unit)):
        if answers := named & set(unit.functions):
            units.add(unit.id)
            answered |= answers
    if missing := sorted(named - answered):  # an opinion that nobody can give is not given
        raise RuleRefused(Refused("R-6", "nobody_answers", {"function": missing[0]}))
    for unit_id in sorted(units):
        if not checkers_of(session, unit_id) - {by.person_id}:
            name = session.get_one(Unit, unit_id).name
            raise RuleRefused(Refused("R-6", "nobody_checks", {"unit": name}))
        session.add(DisposalCheck(list_id=row.id, unit_id=unit_id))
