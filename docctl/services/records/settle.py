"""What becomes of corrections noted under a hold once the last hold has ended (C-3)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.correction import Reason
from docctl.domain.lifecycle import CorrectionStatus
from docctl.domain.roles import Role
from docctl.models.organisation import RoleGrant
from docctl.models.records import Correction, Record
from docctl.services.caller import Caller
from docctl.services.records.effect import still_stands, take_effect
from docctl.services.records.fields import named
from docctl.services.trail import Subject, record


def settle_notes(session: Session, record_id: UUID, by: Caller) -> None:
    """Turn noted corrections into effective or pending ones, in the order they were entered (C-3).

    What would have taken effect at once without the hold does so now; all else, and what no longer
    fits the value that stands there, waits for the keeper. `by` is who lifted the last hold.
    """
    row = session.get_one(Record, record_id)
    notes = session.scalars(
        select(Correction)
        .where(Correction.record_id == record_id, Correction.status == CorrectionStatus.NOTED)
        .order_by(Correction.entered_at, Correction.id)
    ).all()
    for note in notes:
        at_once = _at_once(session, row, note) and still_stands(session, row, note)
        note.status = CorrectionStatus.EFFECTIVE if at_once else CorrectionStatus.PENDING
        session.flush()  # the fact's new value refers to a correction in force
        if at_once:
            take_effect(session, row, note, by)
        record(
            session,
            by,
            "correction.settled",
            Subject("record", row.id, str(note.id)),
            facts={
                "number": row.number,
                "field": note.field,
                "status": note.status,
                "keep_until": row.keep_until,
            },
            detail={"old": note.old_value, "new": note.new_value, **named(session, row, note.field)},
        )


def _at_once(session: Session, row: Record, note: Correction) -> bool:
    """Say whether the corrector needed nobody's approval: filer with a plain reason, or keeper (C-3, C-7)."""
    if note.entered_by == row.filed_by:
        return note.reason != Reason.OTHER
    keeps = session.scalars(
        select(RoleGrant.id).where(
            RoleGrant.person_id == note.entered_by,
            RoleGrant.role == Role.KEEPER,
            (RoleGrant.unit_id == row.unit_id) | RoleGrant.unit_id.is_(None),
            RoleGrant.confirmed_at <= note.entered_at,
            RoleGrant.revoked_at.is_(None) | (RoleGrant.revoked_at > note.entered_at),
        )
    ).first()
    return keeps is not None
