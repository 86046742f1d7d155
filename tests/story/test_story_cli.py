"""The first story of docctl by commands only: one procedure and one record, from cradle to grave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docctl.config import Settings
from docctl.services.house import House
from tests.cli.terminal import Terminal
from tests.story.steps import SECRET, places_with, tell_the_story
from tests.world import START, Clock, build_house


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def house(empty: Settings, clock: Clock) -> Iterator[House]:
    built = build_house(empty, clock)
    yield built
    built.close()


@pytest.fixture
def docctl(house: House, empty: Settings) -> Terminal:
    return Terminal(house, empty)


def test_one_procedure_and_one_record_from_cradle_to_grave(
    docctl: Terminal, clock: Clock, empty: Settings, tmp_path: Path
) -> None:
    story = tell_the_story(docctl, lambda days: clock.forward(days=days), tmp_path)
    next(story)
    # Files are encrypted: what is plain is the text that was read, where the database lies here.
    assert places_with(empty.data, SECRET) or empty.database_url
    next(story)
    next(story)
    assert places_with(empty.data, SECRET) == []
