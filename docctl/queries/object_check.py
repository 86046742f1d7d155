"""What the last comparison of store and rows has found, for its page (T-3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.trail import EventRow
from docctl.models.work import Delivery
from docctl.services.objects.check import KIND


@dataclass(frozen=True, slots=True)
class LastCheck:
    """Counts are whole, lists hold the first findings."""

    at: datetime
    seq: int
    checked: int
    problem_count: int
    problems: tuple[dict[str, Any], ...]
    without_row_count: int
    without_row: tuple[str, ...]
    stray_count: int
    strays: tuple[dict[str, Any], ...]

    @property
    def is_clean(self) -> bool:
        """Whether store and rows agree in everything."""
        return not (self.problem_count or self.without_row_count or self.stray_count)


def last_check(session: Session) -> LastCheck | None:
    """Return what was found last; None where nobody has compared yet."""
    row = session.scalars(
        select(EventRow).where(EventRow.action == "objects.compared").order_by(EventRow.seq.desc()).limit(1)
    ).first()
    if row is None:
        return None
    facts = json.loads(row.facts)
    return LastCheck(
        at=row.recorded_at,
        seq=row.seq,
        checked=facts["checked"],
        problem_count=facts["problem_count"],
        problems=tuple(facts["problems"]),
        without_row_count=facts["without_row_count"],
        without_row=tuple(facts["without_row"]),
        stray_count=facts["stray_count"],
        strays=tuple(facts["strays"]),
    )


def is_being_checked(session: Session) -> bool:
    """Say whether a comparison waits or is under way."""
    query = select(Delivery.id).where(Delivery.kind == KIND, Delivery.done_at.is_(None))
    return session.scalar(query) is not None
