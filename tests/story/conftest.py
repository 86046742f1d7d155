"""A running server on a copy of the small company, and desks in front of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from docctl.config import Settings
from tests.story.stage import Desk, Stage, chromium, running
from tests.world import Clock

DeskFor = Callable[..., Desk]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def stage(settings: Settings, clock: Clock) -> Iterator[Stage]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with running(settings.data, clock) as started:
        yield started


@pytest.fixture
def desk_for(browser: Browser, stage: Stage) -> Iterator[DeskFor]:
    """Return a way to sit down at a desk as somebody; at the end no browser has complained."""
    desks: list[Desk] = []

    def sit(username: str = "", **how: Any) -> Desk:
        desk = Desk(browser, stage, **how)
        desks.append(desk)
        if username:
            desk.sign_in(username)
        return desk

    yield sit
    for desk in desks:
        print("left at", desk.path, desk.page.locator("body").inner_text())  # shown where a test fails
    complaints = [one for desk in desks for one in desk.errors]
    for desk in desks:
        desk.context.close()
    assert complaints == []
