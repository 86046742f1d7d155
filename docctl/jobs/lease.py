"""Who is the worker: a lease in the database; two holders do no harm, each step is conditional."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from docctl.models.work import Lease
from docctl.services.house import House

NAME: Final = "worker"
LENGTH: Final = timedelta(seconds=30)
#: The clocks of hosts may differ by so much. A lease that ends later was taken by a clock that was wrong:
#: nobody could be the worker before its end, long after that clock is right again.
SKEW: Final = timedelta(minutes=5)


def take(house: House, holder: str) -> bool:
    """Take or renew the lease; say whether it is ours now."""

    def work(session: Session) -> bool:
        now = house.clock()
        row = session.get(Lease, NAME, with_for_update=True)  # of two who ask at once, one gets it
        if row is None:
            session.add(Lease(name=NAME, holder=holder, until=now + LENGTH))
            return True
        if row.holder != holder and binds(row, now):
            return False
        row.holder, row.until = holder, now + LENGTH
        return True

    return house.uow.write(work)


def binds(row: Lease, now: datetime) -> bool:
    """Say whether a lease keeps others from working: its time is not over, and its clock was not wrong."""
    return now < row.until <= now + LENGTH + SKEW


def release(house: House, holder: str) -> None:
    """Give the lease back at the end of a worker."""

    def work(session: Session) -> None:
        row = session.get(Lease, NAME, with_for_update=True)
        if row is not None and row.holder == holder:
            session.delete(row)

    house.uow.write(work)


def is_held(house: House) -> bool:
    """Say whether a worker is at work now."""
    with house.uow.read() as session:
        row = session.get(Lease, NAME)
        return row is not None and binds(row, house.clock())


def was_seen(house: House, *, within: timedelta) -> bool:
    """Say whether a worker took or renewed the lease within this time and has not given it back.

    What was taken by a clock that was far ahead was not taken lately.
    """
    now = house.clock()
    with house.uow.read() as session:
        row = session.get(Lease, NAME)
        return row is not None and now - within <= row.until - LENGTH <= now + SKEW
