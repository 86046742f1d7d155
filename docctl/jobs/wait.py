"""How a command waits until what it changed has arrived everywhere."""

from __future__ import annotations

import time

from docctl.jobs import lease
from docctl.jobs.deliveries import due_deliveries
from docctl.jobs.projection import follow, lag
from docctl.jobs.worker import Worker
from docctl.services.house import House


def settle(house: House, *, patience: float = 120.0) -> bool:
    """Return once projections and deliveries have caught up; say whether they did.

    Where no worker is at work this does the work itself. The index of this host is followed here if need be;
    where several hosts work and this one keeps none, none is begun for a command.
    """
    deadline = time.monotonic() + patience
    worker = Worker(house)
    while time.monotonic() < deadline:
        if lease.is_held(house):
            keeps_none = house.is_shared and house.here.read() is None
            if (keeps_none or lag(house) <= 0) and not due_deliveries(house, limit=1):
                return True
            if keeps_none or not follow(house):
                time.sleep(0.02)
        elif not worker.run_once() and lag(house) <= 0:
            return True
    return False
