"""The one order in which rows are locked: people, hold register, items, counters, the audit head."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.orm import Session

T = TypeVar("T")


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


def lock_names(session: Session, names: Iterable[str], rank: Rank = Rank.PEOPLE) -> None:
    """Lock what no row stands for yet, or what is a question about many rows; with the people, first.

    A row that everybody wants has a name as well: PostgreSQL serves a name in the order in which it was asked
    for, while those who wait for a row that changes all the time may be overtaken again and again.
    """
    _in_order(session, rank)
    if session.get_bind().dialect.name == "sqlite":
        return
    for name in sorted(set(names)):
        key = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        session.execute(select(func.pg_advisory_xact_lock(cast(key, BigInteger))))


def _in_order(session: Session, rank: Rank) -> None:
    last: Rank = session.info.get("rank", Rank.PEOPLE)
    if rank < last:
        raise LockOrderBroken(f"{rank.name} after {last.name}")
    session.info["rank"] = rank
