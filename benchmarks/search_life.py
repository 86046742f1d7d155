"""How soon filed records are found while others file all the time, each in a process of its own.

python -m benchmarks.search_life [folder made by benchmarks/world.py] [a second] [processes that file]
"""

import io
import multiprocessing
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.world import build, opened, percentile
from docctl.jobs.projection import newest, rebuild
from docctl.jobs.worker import Worker
from docctl.services.files import Attached
from docctl.services.house import House
from docctl.services.records.file import FileRecord, file_record
from docctl.services.uploads import stage_upload
from tests.filing import a_form
from tests.world import World

SECONDS = 15


def main(folder: Path, rate: int, processes: int) -> None:
    house = opened(folder)
    form = a_form(World.of(house, house.clock))
    worker = Worker(house)
    worker.start()
    while house.search.position() < _newest(house):
        time.sleep(0.1)
    spawning = multiprocessing.get_context("spawn")
    said: Any = spawning.Queue()
    start = spawning.Barrier(processes + 1)
    filing = [
        spawning.Process(
            target=_file, args=(folder, form, rate / processes, said, start), name=str(at), daemon=True
        )
        for at in range(processes)
    ]
    for one in filing:
        one.start()
    filed: list[tuple[float, int]] = []
    waits: list[float] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set() or filed or not said.empty():
            while not said.empty():
                filed.append(said.get())
            at, now = house.search.position(), time.perf_counter()
            waits.extend(now - when for when, event in filed if event <= at)
            filed[:] = [one for one in filed if one[1] > at]
            time.sleep(0.01)

    start.wait()
    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    for one in filing:
        one.join()
    over.set()
    watching.join()
    worker.stop()
    print(
        f"{len(waits) / SECONDS:.0f} filings a second by {processes} processes, {rate} wanted; "
        f"{house.search.count()} entries"
    )
    print(
        f"found after p50 {percentile(waits, 0.5):.0f} ms, p95 {percentile(waits, 0.95):.0f} ms, "
        f"at the latest {max(waits) * 1e3:.0f} ms"
    )
    house.close()


def _file(folder: Path, form: UUID, rate: float, said: Any, start: Any) -> None:
    """File so many records a second; say of each when that was done and which event was the newest then."""
    house = opened(folder)
    caller = World.of(house, house.clock).by("wang")
    start.wait()
    count, began = 0, time.perf_counter()
    while (now := time.perf_counter() - began) < SECONDS:
        if count > now * rate:
            time.sleep(0.002)
            continue
        text = io.BytesIO(
            f"{multiprocessing.current_process().name} 班第 {count} 份记录：外壳划伤。".encode()
        )
        staged = stage_upload(text, name="记录.txt", by=caller, house=house)
        title = f"外壳划伤 {count}"
        cmd = FileRecord(form_id=form, title=title, occurred_at=house.clock(), uploads=(Attached(staged),))
        file_record(cmd, by=caller, house=house)
        said.put((time.perf_counter(), _newest(house)))
        count += 1
    house.close()


def _newest(house: House) -> int:
    with house.uow.read() as session:
        return newest(session)


if __name__ == "__main__":
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    several = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]), wanted, several)
    else:
        with tempfile.TemporaryDirectory() as made:
            home = build(Path(made), 1_000, 10_000)
            rebuild(home)
            home.close()
            main(Path(made), wanted, several)
