"""How a counter is moved on: under its lock, also the first time (N-3)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.numbers import Counter
from docctl.services.locks import Rank, lock, lock_names
from docctl.services.once import insert_once


def lock_counter(session: Session, scope: str) -> Counter:
    """Return the counter of a scope, locked; a new one stands at 0."""
    lock_names(session, [f"counter:{scope}"], Rank.COUNTERS)
    query = select(Counter).where(Counter.scope == scope)
    rows = lock(session, Rank.COUNTERS, query)
    if not rows:
        insert_once(session, Counter, scope=scope, value=0)
        rows = lock(session, Rank.COUNTERS, query)
    return rows[0]
