"""How a counter is moved on: under its lock, also the first time (N-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from docctl.models.base import table_of
from docctl.models.epochs import EpochRow
from docctl.models.numbers import Counter
from docctl.services.locks import Rank, key_of, lock, lock_names, turn
from docctl.services.rows import ask, insert_once, insert_rows

_COUNTER: Final = table_of(Counter)
_OF: Final = bindparam("of", type_=_COUNTER.c.scope.type)
_MOVED: Final = (
    update(_COUNTER).values(value=_COUNTER.c.value + 1).returning(_COUNTER.c.value, _COUNTER.c.begins_after)
)
_NEXT: Final = _MOVED.where(_COUNTER.c.scope == _OF)
_NEXT_IN_TURN: Final = _MOVED.where(_COUNTER.c.scope == turn(_OF.label("scope")).c.scope)


@dataclass(frozen=True, slots=True)
class Counted:
    """The sequence taken, and up to which one the numbers of its series stand elsewhere in the register."""

    value: int
    begins_after: int


def _from_nothing() -> int:
    return 0


def next_value(session: Session, scope: str, reached: Callable[[], int] = _from_nothing) -> Counted:
    """Move the counter of a scope on by one under its lock, and return where it stands (N-3)."""
    lock_names(session, (), Rank.COUNTERS)
    while True:
        if session.get_bind().dialect.name == "sqlite":
            moved = ask(session, _NEXT, of=scope).first()
        else:
            moved = ask(session, _NEXT_IN_TURN, of=scope, turn=key_of(f"counter:{scope}")).first()
        if moved is not None:
            return Counted(int(moved.value), int(moved.begins_after))
        lock_counter(session, scope, reached)


def lock_counter(session: Session, scope: str, reached: Callable[[], int] = _from_nothing) -> Counter:
    """Return the counter of a scope, locked; a new one stands at what `reached` says, usually 0.

    After a restore it stands where that scope may have been counted to in what was lost (N-1).
    """
    lock_names(session, [f"counter:{scope}"], Rank.COUNTERS)
    query = select(Counter).where(Counter.scope == scope)
    rows = lock(session, Rank.COUNTERS, query)
    if not rows:
        floor, begins = session.scalar(select(func.max(EpochRow.floor))) or 0, reached()
        row = {"scope": scope, "value": max(floor, begins), "begins_after": begins}
        insert_once(session, Counter, row)
        rows = lock(session, Rank.COUNTERS, query)
    return rows[0]


def lock_counters(session: Session, scopes: Iterable[str]) -> dict[str, Counter]:
    """Return the counters of scopes, locked, by scope, with as many questions for many as for one.

    Who asks has locked what each counts for, so that nobody else waits for one of them.
    """
    wanted = sorted(set(scopes))
    query = select(Counter).where(Counter.scope.in_(wanted)).order_by(Counter.scope)
    found = {one.scope: one for one in lock(session, Rank.COUNTERS, query)}
    if new := [one for one in wanted if one not in found]:
        floor = session.scalar(select(func.max(EpochRow.floor))) or 0
        insert_rows(session, Counter, *({"scope": one, "value": floor, "begins_after": 0} for one in new))
        found = {one.scope: one for one in lock(session, Rank.COUNTERS, query)}
    return found


def next_of_year(session: Session, prefix: str, today: date, *, scope: str = "") -> str:
    """Take the next number of a year, such as XH-2026-001; `scope` names its counter where another has it."""
    counter = lock_counter(session, f"{scope or prefix}:{today.year}")
    counter.value += 1
    return f"{prefix}-{today.year}-{counter.value:03d}"


def pass_over(session: Session, scope: str, reached: int) -> None:
    """Move a counter past numbers of its series that were given by another count (N-6)."""
    counter = lock_counter(session, scope)
    counter.begins_after = max(counter.begins_after, reached)
    counter.value = max(counter.value, reached)
