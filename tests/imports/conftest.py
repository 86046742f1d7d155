"""What tests of imports share: a folder of old files, apart from the house's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docctl.reading.pool import ReaderPool
from docctl.services.house import House


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder outside the data folder."""
    made = tmp_path / "旧文件"
    made.mkdir()
    return made


@pytest.fixture(scope="session")
def readers() -> Iterator[ReaderPool]:
    """Return reading children for all tests of a process: each takes longer to start than to read."""
    with ReaderPool() as pool:
        yield pool


@pytest.fixture
def house(house: House, readers: ReaderPool) -> Iterator[House]:
    """Return the house of the test, reading with the shared children."""
    own = house.pool
    object.__setattr__(house, "pool", readers)
    yield house
    object.__setattr__(house, "pool", own)
