"""What all tests share: a clock that stands still, a house of its own for each test, a small company.

`TEST_DATABASE=postgresql` runs the same tests on PostgreSQL: each on a copy of a database with the company.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from docctl.config import Settings
from docctl.reading import ReaderPool
from docctl.services.house import House
from tests import effort, postgres, scratch
from tests.beginnings import begun, settings_after
from tests.filing import a_form
from tests.places import Place, drop_databases, keep, new_place
from tests.readers import lend
from tests.s3.serving import s3_server
from tests.statements import compile_once
from tests.suites import QUICK, WHOLE, suite_of
from tests.world import START, Clock, World, build_house, found

__all__ = ["effort", "s3_server"]  # `effort` names its profile of Hypothesis before that is asked for


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one of the two suites be chosen."""
    parser.addoption("--suite", choices=(QUICK, WHOLE), help="one suite of tests/suites.py, not both")


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder of the tests, start the server: once, before the processes that share the tests."""
    scratch.choose(config)
    if postgres.wanted() and postgres.SERVER not in os.environ:
        server = postgres.Server()
        os.environ[postgres.SERVER] = str(server.folder)
        config.add_cleanup(server.stop)
        config.add_cleanup(lambda: os.environ.pop(postgres.SERVER))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pass over the files of the other suite where one is asked for: they are not even read."""
    wanted = config.getoption("suite")
    if not wanted or not collection_path.is_file():
        return None
    return suite_of(collection_path.relative_to(config.rootpath).as_posix()) != wanted or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is about one database where the tests run on the other."""
    other = "sqlite" if postgres.wanted() else "postgresql"
    why = f"about {other}; here the tests run on the other database"
    for item in items:
        if item.get_closest_marker(f"{other}_only"):
            item.add_marker(pytest.mark.skip(reason=why))


def pytest_collection_finish() -> None:
    """Let the garbage collector look at what tests make, and not each time at all modules and tests too."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _once() -> Iterator[None]:
    """Compile each statement and start reading children once for all tests."""
    with pytest.MonkeyPatch.context() as patch, ReaderPool() as children:
        compile_once(patch)
        lend(patch, children)
        yield


@pytest.fixture
def clock() -> Clock:
    """Return a clock at a fixed instant; tests move it."""
    return Clock(START)


@pytest.fixture(scope="session")
def server() -> str:
    """Return the folder with the socket of the PostgreSQL server; skip where the tests run on SQLite."""
    if not postgres.wanted():
        pytest.skip("needs PostgreSQL: make test-postgresql")
    return os.environ[postgres.SERVER]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Make the small company once; tests get copies."""
    place = keep(new_place(tmp_path_factory.mktemp("founded") / "data"))
    house = build_house(place.settings, Clock(START))
    try:
        found(house)
    finally:
        house.close()
    return place


@pytest.fixture(autouse=True)
def _databases() -> Iterator[None]:
    """Remove what a test made on the server."""
    yield
    drop_databases()


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    """Return settings of an installation in which nothing was set up."""
    return new_place(tmp_path / "empty").settings


settings = settings_after()


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


@pytest.fixture
def form(world: World, founded: Place) -> UUID:
    """Return the document id of a record form in force: who asks for it gets a company that has it."""
    return begun(founded, a_form)[1]
