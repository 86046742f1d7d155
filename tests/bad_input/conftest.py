"""Fixtures of the pages' tests, and what shows that nothing was half-done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from docctl.config import Settings
from docctl.models.base import Base
from docctl.models.trail import EventRow
from docctl.services.house import House
from tests.cli.terminal import Terminal
from tests.web.browser import Browser
from tests.web.conftest import app, client
from tests.world import World

Snapshot = dict[str, object]
Look = Callable[[], Callable[[], None]]
Say = Callable[[str], None]

#: Tables that may change although a use case was refused: who has signed in, what was received.
_BESIDE = {"web_session", "upload", "sign_in_attempt", "event", "event_detail"}
#: Events that are told although nothing was done: what was looked at, a password that was wrong.
_READS = ("revision.read", "record.read", "signature.refused")


def snapshot(world: World) -> Snapshot:
    """Return how many rows each table has, and which objects lie in the store."""
    with world.house.uow.read() as session:
        rows: Snapshot = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name not in _BESIDE
        }
        quiet = EventRow.action.startswith("session.") | EventRow.action.in_(_READS)
        loud = select(EventRow.action).where(~quiet).order_by(EventRow.seq)
        rows["events"] = list(session.scalars(loud))
    objects = Path(str(world.house.uow.engine.url.database)).parent / "objects"
    rows["objects"] = sorted(str(one) for one in objects.rglob("*") if one.is_file())
    return rows


@pytest.fixture
def terminal(house: House, settings: Settings) -> Terminal:
    """Return a terminal on the small company."""
    return Terminal(house, settings)


@pytest.fixture
def unchanged(world: World) -> Look:
    """Return a way to look now, and to see later that nothing is there but what was there."""

    def look() -> Callable[[], None]:
        before = snapshot(world)

        def compare() -> None:
            assert snapshot(world) == before

        return compare

    return look


@pytest.fixture
def say(client: Browser) -> Say:
    """Return a way to choose the browser's language."""
    return lambda language: client.set_cookie("docctl-language", language)


__all__ = ["app", "client"]
