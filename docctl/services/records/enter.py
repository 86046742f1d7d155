"""How a correction is entered: its row, its signature, its event, and what it becomes (C-1, C-2, C-3)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.canonical import canonical, sha256
from docctl.domain.correction import CorrectionFacts, status_of_new
from docctl.domain.form_definition import FormField
from docctl.domain.lifecycle import CorrectionStatus
from docctl.domain.roles import Role
from docctl.models.base import new_id
from docctl.models.records import Correction, Record
from docctl.services.caller import Caller
from docctl.services.records.effect import take_effect
from docctl.services.records.load import holds_on
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


def facts_of(
    session: Session,
    row: Record,
    by: Caller,
    *,
    name: str,
    old: str,
    new: str,
    reason: str,
    reason_text: str,
    of_form: FormField | None = None,
) -> CorrectionFacts:
    """Return what the rules of correction decide on, read under the record's lock (C-3)."""
    waiting = session.scalar(
        select(func.count())
        .select_from(Correction)
        .where(
            Correction.record_id == row.id,
            Correction.field == name,
            Correction.status == CorrectionStatus.PENDING,
        )
    )
    by_filer = row.filed_by == by.actor.person_id
    return CorrectionFacts(
        status=row.status,
        held=holds_on(session, row.id) > 0,
        field=name,
        old=old,
        new=new,
        reason=reason,
        reason_text=reason_text,
        by_filer=by_filer,
        by_keeper=by.actor.has(Role.KEEPER, row.unit_id) and not by_filer,
        pending=bool(waiting),
        of_form=of_form,
    )


def enter(session: Session, row: Record, facts: CorrectionFacts, by: Caller, *, sheet: UUID | None) -> UUID:
    """Add a correction that the rules allow, signed over old and new value; return its id (C-1, C-3)."""
    status = status_of_new(facts)
    correction = Correction(
        id=new_id(),
        record_id=row.id,
        field=facts.field,
        old_value=facts.old,
        new_value=facts.new,
        reason=facts.reason,
        reason_text=facts.reason_text,
        status=status,
        sheet_file_id=sheet,
        content_sha256=_content_of(row, facts),
        entered_by=by.person_id,
        entered_at=by.at,
    )
    session.add(correction)
    session.flush()  # the fact's new value refers to it
    signed = sign(
        session,
        by,
        kind="correction",
        subject_id=correction.id,
        meaning=Meaning.CORRECT,
        content_sha256=correction.content_sha256,
        seen_sha256=correction.content_sha256,
    )
    if status is CorrectionStatus.EFFECTIVE:
        take_effect(session, row, correction, by)
    record(
        session,
        by,
        "record.corrected",
        Subject("record", row.id, str(correction.id)),
        facts={
            "number": row.number,
            "field": facts.field,
            "reason_code": facts.reason,
            "status": status,
            "keep_until": row.keep_until,
            "seal": signed.seal,
        },
        detail={
            "old": facts.old,
            "new": facts.new,
            "reason": facts.reason_text,
            **({"field": facts.called} if facts.of_form is not None else {}),
        },
    )
    return correction.id


def _content_of(row: Record, facts: CorrectionFacts) -> str:
    return sha256(
        canonical(
            {
                "v": 1,
                "record": row.id,
                "number": row.number,
                "field": facts.field,
                "old": facts.old,
                "new": facts.new,
                "reason": facts.reason,
                "reason_text": facts.reason_text,
            }
        )
    )
