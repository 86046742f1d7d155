"""How a command waits until what it changed has arrived everywhere."""

from __future__ import annotations

import time

from docctl.jobs import lease
from docctl.jobs.deliveries import due_deliveries
from docctl.jobs.projection import lag
from docctl.jobs.worker import Worker
from docctl.services.house import House


def settle(house: House, *, patience: float = 120.0) -> bool:
    """Return once projections and deliveries have caught up; say whether they did.

    Where no worker is at work this does the work itself.
    """
    deadline = time.monotonic() + patience
    worker = Worker(house)
    while time.monotonic() < deadline:
        if lease.is_held(house):
            if lag(house) <= 0 and not due_deliveries(house, limit=1):
                return True
            time.sleep(0.02)
        elif not worker.run_once():
            return True
    return False
