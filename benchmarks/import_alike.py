"""Near-duplicates among many files: time and memory of comparing a run, and of its sketches alone.

python -m benchmarks.import_alike [files] [sketches]    a third of them in families of ten near-duplicates
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from benchmarks.import_files import Memory
from benchmarks.world import settings_of
from docctl import wiring
from docctl.domain.imports import BATCH
from docctl.jobs.imports.work import compare_run
from docctl.models.base import new_id
from docctl.services.imports.note import NoteRead, ReadFile, note_read
from docctl.services.imports.start import StartImport, TakeIn, Taken, start_import, take_in
from tests.world import START, Clock, World, found

NUMBERS = 64


def sketches_of(count: int) -> Iterator[list[int]]:
    """Yield sketches as of so many texts."""
    chance = random.Random(1)
    first: list[int] = []
    for place in range(count):
        is_alike = place % 30 < 10
        if not is_alike or place % 30 == 0:
            first = [chance.randrange(1 << 26) for _ in range(NUMBERS)]
        changed = set(chance.sample(range(NUMBERS), 12 if is_alike else 0))
        yield [n + 1 if at in changed else n for at, n in enumerate(first)]


def a_run(count: int, folder: Path) -> None:
    """Print what comparing a run of so many files takes, as they lie in the database."""
    house = wiring.build(settings_of(folder), clock=Clock(START))
    found(house)
    world = World.of(house, Clock(START))
    cmd = StartImport("file server", "folder", world.units["PZ"], world.types["procedure"])
    run_id = start_import(cmd, by=world.by("chen"), house=house)
    some: list[Taken] = []
    read: list[ReadFile] = []
    for place, sketch in enumerate(sketches_of(count), start=1):
        file_id = new_id()
        some.append(Taken(file_id, f"某部门/程序文件/某程序文件{place}.docx", 1000, f"{place:064x}"))
        chosen = {"number": f"JL-{place:06}", "title": f"某程序文件{place}", "label": "A/0"}
        read.append(ReadFile(file_id, "text/plain", "规范工作。", {"sketch": sketch}, chosen))
        if place % BATCH == 0 or place == count:
            take_in(TakeIn(run_id, some), by=world.system(), house=house)
            some = []
    take_in(TakeIn(run_id, [], is_last=True), by=world.system(), house=house)
    while read:
        note_read(NoteRead(run_id, read[-BATCH:]), by=world.system(), house=house)
        del read[-BATCH:]
    tell(f"a run of {count} files compared", lambda: compare_run(house, run_id))
    house.close()


def sketches_alone(count: int, folder: Path) -> None:
    """Print what finding the near-duplicates of so many takes."""
    from docctl.domain.import_alike import near_duplicates
    from docctl.services.imports.sketches import SketchFile

    with SketchFile(folder) as sketches:
        for place, one in enumerate(sketches_of(count)):
            sketches.add(place, one)
        tell(
            f"{count} sketches compared",
            lambda: near_duplicates(sketches, is_left_out=lambda _one, _other: False),
        )


def tell(what: str, do: Callable[[], object]) -> None:
    """Print how long something takes and how much memory it needs beyond what there is."""
    before = psutil.Process().memory_info().rss / 2**20
    memory = Memory()
    memory.start()
    began = time.monotonic()
    do()
    took = time.monotonic() - began
    memory.end()
    print(f"{what} in {took:.1f} s; {before:.0f} MB before, at most {max(before, memory.own):.0f} MB")


if __name__ == "__main__":
    asked = [*map(int, sys.argv[1:]), *(10_000, 50_000)[len(sys.argv) - 1 :]]
    with tempfile.TemporaryDirectory() as made:
        a_run(asked[0], Path(made) / "data")
        if asked[1]:
            sketches_alone(asked[1], Path(made))
