"""The pool: every way in which reading can end, and what is left afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from docctl.reading import ReaderPool, ReadingFailed

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def quick() -> Iterator[ReaderPool]:
    with ReaderPool(workers=2, seconds=0.3, memory_mb=256, file_mb=1, preload=()) as pool:
        yield pool


def test_nothing_starts_before_it_is_needed() -> None:
    with ReaderPool() as pool:
        assert pool.pids == ()


def test_warm_starts_all_children_at_once() -> None:
    with ReaderPool(workers=2, preload=()) as pool:
        pool.warm()
        assert len(pool.pids) == 2
        assert pool.run("misbehaving:pid") in pool.pids


def test_a_result_comes_back_as_it_was(quick: ReaderPool) -> None:
    value = {"中文": ["𠮷", None, 1, "\ud800"[:0], "a\x00b"]}
    assert quick.run("misbehaving:echo", value=value) == value


def test_a_path_may_be_given(quick: ReaderPool, tmp_path: Path) -> None:
    assert quick.run("misbehaving:echo", value=tmp_path) == str(tmp_path)


def test_a_half_character_does_not_break_the_answer(quick: ReaderPool) -> None:
    assert quick.run("misbehaving:echo", value="\ud800") == "?"


def test_the_same_child_serves_again(quick: ReaderPool) -> None:
    assert quick.run("misbehaving:pid") == quick.run("misbehaving:pid")


def test_a_child_is_replaced_after_its_lifetime() -> None:
    with ReaderPool(workers=1, lifetime=2, preload=()) as pool:
        pids = [pool.run("misbehaving:pid") for _ in range(3)]
    assert pids[0] == pids[1] != pids[2]


@pytest.mark.parametrize(
    ("function", "code"),
    [
        pytest.param("sleep", "timeout", id="waits"),
        pytest.param("spin", "timeout", id="computes"),
        pytest.param("hold_the_interpreter", "timeout", id="hangs in a library"),
        pytest.param("eat_memory", "memory", id="takes more memory than allowed"),
        pytest.param("crash", "crash", id="aborts"),
        pytest.param("leave", "crash", id="exits"),
        pytest.param("garble", "too_long", id="answers nonsense"),
    ],
)
def test_a_child_that_fails_is_ended_and_replaced(quick: ReaderPool, function: str, code: str) -> None:
    before = quick.run("misbehaving:pid")
    kwargs = {"seconds": 9} if function in {"sleep", "hold_the_interpreter"} else {}
    with pytest.raises(ReadingFailed) as failed:
        quick.run(f"misbehaving:{function}", **kwargs)
    assert failed.value.code == code
    assert not psutil.pid_exists(before)
    assert quick.run("misbehaving:pid") != before


def test_just_within_the_time_is_served(quick: ReaderPool) -> None:
    assert quick.run("misbehaving:sleep", seconds=0.05) == "slept"


def test_an_error_of_a_reader_keeps_its_child_and_does_not_quote_the_file(
    quick: ReaderPool, caplog: pytest.LogCaptureFixture
) -> None:
    before = quick.run("misbehaving:pid")
    with pytest.raises(ReadingFailed) as failed:
        quick.run("misbehaving:fail_with", words="words of the file")
    assert (failed.value.code, failed.value.detail) == ("unreadable", "RuntimeError")
    assert "words of the file" not in caplog.text
    assert quick.run("misbehaving:pid") == before


@pytest.mark.parametrize("function", ["misbehaving:absent", "absent:absent", "nonsense"])
def test_a_function_that_is_not_there_is_no_fault_of_the_file(quick: ReaderPool, function: str) -> None:
    with pytest.raises(ReadingFailed, match="crash"):
        quick.run(function)


def test_what_libraries_print_does_not_disturb(quick: ReaderPool) -> None:
    assert quick.run("misbehaving:print_noise") == "said"


@pytest.mark.parametrize("function", ["connect", "start_a_process"])
def test_a_child_reaches_nothing_outside(quick: ReaderPool, function: str) -> None:
    with pytest.raises(ReadingFailed) as failed:
        quick.run(f"misbehaving:{function}")
    assert failed.value.detail == "PermissionError"


def test_a_child_has_left_the_network(quick: ReaderPool) -> None:
    if subprocess.run(["unshare", "-rn", "true"], check=False).returncode:
        pytest.skip("this system lets nobody leave its network")
    assert set(quick.run("misbehaving:interfaces")) <= {"lo"}


def test_a_child_writes_no_large_files(quick: ReaderPool) -> None:
    with pytest.raises(ReadingFailed) as failed:
        quick.run("misbehaving:write_much")
    assert failed.value.detail == "OSError"


def test_nothing_of_one_file_is_left_for_the_next(quick: ReaderPool) -> None:
    folder = Path(quick.run("misbehaving:leave_a_file"))
    assert list(folder.iterdir()) == []


def test_a_child_knows_nothing_of_our_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCCTL_SECRET_KEY", "secret")
    with ReaderPool(preload=()) as pool:
        assert "DOCCTL_SECRET_KEY" not in pool.run("misbehaving:environment")


def test_a_request_too_large_for_the_pipe_is_a_mistake_of_ours(quick: ReaderPool) -> None:
    with pytest.raises(ValueError, match="name files"):
        quick.run("misbehaving:echo", value="x" * 70_000)
    assert quick.run("misbehaving:echo", value="x" * 50_000)


def test_a_child_that_died_while_idle_is_replaced_unseen(quick: ReaderPool) -> None:
    dead = quick.run("misbehaving:pid")
    process = psutil.Process(dead)
    os.kill(dead, signal.SIGKILL)
    psutil.wait_procs([process], timeout=2)
    assert quick.run("misbehaving:pid") != dead


def test_fifty_at_once_from_threads_share_two_children() -> None:
    with ReaderPool(workers=2, preload=()) as pool, ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda n: pool.run("misbehaving:echo", value=n), range(50)))
        assert answers == list(range(50))
        assert len(pool.pids) <= 2


def test_fifty_at_once_get_their_own_answer_also_when_every_third_fails() -> None:
    def one(number: int) -> object:
        try:
            if number % 3 == 0:
                return pool.run("misbehaving:leave")
            return pool.run("misbehaving:echo", value=number)
        except ReadingFailed as failed:
            return failed.code

    with ReaderPool(workers=2, preload=()) as pool, ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(one, range(50)))
    assert answers == ["crash" if n % 3 == 0 else n for n in range(50)]


def test_who_waits_too_long_is_told_that_we_are_busy() -> None:
    with ReaderPool(workers=1, patience=0.01, preload=()) as pool:
        pool.run("misbehaving:pid")
        with ThreadPoolExecutor(1) as threads:
            slow = threads.submit(pool.run, "misbehaving:sleep", seconds=0.3)
            while not pool._all or pool._idle:
                time.sleep(0.001)
            with pytest.raises(ReadingFailed, match="busy"):
                pool.run("misbehaving:pid")
            assert slow.result() == "slept"


def test_closing_ends_idle_and_busy_children_and_their_folders(tmp_path: Path) -> None:
    pool = ReaderPool(workers=2, preload=(), scratch=tmp_path)
    pool.warm()
    children = [psutil.Process(pid) for pid in pool.pids]
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(pool.run, "misbehaving:sleep", seconds=9)
        while len(pool._idle) == 2:
            time.sleep(0.001)
        pool.close()
        with pytest.raises(ReadingFailed, match="closed"):
            slow.result()
    assert not any(child.is_running() for child in children)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ReadingFailed, match="closed"):
        pool.run("misbehaving:pid")
    pool.close()


PARENT = """
import sys, threading
from docctl.reading import ReaderPool
pool = ReaderPool(workers=2, seconds=60, preload=())
pool.warm()
pids = pool.pids
thread = threading.Thread(target=pool.run, args=("misbehaving:hold_the_interpreter",),
                          kwargs={"seconds": 60}, daemon=True)
pool.run("misbehaving:pid")
thread.start()
print(*pids, flush=True)
sys.stdin.read()
"""


def test_children_die_with_a_killed_parent_even_inside_a_library(tmp_path: Path) -> None:
    code = f"import sys; sys.path.append({str(HERE)!r})\n{PARENT}"
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        time.sleep(0.1)
        parent.kill()
    deadline = time.monotonic() + 5
    while any(map(_runs, children)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(children) == 2
    assert not any(map(_runs, children))


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_child_outlives_the_thread_that_started_it() -> None:
    with ReaderPool(workers=1, preload=()) as pool:
        pids: list[int] = []
        thread = threading.Thread(target=lambda: pids.append(pool.run("misbehaving:pid")))
        thread.start()
        thread.join()
        assert pool.run("misbehaving:pid") == pids[0]


def test_a_pool_works_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docx.py").write_text("raise SystemExit")  # a name that a reader imports
    monkeypatch.chdir(tmp_path)
    with ReaderPool(workers=1) as pool:
        assert pool.run("docctl.reading.worker:answer", function="os:getpid", kwargs={})
