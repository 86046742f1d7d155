"""The rest of a hold's records, where one transaction does not take all: told step by step (R-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from docctl.services.caller import the_system
from docctl.services.holds.cover import FollowHold, follow_hold
from docctl.services.house import House


def hold_steps(house: House, payload: Mapping[str, Any]) -> Iterator[None]:
    """Tell the records of a hold that it began, or has ended; to be done again from where it stopped."""
    told = FollowHold(UUID(payload["hold_id"]))
    while follow_hold(told, by=the_system(house.clock()), house=house):
        yield
