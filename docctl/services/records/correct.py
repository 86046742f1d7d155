"""Correcting a registered fact by strike-through, or the file by a correction sheet (C-1 to C-6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.canonical import canonical, sha256
from docctl.domain.correction import (
    FIELDS,
    FILE,
    CorrectionFacts,
    may_correct,
    may_decide,
    stated_not_late,
    status_of_new,
)
from docctl.domain.lifecycle import CorrectionStatus
from docctl.domain.permissions import authorise
from docctl.domain.roles import Role
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.content import OwnerKind
from docctl.models.records import Correction, Record, RecordFact
from docctl.services.caller import Caller
from docctl.services.files import Attached, StoredFile, add_files, files_of, storing
from docctl.services.jobs import want
from docctl.services.records.keep import classes_of, classify
from docctl.services.records.load import holds_on, lock_record, record_facts, unchanged
from docctl.services.registry import use_case
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class CorrectRecord:
    """Strike one value and put another with it; `old` is what the signer saw struck."""

    record_id: UUID
    row_version: int
    field: str
    old: str
    new: str
    reason: str
    reason_text: str = ""


@use_case("record.correct", signs=True)
def correct_record(session: Session, cmd: CorrectRecord, by: Caller) -> UUID:
    """Enter a signed correction of a registered fact; the old value stays readable (C-1).

    Return the correction's id. It takes effect at once, waits for the keeper, or stands as a note under
    a hold (C-3).
    """
    row = lock_record(session, cmd.record_id)
    authorise(by.actor, "record.correct", record_facts(session, row, by))
    unchanged(row, cmd.row_version)
    old = current_value(session, row.id, cmd.field) if cmd.field in FIELDS else ""
    if cmd.old != old:
        raise RuleRefused(Refused("A-3", "content_changed"))
    new = _clean(cmd, by)
    facts = _facts(session, row, cmd.field, old, new, cmd.reason, cmd.reason_text, by)
    require(may_correct(facts))
    return _enter(session, row, facts, by, sheet=None)


@dataclass(frozen=True, slots=True)
class CorrectFile:
    """A correction sheet for the file of a record."""

    record_id: UUID
    row_version: int
    reason: str
    reason_text: str
    uploads: tuple[Attached, ...]
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


@use_case("record.correct", signs=True, before=storing(OwnerKind.RECORD, for_document=False))
def correct_file(session: Session, cmd: CorrectFile, by: Caller) -> UUID:
    """Add a signed correction sheet; the first file stays the first (C-4)."""
    row = lock_record(session, cmd.record_id)
    authorise(by.actor, "record.correct", record_facts(session, row, by))
    unchanged(row, cmd.row_version)
    if not cmd.files:
        raise RuleRefused(Refused("upload", "needed"))
    if not cmd.reason_text.strip():
        raise RuleRefused(Refused("C-6", "reason_text_needed"))
    there = files_of(session, row.id)
    names = ", ".join(one.sha256 for one in there)
    facts = _facts(session, row, FILE, names, cmd.files[0].sha256, cmd.reason, cmd.reason_text, by)
    require(may_correct(facts))
    rows = add_files(
        session,
        by,
        owner=OwnerKind.RECORD,
        owner_id=row.id,
        files=cmd.files,
        first=len(there) + 1,
    )
    if row.accepted_at is not None:
        want(session, "lock", key=f"{row.id}:{rows[0].id}", payload={"record_id": str(row.id)}, at=by.at)
    return _enter(session, row, facts, by, sheet=rows[0].id)


@dataclass(frozen=True, slots=True)
class DecideCorrection:
    """The keeper's decision on a correction that waits."""

    correction_id: UUID
    row_version: int
    approve: bool
    comment: str = ""


@use_case("record.approve_correction", signs=True)
def decide_correction(session: Session, cmd: DecideCorrection, by: Caller) -> UUID:
    """Approve or refuse a pending correction; nobody decides on their own (C-3, A-2)."""
    found = session.get(Correction, cmd.correction_id)
    if found is None:
        raise NotFound("correction")
    row = lock_record(session, found.record_id)
    correction = session.get_one(Correction, cmd.correction_id, populate_existing=True)
    authorise(by.actor, "record.approve_correction", record_facts(session, row, by))
    if correction.row_version != cmd.row_version:
        raise RuleRefused(Refused("request", "changed_meanwhile"))
    require(
        may_decide(
            correction.status,
            by_corrector=correction.entered_by == by.actor.person_id,
            held=holds_on(session, row.id) > 0,
        )
    )
    if not cmd.approve and not cmd.comment.strip():
        raise RuleRefused(Refused("C-6", "reason_needed"))
    correction.decided_by, correction.decided_at = by.person_id, by.at
    correction.decision_comment = cmd.comment.strip()
    correction.status = CorrectionStatus.EFFECTIVE if cmd.approve else CorrectionStatus.REFUSED
    sign(
        session,
        by,
        kind="correction",
        subject_id=correction.id,
        meaning=Meaning.APPROVE,
        content_sha256=correction.content_sha256,
        seen_sha256=correction.content_sha256,
        comment=correction.decision_comment,
    )
    if cmd.approve:
        _take_effect(session, row, correction, by)
    record(
        session,
        by,
        "correction.approved" if cmd.approve else "correction.refused",
        Subject("record", row.id, str(correction.id)),
        facts={"number": row.number, "field": correction.field},
        detail={"comment": correction.decision_comment},
    )
    return row.id


def current_value(session: Session, record_id: UUID, name: str) -> str:
    """Return the present value of a registered fact as text."""
    return (
        session.scalar(
            select(RecordFact.value)
            .where(RecordFact.record_id == record_id, RecordFact.field == name)
            .order_by(RecordFact.ordinal.desc())
            .limit(1)
        )
        or ""
    )


def _facts(
    session: Session,
    row: Record,
    name: str,
    old: str,
    new: str,
    reason: str,
    reason_text: str,
    by: Caller,
) -> CorrectionFacts:
    pending = session.scalar(
        select(func.count())
        .select_from(Correction)
        .where(
            Correction.record_id == row.id,
            Correction.field == name,
            Correction.status == CorrectionStatus.PENDING,
        )
    )
    return CorrectionFacts(
        status=row.status,
        held=holds_on(session, row.id) > 0,
        field=name,
        old=old,
        new=new,
        reason=reason,
        reason_text=reason_text,
        by_filer=row.filed_by == by.actor.person_id,
        by_keeper=by.actor.has(Role.KEEPER, row.unit_id) and row.filed_by != by.actor.person_id,
        pending=bool(pending),
    )


def _enter(session: Session, row: Record, facts: CorrectionFacts, by: Caller, *, sheet: UUID | None) -> UUID:
    content = sha256(
        canonical(
            {
                "v": 1,
                "record": row.id,
                "number": row.number,
                "field": facts.field,
                "old": facts.old,
                "new": facts.new,
                "reason": facts.reason,
                "reason_text": facts.reason_text.strip(),
            }
        )
    )
    correction = Correction(
        id=new_id(),
        record_id=row.id,
        field=facts.field,
        old_value=facts.old,
        new_value=facts.new,
        reason=facts.reason,
        reason_text=facts.reason_text.strip(),
        status=status_of_new(facts),
        sheet_file_id=sheet,
        content_sha256=content,
        entered_by=by.person_id,
        entered_at=by.at,
    )
    session.add(correction)
    session.flush()  # the fact's new value refers to it
    sign(
        session,
        by,
        kind="correction",
        subject_id=correction.id,
        meaning=Meaning.CORRECT,
        content_sha256=content,
        seen_sha256=content,
    )
    if correction.status is CorrectionStatus.EFFECTIVE:
        _take_effect(session, row, correction, by)
    record(
        session,
        by,
        "record.corrected",
        Subject("record", row.id, str(correction.id)),
        facts={
            "number": row.number,
            "field": facts.field,
            "reason": facts.reason,
            "status": correction.status,
        },
        detail={"old": facts.old, "new": facts.new, "reason_text": facts.reason_text},
    )
    return correction.id


def _take_effect(session: Session, row: Record, correction: Correction, by: Caller) -> None:
    """Add the new value above the old one; the register and the last day follow (C-2, R-2)."""
    if correction.field == FILE:
        return
    newest = session.scalar(
        select(func.max(RecordFact.ordinal)).where(
            RecordFact.record_id == row.id, RecordFact.field == correction.field
        )
    )
    session.add(
        RecordFact(
            record_id=row.id,
            field=correction.field,
            ordinal=(-1 if newest is None else newest) + 1,
            value=correction.new_value,
            set_by=correction.entered_by,
            set_at=by.at,
            correction_id=correction.id,
        )
    )
    if correction.field == "title":
        row.title = correction.new_value
    elif correction.field == "received_at":
        row.received_at = datetime.fromisoformat(correction.new_value) if correction.new_value else None
    elif correction.field == "occurred_at":
        before = row.keep_until
        row.occurred_at = datetime.fromisoformat(correction.new_value)
        classify(session, row, classes_of(session, row), zone=by.zone)
        if before is not None and row.keep_until is not None and row.keep_until < before:
            row.keep_until = before  # what already runs is never shortened
        if row.accepted_at is not None:
            want(
                session,
                "lock",
                key=f"{row.id}:{correction.id}",
                payload={"record_id": str(row.id)},
                at=by.at,
            )


def _clean(cmd: CorrectRecord, by: Caller) -> str:
    """Return the new value as it will be stored; refuse a date that is none or lies ahead (C-6, F-5)."""
    new = " ".join(cmd.new.split()) if cmd.field == "title" else cmd.new.strip()
    if FIELDS.get(cmd.field) != "datetime" or not new:
        return new
    try:
        stated = datetime.fromisoformat(new)
    except ValueError as error:
        raise RuleRefused(Refused("C-6", "no_date", {"value": new[:40]})) from error
    if stated.tzinfo is None:
        stated = stated.replace(tzinfo=by.zone)
    require(stated_not_late(stated=stated, entered=by.at, field=cmd.field))
    return stated.astimezone(by.zone).isoformat(timespec="minutes")
