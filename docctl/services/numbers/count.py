"""How a counter is moved on: under its lock, also the first time (N-3)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from docctl.models.base import table_of
from docctl.models.epochs import EpochRow
from docctl.models.numbers import Counter
from docctl.services.locks import Rank, key_of, lock, lock_names, turn
from docctl.services.rows import ask, insert_once

_COUNTER: Final = table_of(Counter)
_OF: Final = bindparam("of", type_=_COUNTER.c.scope.type)
_MOVED: Final = update(_COUNTER).values(value=_COUNTER.c.value + 1).returning(_COUNTER.c.value)
_NEXT: Final = _MOVED.where(_COUNTER.c.scope == _OF)
_NEXT_IN_TURN: Final = _MOVED.where(_COUNTER.c.scope == turn(_OF.label("scope")).c.scope)


def next_value(session: Session, scope: str) -> int:
    """Move the counter of a scope on by one under its lock, and return where it stands (N-3)."""
    lock_names(session, (), Rank.COUNTERS)
    while True:
        if session.get_bind().dialect.name == "sqlite":
            moved = ask(session, _NEXT, of=scope).scalar()
        else:
            moved = ask(session, _NEXT_IN_TURN, of=scope, turn=key_of(f"counter:{scope}")).scalar()
        if moved is not None:
            return int(moved)
        lock_counter(session, scope)


def lock_counter(session: Session, scope: str) -> Counter:
    """Return the counter of a scope, locked; a new one stands at 0.

    After a restore it stands where that scope may have been counted to in what was lost (N-1).
    """
    lock_names(session, [f"counter:{scope}"], Rank.COUNTERS)
    query = select(Counter).where(Counter.scope == scope)
    rows = lock(session, Rank.COUNTERS, query)
    if not rows:
        floor = session.scalar(select(func.max(EpochRow.floor))) or 0
        insert_once(session, Counter, {"scope": scope, "value": floor})
        rows = lock(session, Rank.COUNTERS, query)
    return rows[0]
