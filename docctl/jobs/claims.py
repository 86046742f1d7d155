"""How a worker notes what came of a delivery; how one of several takes one that goes to another machine.

What stays in the house is for whoever holds the worker's lease: it is noted without having been claimed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from docctl.jobs.pauses import pause_after
from docctl.models.work import Delivery
from docctl.services.deliveries.ends import end
from docctl.services.house import House

#: Who has claimed a delivery is done with it by then, or dead.
CLAIMED: Final = timedelta(minutes=5)


def claim(session: Session, delivery_id: UUID, next_at: datetime, now: datetime) -> bool:
    """Take a delivery that is as it was read, for a while; say whether it is ours."""
    claimed = session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.next_at == next_at, Delivery.done_at.is_(None))
        .values(next_at=now + CLAIMED)
    )
    return bool(getattr(claimed, "rowcount", 0))


def finish(house: House, delivery_id: UUID, outcome: str = "", error: str = "") -> None:
    """Note that a delivery was done, or how it ended."""

    def work(session: Session) -> None:
        row = session.get(Delivery, delivery_id)
        if row is not None and row.done_at is None:
            row.tries += 1
            end(row, outcome, house.clock(), error=error)

    house.uow.write(work)


def failed(house: House, delivery_id: UUID, reason: str, *, first: timedelta, longest: timedelta) -> None:
    """Note why it was not done, and let it wait for its next try, twice as long each time."""

    def work(session: Session) -> None:
        row = session.get(Delivery, delivery_id)
        if row is not None and row.done_at is None:
            row.tries, row.last_error = row.tries + 1, reason[:300]
            row.next_at = house.clock() + pause_after(row.tries, first=first, longest=longest)

    house.uow.write(work)
