"""What a child waits for a processor on a busy machine is no time of its own: load changes no result."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from docctl.reading import ReaderPool, ReadingFailed, deadlines
from docctl.reading.deadlines import Deadline, waited


@pytest.fixture
def quick() -> Iterator[ReaderPool]:
    with ReaderPool(workers=1, seconds=0.2, memory_mb=256, file_mb=1, preload=()) as pool:
        pool.run("misbehaving:pid")  # it has started
        yield pool


def waits(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """Let every child wait for a processor for this share of all time."""
    began = time.monotonic()
    monkeypatch.setattr(deadlines, "waited", lambda _pid: (time.monotonic() - began) * share)


def test_a_child_that_waits_for_a_processor_has_its_time(
    quick: ReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(monkeypatch, 0.9)  # nine others run beside it
    assert quick.run("misbehaving:sleep", seconds=0.6) == "slept"


def test_a_child_that_waits_for_nothing_has_its_time_by_the_clock(quick: ReaderPool) -> None:
    with pytest.raises(ReadingFailed, match="timeout"):
        quick.run("misbehaving:sleep", seconds=9)


def test_a_child_that_has_had_its_time_ends_also_on_a_busy_machine(
    quick: ReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(monkeypatch, 0.5)
    with pytest.raises(ReadingFailed, match="timeout"):
        quick.run("misbehaving:sleep", seconds=9)


def test_a_machine_that_gives_no_time_at_all_says_nothing_about_the_file(
    quick: ReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "_LONGEST", 2)
    waits(monkeypatch, 1.0)
    with pytest.raises(ReadingFailed, match="busy"):
        quick.run("misbehaving:sleep", seconds=9)


def test_a_child_that_does_not_start_says_nothing_about_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("docctl.reading.child._STARTING", 0.0)
    with ReaderPool(workers=1, preload=()) as pool, pytest.raises(ReadingFailed, match="busy"):
        pool.run("misbehaving:pid")


def test_the_kernel_tells_how_long_a_process_has_waited() -> None:
    assert 0 <= waited(os.getpid()) < 1_000_000
    assert waited(2**22 + 1) == 0.0  # no such process


def test_a_deadline_begins_with_its_request() -> None:
    deadline = Deadline(os.getpid(), 60)
    assert 59 < deadline.left() <= 61
