"""Correcting a registered fact by strike-through, or the file by a correction sheet (C-1 to C-6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.correction import FIELDS, FILE, may_correct
from docctl.domain.form_values import typed_names, value_of
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.content import FileRole, OwnerKind
from docctl.services.caller import Caller
from docctl.services.files import Attached, StoredFile, add_files, files_of, storing
from docctl.services.jobs import want
from docctl.services.records.effect import current_value, times_fit
from docctl.services.records.enter import enter, facts_of
from docctl.services.records.fields import field_of
from docctl.services.records.load import lock_record, record_facts, unchanged
from docctl.services.records.words import clean_value
from docctl.services.registry import use_case


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
    of_form = field_of(session, row, cmd.field)
    is_known = cmd.field in FIELDS or of_form is not None
    old = current_value(session, row.id, cmd.field) if is_known else ""
    if cmd.old != old:
        raise RuleRefused(Refused("A-3", "content_changed"))
    new = (
        _value(cmd, by)
        if of_form is None
        else value_of(of_form, typed_names(of_form, clean_value(cmd.field, cmd.new)))
    )
    facts = facts_of(
        session,
        row,
        by,
        name=cmd.field,
        old=old,
        new=new,
        reason=cmd.reason,
        reason_text=clean_value("reason_text", cmd.reason_text),
        of_form=of_form,
    )
    require(may_correct(facts))
    require(times_fit(row, cmd.field, new))
    return enter(session, row, facts, by, sheet=None)


@dataclass(frozen=True, slots=True)
class CorrectFile:
    """A correction sheet for the file of a record; further uploads are further versions of the file."""

    record_id: UUID
    row_version: int
    reason: str
    reason_text: str
    uploads: tuple[Attached, ...]
    files: tuple[StoredFile, ...] = ()

    @property
    def item_id(self) -> UUID:
        """The record itself: its sheets lie beside its first file and go with it (R-7)."""
        return self.record_id


@use_case("record.correct", signs=True, before=storing(OwnerKind.RECORD, for_document=False))
def correct_file(session: Session, cmd: CorrectFile, by: Caller) -> UUID:
    """Add a signed correction sheet; the first file stays the first (C-4). Return the correction's id."""
    row = lock_record(session, cmd.record_id)
    authorise(by.actor, "record.correct", record_facts(session, row, by))
    unchanged(row, cmd.row_version)
    if not cmd.files:
        raise RuleRefused(Refused("C-4", "sheet_needed"))
    sheet, *versions = cmd.files
    files = [
        replace(sheet, role=FileRole.CORRECTION_SHEET),
        *(replace(one, role=FileRole.MAIN) for one in versions),
    ]
    reason_text = clean_value("reason_text", cmd.reason_text)
    if not reason_text:
        raise RuleRefused(Refused("C-6", "reason_text_needed"))
    there = files_of(session, row.id)
    facts = facts_of(
        session,
        row,
        by,
        name=FILE,
        old=", ".join(one.sha256 for one in there),
        new=", ".join(one.sha256 for one in files),
        reason=cmd.reason,
        reason_text=reason_text,
    )
    require(may_correct(facts))
    added = add_files(
        session,
        by,
        owner=OwnerKind.RECORD,
        owner_id=row.id,
        files=files,
        first=max((one.ordinal for one in there), default=0) + 1,
    )
    if row.accepted_at is not None:
        want(session, "lock", key=f"{row.id}:{added[0]}", payload={"record_id": str(row.id)}, at=by.at)
    return enter(session, row, facts, by, sheet=added[0])


def _value(cmd: CorrectRecord, by: Caller) -> str:
    """Return the new value as it will be stored; refuse a date that is none (C-6)."""
    new = clean_value(cmd.field, cmd.new)
    if FIELDS.get(cmd.field) != "datetime" or not new:
        return new
    try:
        stated = datetime.fromisoformat(new)
        if stated.tzinfo is None:
            stated = stated.replace(tzinfo=by.zone)
        return stated.astimezone(by.zone).isoformat(timespec="minutes")
    except (ValueError, OverflowError) as error:
        raise RuleRefused(Refused("C-6", "no_date", {"value": new[:40]})) from error
