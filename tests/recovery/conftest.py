"""A company with a witness, a terminal on it, and one where no house is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from docctl.config import Settings
from docctl.services.house import House
from tests.cli.terminal import Terminal
from tests.places import Place
from tests.recovery.recovering import Recovery
from tests.world import Clock, build_house


@pytest.fixture
def settings(tmp_path: Path, founded: Place) -> Settings:
    witness = tmp_path / "witness"
    witness.mkdir()
    return replace(founded.copy(tmp_path / "data").settings, witness=str(witness))


@pytest.fixture
def house(settings: Settings, clock: Clock) -> Iterator[House]:
    built = build_house(settings, clock)
    yield built
    built.close()


@pytest.fixture
def terminal(house: House, settings: Settings) -> Terminal:
    return Terminal(house, settings)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@pytest.fixture
def recovery(settings: Settings, clock: Clock) -> Recovery:
    return Recovery(settings, clock)
