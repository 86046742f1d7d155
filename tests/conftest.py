"""What all tests share: a clock that stands still, a house of its own for each test, a small company."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docctl.config import Settings
from docctl.services.house import House
from tests.world import START, Clock, World, build_house, copied, found


@pytest.fixture
def clock() -> Clock:
    """Return a clock at a fixed instant; tests move it."""
    return Clock(START)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a data folder with the small company once; tests get copies."""
    folder = tmp_path_factory.mktemp("founded") / "data"
    house = build_house(Settings(data=folder, secret_key="x" * 40), Clock(START))
    try:
        found(house)
    finally:
        house.close()
    return folder


@pytest.fixture
def settings(tmp_path: Path, founded: Path) -> Settings:
    """Return settings of a data folder of its own: a copy of the small company."""
    return copied(founded, tmp_path / "data")


@pytest.fixture
def house(settings: Settings, clock: Clock) -> Iterator[House]:
    """Return the house of the small company."""
    built = build_house(settings, clock)
    yield built
    built.close()


@pytest.fixture
def world(house: House, clock: Clock) -> World:
    """Return the small company with its people."""
    return World.of(house, clock)
