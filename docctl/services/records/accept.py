"""Accepting a record by its keeper, voiding a wrong filing before that, noting its place (F-17, R-13)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.lifecycle import RECORD_MOVES, CorrectionStatus, RecordAction, may_move_record
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.numbers import NumberState
from docctl.models.record_content import content_of
from docctl.models.records import Correction, Medium
from docctl.services.caller import Caller
from docctl.services.jobs import want
from docctl.services.numbers.take import entry_of
from docctl.services.records.load import lock_record, record_facts, unchanged
from docctl.services.records.words import clean_value
from docctl.services.registry import use_case
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class AcceptRecord:
    """Take a record into the keeper's care; `seen_sha256` is the content shown on the page."""

    record_id: UUID
    row_version: int
    seen_sha256: str


@use_case("record.accept", signs=True)
def accept_record(session: Session, cmd: AcceptRecord, by: Caller) -> UUID:
    """Accept a completed record; from then on it can no longer be voided (F-17).

    Nobody accepts what they filed themselves (A-2).
    """
    row = lock_record(session, cmd.record_id)
    authorise(by.actor, "record.accept", record_facts(session, row, by))
    unchanged(row, cmd.row_version)
    require(may_move_record(row.status, RecordAction.ACCEPT))
    if row.filed_by == by.actor.person_id:
        raise RuleRefused(Refused("A-2", "own_work", {"step": "accept"}))
    pending = session.scalars(
        select(Correction.id).where(
            Correction.record_id == row.id, Correction.status == CorrectionStatus.PENDING
        )
    ).first()
    if pending is not None:
        raise RuleRefused(Refused("F-17", "correction_pending"))
    signed = sign(
        session,
        by,
        kind="record",
        subject_id=row.id,
        meaning=Meaning.ACCEPT,
        content_sha256=content_of(session, row),
        seen_sha256=cmd.seen_sha256,
    )
    row.status = RECORD_MOVES[row.status, RecordAction.ACCEPT]
    row.accepted_by, row.accepted_at = by.person_id, by.at
    want(session, "lock", key=f"{row.id}:accept", payload={"record_id": str(row.id)}, at=by.at)
    record(
        session,
        by,
        "record.accepted",
        Subject("record", row.id),
        facts={"number": row.number, "keep_until": row.keep_until, "seal": signed.seal},
    )
    return row.id


@dataclass(frozen=True, slots=True)
class VoidRecord:
    """Void a wrong filing with the reason."""

    record_id: UUID
    row_version: int
    reason: str


@use_case("record.void")
def void_record(session: Session, cmd: VoidRecord, by: Caller) -> UUID:
    """Void a record before it is accepted; its number stays in the register (F-17, N-1)."""
    row = lock_record(session, cmd.record_id)
    authorise(by.actor, "record.void", record_facts(session, row, by))
    unchanged(row, cmd.row_version)
    if row.accepted_at is not None:
        raise RuleRefused(Refused("F-17", "void_after_acceptance"))
    require(may_move_record(row.status, RecordAction.VOID))
    reason = clean_value("reason", cmd.reason)
    if not reason:
        raise RuleRefused(Refused("F-17", "reason_needed"))
    if len(reason) > 500:
        raise RuleRefused(Refused("C-6", "too_long", {"field": "reason", "longest": 500}))
    row.status = RECORD_MOVES[row.status, RecordAction.VOID]
    row.voided_by, row.voided_at, row.void_reason = by.person_id, by.at, reason
    entry = entry_of(session, row.id)
    if entry is not None:
        entry.state, entry.reason = NumberState.VOIDED, reason
    record(
        session,
        by,
        "record.voided",
        Subject("record", row.id),
        facts={"number": row.number},
        detail={"reason": reason},
    )
    return row.id


@dataclass(frozen=True, slots=True)
class PlaceRecord:
    """Note where the paper original lies."""

    record_id: UUID
    row_version: int
    place: str


@use_case("record.place")
def place_record(session: Session, cmd: PlaceRecord, by: Caller) -> UUID:
    """Note room, cabinet and box of a paper original (R-13)."""
    row = lock_record(session, cmd.record_id)
    authorise(by.actor, "record.place", record_facts(session, row, by))
    unchanged(row, cmd.row_version)
    if row.destroying_since is not None:
        raise RuleRefused(Refused("C-3", "after_disposal"))
    place = clean_value("place", cmd.place)
    if not place:
        raise RuleRefused(Refused("R-13", "place_needed"))
    if len(place) > 200:
        raise RuleRefused(Refused("C-6", "too_long", {"field": "place", "longest": 200}))
    if row.medium is not Medium.PAPER:
        raise RuleRefused(Refused("R-13", "no_paper"))
    before, row.place = row.place, place
    record(
        session,
        by,
        "record.placed",
        Subject("record", row.id),
        facts={"number": row.number},
        detail={"before": before, "after": place},
    )
    return row.id
