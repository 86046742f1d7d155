"""How many records a second are destroyed, with their bytes, keys, rows and proof; the index purge apart.

python -m benchmarks.disposal [records] [bytes each]
"""

import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from benchmarks import syncs
from benchmarks.world import settings_of
from docctl.jobs import disposal
from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind
from docctl.services.disposal.propose import MOST
from docctl.services.house import House
from storage.api import Area, Key
from tests.keeping import FORM, Keeping
from tests.through import run_disposal
from tests.world import START, Clock, World, build_house, found


def file_of(keeping: Keeping, record_id: UUID, size: int) -> tuple[ItemFile, FileReading]:
    """Store a file of a record and return its rows."""
    key = Key.new(Area.RECORDS, "record", record_id, 1)
    stored = keeping.world.house.objects.put(key, io.BytesIO(os.urandom(size)), retain_until=None)
    row = ItemFile(
        owner_kind=OwnerKind.RECORD,
        owner_id=record_id,
        role=FileRole.MAIN,
        ordinal=1,
        name="扫描.txt",
        media_type="text/plain",
        sha256=stored.sha256,
        size=stored.size,
        object_key=str(key),
        object_version=stored.version,
        stored_sha256=stored.stored_sha256,
        stored_size=stored.stored_size,
        added_at=keeping.world.clock(),
    )
    return row, FileReading(text="客户投诉" * 100, html=None, pages=[0], read_at=keeping.world.clock())


def listed(keeping: Keeping, count: int, size: int) -> UUID:
    """Bring so many new records with a file each onto a list that is witnessed."""
    records = keeping.records(count)

    def rows(session: Session) -> None:
        for one in records:
            row, reading = made[one]
            session.add(row)
            session.flush()
            reading.file_id = row.id
            session.add(reading)

    made = {one: file_of(keeping, one, size) for one in records}
    keeping.world.house.uow.write(rows)
    return keeping.executing(records)


def main(count: int, size: int, folder: Path) -> None:
    house = build_house(settings_of(folder), Clock(START))
    found(house)
    world = World.of(house, Clock(START))
    world.issued(world.draft())
    world.issued(world.draft("顾客反馈登记表", kind="form", number=FORM))
    keeping = Keeping.of(world)
    lists = [listed(keeping, min(MOST, count - first), size) for first in range(0, count, MOST)]
    times = {"renew": 0.0, "certify": 0.0}
    renewing, certifying = disposal.renew_steps, disposal._certify

    def renewed(house: House) -> Iterator[None]:
        began = time.perf_counter()
        steps = list(renewing(house))  # all at once: what others do between them is no part of it
        times["renew"] += time.perf_counter() - began
        return iter(steps)

    def certified(house: House, list_id: UUID) -> None:
        began = time.perf_counter()
        certifying(house, list_id)
        times["certify"] += time.perf_counter() - began

    for name, timed in (("renew_steps", renewed), ("_certify", certified)):
        setattr(disposal, name, timed)
    began, cpu = time.perf_counter(), time.process_time()
    for one in lists:
        run_disposal(house, one)
    whole = time.perf_counter() - began
    assert all(keeping.list(one).status.value == "executed" for one in lists)
    rest = whole - times["renew"]
    print(f"{count} records of {size} bytes: {count / rest:.0f} a second without the index purge")
    print(f"{whole:.1f} s, of them purge {times['renew']:.1f}, certificates {times['certify']:.1f}")
    print(f"{time.process_time() - cpu:.1f} s of a processor")
    house.close()


if __name__ == "__main__":
    asked = [int(one) for one in sys.argv[1:] if one != "-"]
    with tempfile.TemporaryDirectory() as made:
        main(*[*asked, *(2000, 10_000)[len(asked) :]], Path(made) / "data")
    if "-" not in sys.argv:
        syncs.show(__file__)
