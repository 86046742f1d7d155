"""What runs follows a revision of the retention classes, told step by step (R-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from docctl.jobs.effects import Postponed
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.records.following import follows_after
from docctl.services.records.prolong import ProlongRecords, prolong_records

#: How long a revision waits before it asks again whether those before it are followed.
AGAIN: Final = timedelta(seconds=5)


def class_steps(house: House, payload: Mapping[str, Any]) -> Iterator[None]:
    """Keep records longer where a revision of their class says so, some in each step.

    Each revision waits for those that began before it: raise Postponed.
    """
    revision_id, last = UUID(payload["revision_id"]), None
    with house.uow.read() as session:
        if follows_after(session, revision_id):
            raise Postponed(house.clock() + AGAIN)
    while (
        last := prolong_records(ProlongRecords(revision_id, last), by=the_system(house.clock()), house=house)
    ) is not None:
        yield
