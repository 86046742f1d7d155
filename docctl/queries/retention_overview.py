"""What stands on the tabs of the retention pages: how much is due, under way, held (R-4, R-5, R-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.permissions import Actor
from docctl.models.records import Record
from docctl.models.retention import DisposalList, Hold
from docctl.models.visibility import sets_of
from docctl.queries.disposal_lists import OPEN


@dataclass(frozen=True, slots=True)
class Overview:
    """Records that are due and visible, lists under way, holds that stand."""

    due: int
    lists: int
    holds: int


def overview(session: Session, actor: Actor, today: date) -> Overview:
    """Return the counts of the tabs (X-3)."""
    due = select(func.count()).where(
        Record.status == RecordStatus.ACCEPTED,
        Record.keep_until < today,
        Record.access_set_id.in_(sorted(sets_of(session, actor))),
    )
    lists = select(func.count()).where(DisposalList.status.in_(OPEN))
    holds = select(func.count()).where(Hold.lifted_at.is_(None))
    return Overview(*(session.scalar(one) or 0 for one in (due, lists, holds)))
