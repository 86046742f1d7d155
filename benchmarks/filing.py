"""Times of filing a record with a file of 1 MB: upload, storing, transaction; and its fsyncs.

python benchmarks/filing.py [rounds]
"""

import io
import random
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import syncs
from benchmarks.world import percentile, settings_of
from docctl.services.files import Attached
from docctl.services.records.file import FileRecord, file_record
from docctl.services.uploads import stage_upload
from tests.filing import a_form
from tests.world import START, Clock, World, build_house, found

MEGABYTE = 1 << 20


def main(rounds: int, folder: Path) -> None:
    clock = Clock(START)
    house = build_house(settings_of(folder), clock)
    found(house)
    world = World.of(house, clock)
    form = a_form(world)
    caller = world.by("wang")
    chance = random.Random(4)
    whole, upload, filing = [], [], []
    for place in range(rounds):
        letters = chance.randbytes(MEGABYTE // 2).hex().encode()
        started = time.perf_counter()
        staged = stage_upload(io.BytesIO(letters), name="扫描.txt", by=caller, house=house)
        middle = time.perf_counter()
        file_record(
            FileRecord(
                form_id=form,
                title=f"外壳划伤 {place}",
                occurred_at=clock(),
                uploads=(Attached(staged),),
            ),
            by=caller,
            house=house,
        )
        ended = time.perf_counter()
        whole.append(ended - started)
        upload.append(middle - started)
        filing.append(ended - middle)
    print(f"{'':10}{'p50':>8}{'p95':>8}{'worst':>8}  ms, {rounds} records of 1 MB")
    for name, times in (("all", whole), ("upload", upload), ("filing", filing)):
        print(f"{name:10}{percentile(times, 0.5):8.1f}{percentile(times, 0.95):8.1f}{max(times) * 1e3:8.1f}")
    house.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, Path(made) / "data")
    if "-" not in sys.argv:
        syncs.show(__file__)
