"""What one correction of a run takes: time, files opened, rows written.

python -m benchmarks.import_corrections [files]    every tenth has another revision beside it
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path

from benchmarks.world import settings_of
from docctl import wiring
from docctl.domain.imports import BATCH
from docctl.jobs.imports.work import compare_run
from docctl.models.base import new_id
from docctl.queries.import_review import review_page
from docctl.services.house import House
from docctl.services.imports.change import ChangeImport, UndoImportChange, change_import, undo_import_change
from docctl.services.imports.contents import Contents
from docctl.services.imports.note import NoteRead, ReadFile, note_read
from docctl.services.imports.start import StartImport, TakeIn, Taken, start_import, take_in
from tests.world import START, Clock, World, found

TIMES = 20
#: As long as the text of a short procedure, in characters.
TEXT = "规范公司各部门按同一办法工作，编写人起草后交审核人审核。" * 120


def a_run(house: House, world: World, count: int) -> tuple[ChangeImport, list[ReadFile]]:
    """Return a run of so many files that is read and compared, as an empty change, and its files."""
    cmd = StartImport("file server", "folder", world.units["PZ"], world.types["procedure"])
    run_id = start_import(cmd, by=world.by("chen"), house=house)
    some: list[Taken] = []
    read: list[ReadFile] = []
    for place in range(count):
        file_id = new_id()
        number, label = place - place % 10 if place % 10 == 1 else place, "AB"[place % 10 == 1]
        some.append(Taken(file_id, f"某部门/程序文件/某程序文件{place}.docx", 1000, f"{place:064x}"))
        chosen = {
            "number": f"JL-{number:06}",
            "title": f"某程序文件{number}",
            "label": f"{label}/0",
            "effective": f"202{'AB'.index(label)}-01-01",
        }
        facts = {"number": {"value": chosen["number"], "confidence": 95}, "findings": []}
        read.append(ReadFile(file_id, "text/plain", TEXT, facts, chosen))
        if len(some) == BATCH or place == count - 1:
            take_in(TakeIn(run_id, some, is_last=place == count - 1), by=world.system(), house=house)
            some = []
    for first in range(0, count, BATCH):
        note_read(NoteRead(run_id, read[first : first + BATCH]), by=world.system(), house=house)
    compare_run(house, run_id)
    return ChangeImport(run_id, ()), read


def main(count: int, folder: Path) -> None:
    """Print what corrections, undoing and a page of a run of so many files take."""
    house = wiring.build(settings_of(folder), clock=Clock(START))
    found(house)
    world = World.of(house, Clock(START))
    run, files = a_run(house, world, count)
    opened = 0
    read = Contents.read

    def counted(self: Contents, row: object, *names: str) -> object:
        nonlocal opened
        opened += 1
        return read(self, row, *names)  # type: ignore[arg-type]

    Contents.read = counted  # type: ignore[method-assign, assignment]
    by = world.by("chen")

    def correct(place: int) -> None:
        values = {"number": f"JL-X{place}"}
        change_import(ChangeImport(run.run_id, [files[place].file_id], values), by=by, house=house)

    def undo(_place: int) -> None:
        undo_import_change(UndoImportChange(run.run_id), by=by, house=house)

    def page(_place: int) -> None:
        with house.uow.read() as session:
            review_page(
                session, by.actor, run.run_id, view="unchecked", text="", page=1, at=by.at, zone=by.zone
            )

    for what, do in (("a corrected number", correct), ("undoing it", undo), ("the page", page)):
        opened = 0
        times = [took(do, count // 2 + one) for one in range(TIMES)]
        print(f"{count} files, {what}: {statistics.median(times):.1f} ms, at most {max(times):.1f};", end=" ")
        print(f"{opened / TIMES:.0f} files opened")
    house.close()


def took(do: Callable[[int], None], place: int) -> float:
    """Return how long something takes, in milliseconds."""
    began = time.perf_counter()
    do(place)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(next(chain(map(int, sys.argv[1:]), [5_000])), Path(made) / "data")
