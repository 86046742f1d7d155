"""How soon a filed record is found while others are filed all the time, worker and pages in one process.

python -m benchmarks.search_life [folder made by benchmarks/world.py] [a second]
"""

import io
import sys
import tempfile
import threading
import time
from pathlib import Path

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


def main(house: House, rate: int) -> None:
    world = World.of(house, house.clock)
    form = a_form(world)
    worker = Worker(house)
    worker.start()
    while house.search.position() < _newest(house):
        time.sleep(0.1)
    filed: list[tuple[float, int]] = []
    waits: list[float] = []
    over = threading.Event()

    def watch() -> None:
        done = 0
        while not over.is_set() or done < len(filed):
            at = house.search.position()
            while done < len(filed) and filed[done][1] <= at:
                waits.append(time.perf_counter() - filed[done][0])
                done += 1
            time.sleep(0.01)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    caller = world.by("wang")
    began = time.perf_counter()
    while (now := time.perf_counter() - began) < SECONDS:
        if len(filed) > now * rate:
            time.sleep(0.002)
            continue
        text = io.BytesIO(f"第 {len(filed)} 份记录：外壳划伤。".encode())
        staged = stage_upload(text, name="记录.txt", by=caller, house=house)
        title = f"外壳划伤 {len(filed)}"
        cmd = FileRecord(form_id=form, title=title, occurred_at=house.clock(), uploads=(Attached(staged),))
        file_record(cmd, by=caller, house=house)
        filed.append((time.perf_counter(), _newest(house)))
    over.set()
    watching.join()
    worker.stop()
    print(f"{len(filed) / SECONDS:.0f} filings a second, {rate} wanted; {house.search.count()} entries")
    print(
        f"found after p50 {percentile(waits, 0.5):.0f} ms, p95 {percentile(waits, 0.95):.0f} ms, "
        f"at the latest {max(waits) * 1e3:.0f} ms"
    )


def _newest(house: House) -> int:
    with house.uow.read() as session:
        return newest(session)


if __name__ == "__main__":
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    if len(sys.argv) > 1:
        home = opened(Path(sys.argv[1]))
        main(home, wanted)
        home.close()
    else:
        with tempfile.TemporaryDirectory() as made:
            home = build(Path(made), 1_000, 10_000)
            rebuild(home)
            main(home, wanted)
            home.close()
