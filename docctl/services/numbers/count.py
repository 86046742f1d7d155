"""How a counter is moved on: under its lock, also the first time (N-3)."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.models.epochs import EpochRow
from docctl.models.numbers import Counter
from docctl.services.locks import Rank, lock, lock_names
from docctl.services.once import insert_once


def lock_counter(session: Session, scope: str) -> Counter:
    """Return the counter of a scope, locked; a new one stands at 0.

    After a restore it stands where that scope may have been counted to in what was lost (N-1).
    """
    lock_names(session, [f"counter:{scope}"], Rank.COUNTERS)
    query = select(Counter).where(Counter.scope == scope)
    rows = lock(session, Rank.COUNTERS, query)
    if not rows:
        floor = session.scalar(select(func.max(EpochRow.floor))) or 0
        insert_once(session, Counter, scope=scope, value=floor)
        rows = lock(session, Rank.COUNTERS, query)
    return rows[0]
