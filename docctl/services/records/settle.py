"""What becomes of corrections noted under a hold once the last hold has ended (C-3)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import CorrectionStatus
from docctl.models.records import Correction
from docctl.services.caller import Caller


def settle_notes(session: Session, record_id: UUID, by: Caller) -> None:
    """Turn noted corrections of a record into pending ones: the keeper decides on each (C-3)."""
    session.execute(
        update(Correction)
        .where(Correction.record_id == record_id, Correction.status == CorrectionStatus.NOTED)
        .values(status=CorrectionStatus.PENDING)
    )
