"""Outside effects that a transaction asked for: tried until done, in order, never replayed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.jobs.check import run_check
from docctl.jobs.disposal import run_disposal
from docctl.jobs.effects import Postponed, destroy_object, lock_objects, read_upload
from docctl.jobs.pauses import pause_after
from docctl.models.trail import AuditHead
from docctl.models.work import Delivery
from docctl.services.house import House

log = logging.getLogger(__name__)

Handler = Callable[[House, Mapping[str, Any]], None]

HANDLERS: Final[Mapping[str, Handler]] = {
    "read_file": read_upload,
    "lock": lock_objects,
    "destroy_object": destroy_object,
    "disposal": run_disposal,
    "check_objects": run_check,
}

PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]
    tries: int


def due_deliveries(house: House, limit: int = 20) -> list[Waiting]:
    """Return what is due now, oldest first.

    What a transaction wanted at once bears the time of the trail. After a clock that was far ahead that is
    still to come, and no lock may wait so long (R-4).
    """
    at_once = (Delivery.tries == 0) & (Delivery.next_at == Delivery.created_at)
    trail = select(AuditHead.recorded_at).scalar_subquery()
    with house.uow.read() as session:
        rows = session.scalars(
            select(Delivery)
            .where(
                Delivery.done_at.is_(None),
                (Delivery.next_at <= house.clock()) | (at_once & (Delivery.next_at <= trail)),
            )
            .order_by(Delivery.next_at, Delivery.id)
            .limit(limit)
        )
        return [Waiting(one.id, one.kind, one.payload, one.tries) for one in rows]


def unfinished(house: House) -> list[str]:
    """Return what failed and waits for its next try: kind and error."""
    with house.uow.read() as session:
        rows = session.execute(
            select(Delivery.kind, Delivery.last_error).where(Delivery.done_at.is_(None), Delivery.tries > 0)
        )
        return [f"{kind}: {error}" for kind, error in rows]


def deliver(house: House) -> bool:
    """Work off what is due; say whether there was anything.

    A failure is noted and tried again after a pause that doubles; it never holds up the others.
    """
    waiting = due_deliveries(house)
    for one in waiting:
        try:
            HANDLERS[one.kind](house, one.payload)
        except Postponed as later:
            _postpone(house, one, later.until)
        except Exception as error:  # a delivery may fail in any way of the world outside
            log.exception("delivery failed", extra={"delivery": str(one.id), "kind": one.kind})
            _note(house, one, type(error).__name__)
        else:
            _note(house, one, None)
    return bool(waiting)


def _postpone(house: House, one: Waiting, until: datetime) -> None:
    """Let a delivery wait for its instant; it has not failed."""

    def work(session: Session) -> None:
        row = session.get(Delivery, one.id)
        if row is not None and row.done_at is None:
            row.next_at = max(until, house.clock() + timedelta(seconds=1))

    house.uow.write(work)


def _note(house: House, one: Waiting, failed: str | None) -> None:
    def work(session: Session) -> None:
        row = session.get(Delivery, one.id)
        if row is None or row.done_at is not None:
            return
        row.tries = one.tries + 1
        if failed is None:
            row.done_at, row.last_error = house.clock(), ""
        else:
            row.last_error = failed[:300]
            row.next_at = house.clock() + pause_after(row.tries, first=PAUSE, longest=LONGEST_PAUSE)

    house.uow.write(work)
