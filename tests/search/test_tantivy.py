"""What holds for tantivy on disk: damage, generations, several processes, kills (S-4, R-6)."""

import json
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import tantivy

from search import tantivy as module
from search.errors import IndexBusy, IndexDamaged
from search.tantivy import TantivyEngine
from tests.search.making import entry, find, query


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def engine(folder: Path) -> Iterator[TantivyEngine]:
    made = TantivyEngine(folder, wait=0.05)
    yield made
    made.close()


def generations(folder: Path) -> list[Path]:
    return list((folder / "generations").iterdir())


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def terms(folder: Path, start: str) -> set[str]:
    """Read the dictionary of words as it stands on disk, deleted entries included."""
    index = tantivy.Index.open(str(generations(folder)[0]))
    index.reload()
    return {term for term, _ in index.searcher().terms_with_prefix("body_words", start)}


def test_r_6_a_purge_leaves_no_byte_of_what_was_removed(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry("kept", "marker1"), entry("secret-id", "marker2")], [], position=1)
    engine.apply([], ["secret-id"], position=2)
    # Removing alone takes it out of the answers, not out of the files.
    assert find(engine, "marker") == {"kept"}
    assert terms(folder, "marker") >= {"marker2"}
    assert b"secret-id" in all_bytes(folder)
    old_names = {path.name for path in folder.rglob("*.store")}
    engine.purge(lambda: [entry("kept", "marker1")], position=2)
    assert find(engine, "marker") == {"kept"}
    assert terms(folder, "marker") == {"marker1", "marker"}
    assert b"secret-id" not in all_bytes(folder)
    segments = [path for path in folder.rglob("*.*") if path.parent.parent.name == "generations"]
    assert segments
    assert len(generations(folder)) == 1
    assert not {path.name for path in segments} & old_names


def test_x_3_the_folder_is_ours_alone(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry()], [], position=1)
    for path in (folder, folder / "generations", *generations(folder)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_r_6_the_body_is_not_stored(engine: TantivyEngine, folder: Path) -> None:
    sentence = "仓库每月盘点一次差异由保管员说明"
    engine.apply([entry(body=sentence)], [], position=1)
    assert sentence.encode() not in all_bytes(folder)


def test_s_4_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    first = TantivyEngine(folder)
    first.apply([entry("a", "记录")], [], position=5)
    first.close()
    again = TantivyEngine(folder)
    assert (again.state, again.position(), find(again, "记录")) == ("ready", 5, {"a"})


def test_s_4_another_process_sees_commits_and_swaps(engine: TantivyEngine, folder: Path) -> None:
    reader = TantivyEngine(folder)
    assert reader.state == "empty"
    engine.apply([entry("a")], [], position=1)
    assert find(reader) == {"a"}
    engine.apply([entry("b")], [], position=2)
    assert (find(reader), reader.position()) == ({"a", "b"}, 2)
    engine.purge(lambda: [entry("c")], position=3)
    assert (find(reader), reader.position()) == ({"c"}, 3)


def test_s_4_a_second_writer_waits_and_then_says_busy(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry("a")], [], position=1)
    other = TantivyEngine(folder, wait=0.02)
    with engine._generations.locked("write"):
        with pytest.raises(IndexBusy):
            other.apply([entry("b")], [], position=2)
        assert find(other) == {"a"}
    other.apply([entry("b")], [], position=2)
    with engine.rebuild(position=3), pytest.raises(IndexBusy), other.rebuild(position=3):
        pass


def test_s_4_writers_take_turns(folder: Path) -> None:
    engines = [TantivyEngine(folder, wait=30) for _ in range(3)]

    def work(number: int) -> None:
        for n in range(4):
            engines[number].apply([entry(f"{number}-{n}")], [], position=n)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engines[0].count() == 12


def test_s_4_searches_go_on_during_a_rebuild(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry("old")], [], position=1)
    with engine.rebuild(position=2) as fresh:
        fresh.add(entry(f"n{n}") for n in range(50))
        assert find(engine) == {"old"}
        assert len(generations(folder)) == 2
    assert engine.count() == 50
    assert len(generations(folder)) == 1


def test_s_4_what_a_crash_left_is_swept(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry("a")], [], position=1)
    (folder / "generations" / "leftover").mkdir()
    (folder / "CURRENT.x").touch()
    engine.purge(lambda: [entry("a")], position=1)
    assert len(generations(folder)) == 1
    assert not (folder / "CURRENT.x").exists()


def truncate_a_segment(folder: Path) -> None:
    path = next(folder.rglob("*.term"))
    path.write_bytes(path.read_bytes()[:-20])


def lose_a_segment(folder: Path) -> None:
    next(folder.rglob("*.store")).unlink()


def spoil_meta(folder: Path) -> None:
    next(folder.rglob("meta.json")).write_text("{")


def lose_the_generation(folder: Path) -> None:
    generations(folder)[0].rename(folder / "elsewhere")


def spoil_the_pointer(folder: Path) -> None:
    (folder / "CURRENT").write_bytes(b"\xff\x00")


def point_outside(folder: Path) -> None:
    pointer = json.loads((folder / "CURRENT").read_text())
    (folder / "CURRENT").write_text(json.dumps({**pointer, "generation": "../.."}))


def put_something_foreign(folder: Path) -> None:
    (folder / "CURRENT").write_text('["not", "ours"]')


@pytest.mark.parametrize(
    "spoil",
    [
        truncate_a_segment,
        lose_a_segment,
        spoil_meta,
        lose_the_generation,
        spoil_the_pointer,
        point_outside,
        put_something_foreign,
    ],
)
def test_s_4_damage_is_noticed_and_a_new_start_is_possible(folder: Path, spoil: object) -> None:
    TantivyEngine(folder).apply([entry("a")], [], position=5)
    assert callable(spoil)
    spoil(folder)
    engine = TantivyEngine(folder)
    assert (engine.state, engine.position(), engine.count()) == ("damaged", 0, 0)
    assert engine.search(query("正文")).total == 0
    assert not engine.intact()
    with engine.rebuild(position=6) as fresh:
        fresh.add([entry("a")])
    assert (engine.state, engine.position(), find(engine)) == ("ready", 6, {"a"})
    assert len(generations(folder)) == 1


def test_s_4_a_new_start_by_a_batch_also_sweeps(folder: Path) -> None:
    TantivyEngine(folder).apply([entry("a")], [], position=5)
    spoil_meta(folder)
    engine = TantivyEngine(folder)
    engine.apply([entry("b")], [], position=1)
    assert (engine.state, find(engine), len(generations(folder))) == ("ready", {"b"}, 1)


def test_s_4_changed_bytes_are_found_by_reading_all(engine: TantivyEngine, folder: Path) -> None:
    engine.apply([entry("a")], [], position=5)
    assert engine.intact()
    path = next(folder.rglob("*.idx"))
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)
    assert not TantivyEngine(folder).intact()


def test_s_4_damage_met_while_searching_is_our_error(
    engine: TantivyEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.apply([entry("a")], [], position=5)

    def broken(*_: object) -> None:
        raise ValueError("bad block")

    monkeypatch.setattr(module, "_page", broken)
    with pytest.raises(IndexDamaged):
        engine.search(query("正文"))
    assert (engine.state, engine.position()) == ("damaged", 0)


def test_s_5_another_analysis_starts_fresh(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TantivyEngine(folder).apply([entry("a")], [], position=5)
    monkeypatch.setattr(module, "_MADE_WITH", "something newer")
    newer = TantivyEngine(folder)
    assert (newer.state, newer.position()) == ("empty", 0)
    newer.apply([entry("b")], [], position=1)
    assert (find(newer), len(generations(folder))) == ({"b"}, 1)


def test_s_4_a_source_that_fails_leaves_the_last_commit(engine: TantivyEngine) -> None:
    engine.apply([entry("a")], [], position=1)

    def failing() -> Iterator[object]:
        yield entry("b")
        raise KeyError("row gone")

    with pytest.raises(KeyError):
        engine.apply(failing(), [], position=2)  # type: ignore[arg-type]
    assert (set(engine.ids()), engine.position()) == ({"a"}, 1)
    engine.apply([entry("c")], [], position=2)
    assert (set(engine.ids()), engine.position()) == ({"a", "c"}, 2)


WRITER = """
import sys
from pathlib import Path
from search.tantivy import TantivyEngine
from tests.search.making import entry
engine = TantivyEngine(Path(sys.argv[1]))
batch = engine.position()
print("started", flush=True)
while True:
    batch += 1
    engine.apply([entry(f"{batch}-{n}") for n in range(5)], [], position=batch)
    print(batch, flush=True)
    if batch % 7 == 0:
        engine.purge(lambda: (entry(f"{b}-{n}") for b in range(1, batch + 1) for n in range(5)),
                     position=batch)
"""


def kill_while_writing(folder: Path, seconds: float) -> int:
    """Run a writer, kill it at a moment of no choice of its own, return the last batch it told."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    told = process.stdout.read().split("\n")[:-1]
    process.stdout.close()
    process.wait()
    return int(told[-1]) if told else 0


def rounds_of_kills(folder: Path, rounds: int) -> None:
    told = 0
    for number in range(rounds):
        told = max(told, kill_while_writing(folder, 0.01 + 0.0083 * (number % 11)))
        engine = TantivyEngine(folder)
        position = engine.position()
        assert engine.state == "ready" or told == 0
        assert position >= told
        whole = {f"{batch}-{n}" for batch in range(1, position + 1) for n in range(5)}
        assert set(engine.ids()) == whole
        assert find(engine, limit=10_000) == whole
        engine.close()


def test_s_4_a_killed_writer_leaves_whole_batches(folder: Path) -> None:
    rounds_of_kills(folder, 5)


@pytest.mark.long
def test_s_4_a_writer_killed_many_times_leaves_whole_batches(folder: Path) -> None:
    rounds_of_kills(folder, 60)


def test_s_4_what_a_killed_writer_left_behind_its_last_commit_does_not_stop_the_next(
    engine: TantivyEngine, folder: Path
) -> None:
    engine.apply([entry("a", "marker1"), entry("b", "marker2")], [], position=1)
    (generation,) = generations(folder)
    meta = json.loads((generation / "meta.json").read_text("utf-8"))
    for segment in meta["segments"]:
        for ahead in range(1, 12):  # whatever number the next commit takes
            name = f"{segment['segment_id'].replace('-', '')}.{meta['opstamp'] + ahead}.del"
            (generation / name).write_bytes(b"half")
    engine.apply([], ["a"], position=2)
    assert find(engine, "marker") == {"b"}
    assert engine.intact()
