"""Outside effects that a transaction asked for: tried until done, in order, never replayed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.jobs.check import check_steps
from docctl.jobs.claims import failed, finish
from docctl.jobs.classes import class_steps
from docctl.jobs.destructions import hand_note_over
from docctl.jobs.disposal import disposal_steps
from docctl.jobs.effects import Postponed, destroy_object, lock_objects, read_upload
from docctl.jobs.holds import hold_steps
from docctl.models.trail import AuditHead
from docctl.models.work import Delivery
from docctl.services.deliveries.ends import OUTWARD
from docctl.services.holds.cover import KIND as HOLD
from docctl.services.house import House
from docctl.services.records.following import CLASSES

log = logging.getLogger(__name__)

#: Does an effect; what takes long gives steps instead, and is done after the last of them.
Handler = Callable[[House, Mapping[str, Any]], Iterator[None] | None]
#: What has begun and goes on in the next round, by delivery.
Running = dict[UUID, Iterator[None]]

HANDLERS: Final[Mapping[str, Handler]] = {
    "read_file": read_upload,
    "lock": lock_objects,
    "destroy_object": destroy_object,
    "disposal": disposal_steps,
    "check_objects": check_steps,
    "witness_note": hand_note_over,
    HOLD: hold_steps,
    CLASSES: class_steps,
}

#: How long one delivery keeps the others waiting, in seconds; after the step in which that ends, the worker
#: turns to the index, the trail's heads and what is due, and comes back.
SLICE: Final = 2.0
PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due."""

    id: UUID
    kind: str
    payload: Mapping[str, Any]


def due_deliveries(house: House, limit: int = 20) -> list[Waiting]:
    """Return what is due now, oldest first.

    After a clock that was far ahead, no lock may wait so long (R-4). What a transaction wanted at once bears
    the time of the trail, which is still to come then; and no pause after a failure is longer than the
    longest, nor one of a disposal. What goes to other machines is worked apart (`outward`).
    """
    now = house.clock()
    at_once = (Delivery.tries == 0) & (Delivery.next_at == Delivery.created_at)
    paused = (Delivery.tries > 0) | (Delivery.kind == "disposal")
    trail = select(AuditHead.recorded_at).scalar_subquery()
    with house.uow.read() as session:
        rows = session.scalars(
            select(Delivery)
            .where(
                Delivery.done_at.is_(None),
                Delivery.kind.not_in(OUTWARD),
                (Delivery.next_at <= now)
                | (at_once & (Delivery.next_at <= trail))
                | (paused & (Delivery.next_at > now + LONGEST_PAUSE)),
            )
            .order_by(Delivery.next_at, Delivery.id)
            .limit(limit)
        )
        return [Waiting(one.id, one.kind, one.payload) for one in rows]


def unfinished(house: House) -> list[str]:
    """Return what failed and waits for its next try: kind and error."""
    with house.uow.read() as session:
        rows = session.execute(
            select(Delivery.kind, Delivery.last_error).where(Delivery.done_at.is_(None), Delivery.tries > 0)
        )
        return [f"{kind}: {error}" for kind, error in rows]


def deliver(house: House, running: Running | None = None) -> bool:
    """Work off what is due; say whether there was anything.

    A failure is noted and tried again after a pause that doubles; it never holds up the others. What takes
    long goes on in the next call with the same `running`; without it everything is done to its end.
    """
    waiting = due_deliveries(house)
    seconds = float("inf") if running is None else SLICE
    running = {} if running is None else running
    for left in running.keys() - {one.id for one in waiting}:  # done elsewhere, or no longer wanted
        del running[left]
    for one in waiting:
        try:
            is_done = _work(house, one, running, seconds=seconds)
        except Postponed as later:
            _postpone(house, one, later.until)
        except Exception as error:  # a delivery may fail in any way of the world outside
            log.exception("delivery failed", extra={"delivery": str(one.id), "kind": one.kind})
            failed(house, one.id, type(error).__name__, first=PAUSE, longest=LONGEST_PAUSE)
        else:
            if is_done:
                finish(house, one.id)
    return bool(waiting)


def _work(house: House, one: Waiting, running: Running, *, seconds: float) -> bool:
    """Go on with a delivery for about so long; say whether it is done."""
    steps = running.pop(one.id, None) or HANDLERS[one.kind](house, one.payload)
    until = time.monotonic() + seconds
    for _ in steps or ():
        if time.monotonic() > until:
            assert steps is not None
            running[one.id] = steps
            return False
    return True


def _postpone(house: House, one: Waiting, until: datetime) -> None:
    """Let a delivery wait for its instant; it has not failed."""

    def work(session: Session) -> None:
        row = session.get(Delivery, one.id)
        if row is not None and row.done_at is None:
            row.next_at = max(until, house.clock() + timedelta(seconds=1))
            row.tries, row.last_error = 0, ""

    house.uow.write(work)
