"""The one order in which rows are locked: people, hold register, items, counters, the audit head."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TypeVar

from sqlalchemy import Select
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


def lock(session: Session, rank: Rank, query: Select[T]) -> Sequence[T]:
    """Lock and return the rows, as they are now; raise `LockOrderBroken` out of order.

    On SQLite the write transaction itself excludes others; the order is held all the same.
    """
    last: Rank = session.info.get("rank", Rank.PEOPLE)
    if rank < last:
        raise LockOrderBroken(f"{rank.name} after {last.name}")
    session.info["rank"] = rank
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
