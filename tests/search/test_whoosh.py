"""What holds for whoosh on disk: marker, damage, kills, several processes, nothing planted is run (S-4)."""

from __future__ import annotations

import json
import os
import pickle
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search import whoosh as module
from search import whoosh_files
from search.errors import IndexBusy
from search.tantivy import TantivyEngine
from search.whoosh import WhooshEngine
from tests.search.making import entry, find, query


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[WhooshEngine]:
    made = WhooshEngine(folder, wait=0.05)
    yield made
    made.close()


@pytest.fixture
def opened(folder: Path) -> Iterator[Callable[[], WhooshEngine]]:
    """Return a way to open the folder as another process does; all are closed at the end."""
    made: list[WhooshEngine] = []

    def again() -> WhooshEngine:
        made.append(WhooshEngine(folder, wait=30))
        return made[-1]

    yield again
    for one in made:
        one.close()


def generation(folder: Path) -> Path:
    (found,) = (folder / "generations").iterdir()
    return found


def test_x_3_the_folder_is_ours_alone(engine: WhooshEngine, folder: Path) -> None:
    engine.apply([entry()], [], position=1)
    for path in (folder, folder / "generations", generation(folder)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_r_6_a_purge_leaves_no_byte_of_what_was_removed(engine: WhooshEngine, folder: Path) -> None:
    engine.apply([entry("kept", "marker1"), entry("secret-id", "marker2")], [], position=1)
    engine.apply([], ["secret-id"], position=2)
    assert find(engine, "marker") == {"kept"}
    engine.purge(lambda: [entry("kept", "marker1")], position=2)
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"secret-id" not in content
    assert b"marker2" not in content
    assert find(engine, "marker") == {"kept"}


def test_s_4_the_marker_names_what_lasts_and_nothing_else_stays(engine: WhooshEngine, folder: Path) -> None:
    for number in range(6):
        engine.apply([entry(f"e{number}")], [], position=number + 1)
    here = generation(folder)
    marker = whoosh_files.read_marker(here)
    assert marker is not None
    assert marker.position == 6
    assert {path.name for path in here.iterdir()} == {*marker.files, "MARKER"}
    assert engine.intact()


def test_s_4_files_are_forced_to_disk_before_the_marker_names_them(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        happened.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real_sync(descriptor)

    def replace(path: Path, target: Path) -> Path:
        happened.append(f"now {Path(target).name}")
        return real_replace(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    engine.apply([entry("a")], [], position=1)
    at = happened.index("now MARKER")
    assert {name.rpartition(".")[2] for name in happened[:at]} >= {"toc", "seg", "new"}
    assert happened.index("now MARKER") < happened.index("now CURRENT")


class _Planted:
    """What would leave a trace if anybody unpickled it."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch planted-was-run",)


def test_s_4_files_that_the_marker_does_not_name_are_never_opened(
    folder: Path, opened: Callable[[], WhooshEngine], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    opened().apply([entry("a")], [], position=5)
    here = generation(folder)
    (here / "_MAIN_99.toc").write_bytes(pickle.dumps(_Planted()))
    engine = opened()
    assert (find(engine), engine.position()) == ({"a"}, 5)
    (here / "MARKER").unlink()
    without = opened()
    assert (without.state, without.position()) == ("damaged", 0)
    assert not (tmp_path / "planted-was-run").exists()


def lose_the_marker(here: Path) -> None:
    (here / "MARKER").unlink()


def spoil_the_marker(here: Path) -> None:
    (here / "MARKER").write_bytes(b"\xff{")


def lose_a_segment(here: Path) -> None:
    next(here.glob("*.seg")).unlink()


def shorten_a_segment(here: Path) -> None:
    path = next(here.glob("*.seg"))
    path.write_bytes(path.read_bytes()[:-9])


def spoil_the_toc(here: Path) -> None:
    path = next(here.glob("*.toc"))
    path.write_bytes(b"\x00" * path.stat().st_size)


def write_nonsense_into_a_segment(here: Path) -> None:
    path = next(here.glob("*.seg"))
    path.write_bytes(b"\xff" * path.stat().st_size)


def lose_the_generation(here: Path) -> None:
    here.rename(here.parent.parent / "elsewhere")


@pytest.mark.parametrize(
    "spoil",
    [
        lose_the_marker,
        spoil_the_marker,
        lose_a_segment,
        shorten_a_segment,
        spoil_the_toc,
        write_nonsense_into_a_segment,
        lose_the_generation,
    ],
)
def test_s_4_damage_is_noticed_and_a_new_start_is_possible(
    folder: Path, opened: Callable[[], WhooshEngine], spoil: Callable[[Path], None]
) -> None:
    opened().apply([entry("a")], [], position=5)
    spoil(generation(folder))
    engine = opened()
    assert (engine.state, engine.position(), engine.count()) == ("damaged", 0, 0)
    assert engine.search(query("正文")).total == 0
    assert not engine.intact()
    with engine.rebuild(position=6) as fresh:
        fresh.add([entry("a")])
    assert (engine.state, engine.position(), find(engine)) == ("ready", 6, {"a"})
    assert generation(folder).is_dir()


def test_s_4_changed_bytes_are_found_by_reading_all(engine: WhooshEngine, folder: Path) -> None:
    engine.apply([entry("a")], [], position=5)
    path = next(generation(folder).glob("*.seg"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert not engine.intact()


def test_s_4_another_engines_index_is_none_of_ours(folder: Path, opened: Callable[[], WhooshEngine]) -> None:
    other = TantivyEngine(folder)
    other.apply([entry("a")], [], position=5)
    other.close()
    engine = opened()
    assert (engine.state, engine.position()) == ("empty", 0)
    engine.apply([entry("b")], [], position=1)
    assert (find(engine), generation(folder).is_dir()) == ({"b"}, True)
    assert TantivyEngine(folder).state == "empty"


def test_s_5_another_analysis_starts_fresh(
    folder: Path, opened: Callable[[], WhooshEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened().apply([entry("a")], [], position=5)
    monkeypatch.setattr(module, "_MADE_WITH", "something newer")
    newer = opened()
    assert (newer.state, newer.position()) == ("empty", 0)


def test_s_4_another_process_sees_commits_and_swaps(
    engine: WhooshEngine, opened: Callable[[], WhooshEngine]
) -> None:
    reader = opened()
    assert reader.state == "empty"
    engine.apply([entry("a")], [], position=1)
    assert find(reader) == {"a"}
    engine.apply([entry("b")], ["a"], position=2)
    assert (find(reader), reader.position()) == ({"b"}, 2)
    engine.purge(lambda: [entry("c")], position=3)
    assert (find(reader), reader.position()) == ({"c"}, 3)


def test_s_4_writers_wait_for_each_other(engine: WhooshEngine, opened: Callable[[], WhooshEngine]) -> None:
    engine.apply([entry("a")], [], position=1)
    other = opened()
    with other._generations.locked("write"), pytest.raises(IndexBusy):
        engine.apply([entry("b")], [], position=2)
    engines = [opened() for _ in range(3)]

    def work(number: int) -> None:
        for n in range(3):
            engines[number].apply([entry(f"{number}-{n}")], [], position=n)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engine.count() == 10


def test_s_4_a_source_that_fails_leaves_the_last_commit(engine: WhooshEngine, folder: Path) -> None:
    engine.apply([entry("a")], [], position=1)

    def failing() -> Iterator[object]:
        yield entry("b")
        raise KeyError("row gone")

    with pytest.raises(KeyError):
        engine.apply(failing(), [], position=2)  # type: ignore[arg-type]
    assert (set(engine.ids()), engine.position()) == ({"a"}, 1)
    engine.apply([entry("c")], [], position=2)
    assert (set(engine.ids()), engine.intact()) == ({"a", "c"}, True)


WRITER = """
import sys
from pathlib import Path
from search.whoosh import WhooshEngine
from tests.search.making import entry
engine = WhooshEngine(Path(sys.argv[1]))
batch = engine.position()
print("started", flush=True)
while True:
    batch += 1
    engine.apply([entry(f"{batch}-{n}") for n in range(3)], [], position=batch)
    print(batch, flush=True)
    if batch % 7 == 0:
        engine.purge(lambda: (entry(f"{b}-{n}") for b in range(1, batch + 1) for n in range(3)),
                     position=batch)
"""


def test_s_4_a_killed_writer_leaves_whole_batches_and_no_lock(folder: Path) -> None:
    told = 0
    for number in range(6):
        command = [sys.executable, "-c", WRITER, str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        time.sleep(0.05 + 0.031 * number)
        process.send_signal(signal.SIGKILL)
        lines = process.stdout.read().split("\n")[:-1]
        process.stdout.close()
        process.wait()
        told = max([told, *map(int, lines[-1:])])
        engine = WhooshEngine(folder, wait=0.2)
        position = engine.position()
        assert position >= told
        whole = {f"{batch}-{n}" for batch in range(1, position + 1) for n in range(3)}
        assert find(engine, limit=10_000) == whole
        assert engine.intact() or not whole
        engine.close()


def test_s_4_the_marker_is_plain_json(engine: WhooshEngine, folder: Path) -> None:
    engine.apply([entry("a")], [], position=3)
    told = json.loads((generation(folder) / "MARKER").read_text("utf-8"))
    assert told["position"] == 3
