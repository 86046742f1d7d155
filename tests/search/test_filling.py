"""What holds where a generation is filled by a process of its own: the same answers, nothing half (S-4)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from search.api import Entry
from search.errors import SearchError
from search.tantivy import TantivyEngine
from tests.search.engines import stock
from tests.search.making import entry, find, query

SOME = 20_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[TantivyEngine]:
    made = TantivyEngine(folder, wait=0.2, small=SOME)
    yield made
    made.close()


def fillers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "search.filler" in words_of(one)]


def words_of(child: psutil.Process, most: float = 20.0) -> list[str]:
    """Return what a child was started with; a moment after its start has come back it is still empty."""
    until = time.monotonic() + most
    try:
        while not (words := child.cmdline()) and time.monotonic() < until:
            time.sleep(0.001)
    except psutil.NoSuchProcess:  # gone, or over and not yet asked how it ended
        return []
    return words


def wait_for_none(most: float = 20.0) -> None:
    until = time.monotonic() + most
    while fillers() and time.monotonic() < until:
        time.sleep(0.02)
    assert not fillers()


def test_s_4_more_than_is_kept_goes_to_a_process_with_the_same_answers(
    engine: TantivyEngine, tmp_path: Path
) -> None:
    entries = stock(300)
    assert sum(len(one.body) for one in entries) > SOME
    with engine.rebuild(position=5) as fresh:
        fresh.add(entries[:250])
        assert len(fillers()) == 1
        fresh.add([entry("late", "\ud800半个字"), *entries[250:]])
        fresh.add([entry("e001", "再给一次")])  # an id given twice counts once
    wait_for_none()
    here = TantivyEngine(tmp_path / "here")
    with here.rebuild(position=5) as fresh:
        fresh.add([*entries, entry("late", "\ud800半个字"), entry("e001", "再给一次")])
        assert not fillers()
    assert engine.position() == here.position() == 5
    assert sorted(engine.digests()) == sorted(here.digests())
    for typed in ("记录", '"的"', "QP/XX-0", "audit"):
        asked = query(typed, limit=400, not_ended=False)
        assert engine.search(asked) == here.search(asked)
    assert find(engine, "再给一次") == {"e001"}
    here.close()


def test_s_4_what_fits_is_filled_here(engine: TantivyEngine) -> None:
    with engine.rebuild(position=5) as fresh:
        fresh.add([entry("a", "字" * (SOME - 200))])
        assert not fillers()
    assert set(engine.ids()) == {"a"}


def test_s_4_a_process_that_dies_leaves_the_old_index(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry("old", "旧的")], [], position=3)

    def entries() -> Iterator[Entry]:
        yield from stock(300)
        (filler,) = fillers()
        os.kill(filler.pid, signal.SIGKILL)
        filler.wait(10)
        yield from stock(300)

    with pytest.raises(SearchError, match="gone"), engine.rebuild(position=8) as fresh:
        fresh.add(entries())
    assert (set(engine.ids()), engine.position()) == ({"old"}, 3)
    assert len(list((folder / "generations").iterdir())) == 1


def test_s_4_a_source_that_fails_ends_the_process(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry("old", "旧的")], [], position=3)

    def entries() -> Iterator[Entry]:
        yield from stock(300)
        raise KeyError("row gone")

    with pytest.raises(KeyError), engine.rebuild(position=8) as fresh:
        fresh.add(entries())
    wait_for_none()
    assert (set(engine.ids()), engine.position()) == ({"old"}, 3)
    assert len(list((folder / "generations").iterdir())) == 1


def test_s_4_what_goes_wrong_in_the_process_is_told(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry("old", "旧的")], [], position=3)

    def entries() -> Iterator[Entry]:
        (fresh,) = (one for one in (folder / "generations").iterdir() if not list(one.glob("meta.json*")))
        fresh.joinpath("meta.json").write_text("no index")
        yield from stock(300)

    with pytest.raises(SearchError), engine.rebuild(position=8) as fresh:
        fresh.add(entries())
    assert set(engine.ids()) == {"old"}
