"""How fast the rolling check reads stored files again, beside `sha256sum` over the same files.

python benchmarks/scrub.py [files] [megabytes each]
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.world import settings_of
from docctl.jobs.scrub import scrub
from docctl.services.files import Attached
from docctl.services.records.file import FileRecord, file_record
from tests.filing import a_form
from tests.world import START, Clock, World, build_house, found

MEGABYTE = 1 << 20
TURNS = 5


def main(files: int, megabytes: int, folder: Path) -> None:
    clock = Clock(START)
    house = build_house(settings_of(folder), clock)
    found(house)
    world = World.of(house, clock)
    form = a_form(world)
    for place in range(files):
        content = os.urandom(megabytes * MEGABYTE // 2).hex().encode()
        upload: Attached = world.upload("wang", content, name="扫描.txt")
        file_record(
            FileRecord(form_id=form, title=f"第 {place} 份", occurred_at=clock(), uploads=(upload,)),
            by=world.by("wang"),
            house=house,
        )
    stored = [one for one in (folder / "objects").rglob("*") if one.is_file()]
    size = sum(one.stat().st_size for one in stored)
    print(f"{files} files, {size / 1e6:.0f} MB as stored")
    ratios = []
    for _ in range(TURNS):
        began = time.perf_counter()
        subprocess.run(["sha256sum", *stored], check=True, stdout=subprocess.DEVNULL)
        plain = time.perf_counter() - began
        clock.now += house.scrub_every + timedelta(days=1)
        began = time.perf_counter()
        while scrub(house):  # in slices, as the worker does
            pass
        checked = time.perf_counter() - began
        ratios.append(plain / checked)
        print(f"sha256sum {size / plain / 1e6:.0f} MB/s, check {size / checked / 1e6:.0f}: {ratios[-1]:.2f}")
    print(f"median {sorted(ratios)[TURNS // 2]:.2f} of sha256sum")
    house.close()


if __name__ == "__main__":
    asked = [int(one) for one in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as made:
        main(*[*asked, *(200, 4)[len(asked) :]], Path(made) / "data")
