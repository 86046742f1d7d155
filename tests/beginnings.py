"""What many tests begin with, done once in a process: each test gets a copy of the company as it is then."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docctl.config import Settings
from tests.filing import a_form
from tests.places import Place, keep
from tests.world import START, Clock, World, build_house


@cache
def begun(founded: Place, begin: Callable[[World], Any]) -> tuple[Place, Any]:
    """Let `begin` bring the small company on; return where it lies, and what `begin` returned."""
    place = keep(founded.copy(founded.folder.parent / f"{begin.__module__}.{begin.__name__}"))
    clock = Clock(START)
    house = build_house(place.settings, clock)
    try:
        made = begin(World.of(house, clock))
    finally:
        house.close()
    return place, made


def settings_after(**begins: Callable[[World], Any]) -> Callable[..., Settings]:
    """Return the fixture `settings` of tests: a test that asks for a name here begins after its function.

    Of several names the first counts: what contains others stands before them.
    """
    known = {**begins, "form": a_form}

    @pytest.fixture
    def settings(tmp_path: Path, founded: Place, request: pytest.FixtureRequest) -> Settings:
        """Return settings of an installation of its own: a copy of the small company."""
        begin = next((known[name] for name in known if name in request.fixturenames), None)
        place = begun(founded, begin)[0] if begin else founded
        return place.copy(tmp_path / "data").settings

    return settings


def outcome_of(begin: Callable[[World], Any]) -> Callable[..., Any]:
    """Return the fixture of what `begin` returned in the company that `settings_after` copies."""

    @pytest.fixture
    def outcome(world: World, founded: Place) -> Any:
        return begun(founded, begin)[1]

    return outcome
