"""The keeper's decision on a correction that waits: approved or refused, never on one's own (C-3, A-2)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.correction import may_decide
from docctl.domain.lifecycle import CorrectionStatus
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import Conflict, NotFound, Refused, RuleRefused, require
from docctl.models.records import Correction
from docctl.services.caller import Caller
from docctl.services.records.effect import still_stands, take_effect
from docctl.services.records.fields import named
from docctl.services.records.load import holds_on, lock_record, record_facts
from docctl.services.records.words import clean_value
from docctl.services.registry import use_case
from docctl.services.signing import sign
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class DecideCorrection:
    """The keeper's decision on a correction that waits; a refusal says why."""

    correction_id: UUID
    row_version: int
    approve: bool
    comment: str = ""


@use_case("record.approve_correction", signs=True)
def decide_correction(session: Session, cmd: DecideCorrection, by: Caller) -> UUID:
    """Approve or refuse a pending correction; nobody decides on their own (C-3, A-2).

    Return the record's id. A refused correction stays readable with the reason.
    """
    found = session.get(Correction, cmd.correction_id)
    if found is None:
        raise NotFound("correction")
    row = lock_record(session, found.record_id)
    correction = session.get_one(Correction, cmd.correction_id, populate_existing=True)
    authorise(by.actor, "record.approve_correction", record_facts(session, row, by))
    if correction.row_version != cmd.row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    require(
        may_decide(
            correction.status,
            by_corrector=correction.entered_by == by.actor.person_id,
            held=holds_on(session, row.id) > 0,
        )
    )
    comment = clean_value("reason_text", cmd.comment)
    if not cmd.approve and not comment:
        raise RuleRefused(Refused("C-6", "refusal_reason_needed"))
    if len(comment) > 500:
        raise RuleRefused(Refused("C-6", "too_long", {"field": "comment", "longest": 500}))
    if cmd.approve:
        require(still_stands(session, row, correction))
    correction.decided_by, correction.decided_at = by.person_id, by.at
    correction.decision_comment = comment
    correction.status = CorrectionStatus.EFFECTIVE if cmd.approve else CorrectionStatus.REFUSED
    signed = sign(
        session,
        by,
        kind="correction",
        subject_id=correction.id,
        meaning=Meaning.APPROVE if cmd.approve else Meaning.CHECK,
        content_sha256=correction.content_sha256,
        seen_sha256=correction.content_sha256,
        comment=comment,
    )
    if cmd.approve:
        take_effect(session, row, correction, by)
    record(
        session,
        by,
        "correction.approved" if cmd.approve else "correction.refused",
        Subject("record", row.id, str(correction.id)),
        facts={
            "number": row.number,
            "field": correction.field,
            "keep_until": row.keep_until,
            "seal": signed.seal,
        },
        detail={
            "comment": comment,
            "old": correction.old_value,
            "new": correction.new_value,
            **named(session, row, correction.field),
        },
    )
    return row.id
