"""The one order in which rows are locked: people, hold register, items, counters, the audit head."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from hashlib import sha256
from typing import Any, Final, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, bindparam, func, select, true
from sqlalchemy.orm import Session

from docctl.services.rows import AnyRow, ask

T = TypeVar("T")

_HAVING_WAITED: Final = func.pg_advisory_xact_lock(bindparam("turn", type_=BigInteger)).label("waited")
_WAIT: Final = select(_HAVING_WAITED)
_WAIT_SHARED: Final = select(func.pg_advisory_xact_lock_shared(bindparam("turn", type_=BigInteger)))


class Rank(IntEnum):
    """The place of a lock in the order; items go parents first, then by id."""

    PEOPLE = 1
    HOLD_REGISTER = 2
    PARENTS = 3
    ITEMS = 4
    COUNTERS = 5
    HEAD = 6


class LockOrderBroken(AssertionError):
    """A use case asked for a lock that comes before one it already has: a fault of ours."""


def lock(session: Session, rank: Rank, query: Select[T], *, shared: bool = False) -> Sequence[T]:
    """Lock and return the rows, as they are now; raise `LockOrderBroken` out of order.

    `shared`: they shall stay as they are, while others may say the same. On SQLite the write transaction
    itself excludes others; the order is held all the same.
    """
    _in_order(session, rank)
    # Not the strongest lock: a new row elsewhere whose foreign key points here need not wait.
    locked = query.with_for_update(read=shared, key_share=not shared)
    return session.scalars(locked.execution_options(populate_existing=True)).all()


def lock_many(session: Session, rank: Rank, query: Select[T]) -> int:
    """Lock rows, however many, and return how many; raise `LockOrderBroken` out of order."""
    _in_order(session, rank)
    locked = query.with_for_update(key_share=True).subquery()
    return session.scalar(select(func.count()).select_from(locked)) or 0


def turn(*columns: ColumnElement[Any]) -> Subquery:
    """Return what a statement on PostgreSQL joins so as to wait for the name `turn` (see `key_of`) first.

    It has one row, with these columns, when the turn has come.
    """
    return select(_HAVING_WAITED, *columns).subquery("turn")


class LockedRow:
    """A row to lock, with the names to wait for before, in one question; built once.

    Returns the columns as they are once the row is locked. Whatever else is decided on is read afterwards.
    """

    def __init__(self, query: Select[Any], *, shared: bool = False) -> None:
        self._plain = query
        locked = query.with_for_update(read=shared, key_share=not shared, of=query.get_final_froms()[0])
        self._alone, self._in_turn = locked, locked.join(turn(), true())

    def lock(
        self,
        session: Session,
        rank: Rank,
        names: Iterable[str] = (),
        *,
        named: Rank = Rank.PEOPLE,
        **values: Any,
    ) -> AnyRow | None:
        """Lock the names, which have the rank `named`, then the row; raise `LockOrderBroken` out of order.

        On SQLite the write transaction itself excludes others.
        """
        *before, last = sorted(set(names)) or [""]
        lock_names(session, before, named)
        _in_order(session, rank)
        if session.get_bind().dialect.name == "sqlite":
            return ask(session, self._plain, **values).first()
        if not last:
            return ask(session, self._alone, **values).first()
        return ask(session, self._in_turn, turn=key_of(last), **values).first()


def key_of(name: str) -> int:
    """Return the number under which PostgreSQL keeps a name."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)


def lock_names(
    session: Session, names: Iterable[str], rank: Rank = Rank.PEOPLE, *, shared: bool = False
) -> None:
    """Lock what no row stands for yet, or what is a question about many rows; with the people, first.

    A row that everybody wants has a name as well: PostgreSQL serves a name in the order in which it was asked
    for, while those who wait for a row that changes all the time may be overtaken again and again.
    `shared`: others who say so too need not wait.
    """
    _in_order(session, rank)
    if session.get_bind().dialect.name == "sqlite":
        return
    for name in sorted(set(names)):
        ask(session, _WAIT_SHARED if shared else _WAIT, turn=key_of(name))


def _in_order(session: Session, rank: Rank) -> None:
    last: Rank = session.info.get("rank", Rank.PEOPLE)
    if rank < last:
        raise LockOrderBroken(f"{rank.name} after {last.name}")
    session.info["rank"] = rank
