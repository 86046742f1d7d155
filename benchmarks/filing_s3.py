"""Filing records of 1 MB through PostgreSQL and S3 by 8 clients, beside the store's own put rate.

python benchmarks/filing_s3.py [records]    needs PostgreSQL and .ci/s3-server install
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID, uuid4

from docctl import wiring
from docctl.config import Settings
from docctl.services.records.file import FileRecord, file_record
from storage.api import Area
from tests import postgres
from tests.filing import a_form
from tests.s3.serving import SCRIPT
from tests.s3.serving import Server as Store
from tests.s3.site import environment, make_databases
from tests.world import Clock, World, build_house, found

MEGABYTE = 1 << 20
PROCESSES, THREADS = 2, 4
TURNS = 3
#: Filings of each process that are not timed.
WARM = 12


def now() -> datetime:
    return datetime.now(UTC)


def put(variables: dict[str, str], wanted: int) -> float:
    """Put objects by threads with the store's own client; return the seconds."""
    client = Store(variables["DOCCTL_S3_ENDPOINT"], "").client("app")
    bucket = variables["DOCCTL_S3_RECORDS_BUCKET"]
    contents = [os.urandom(MEGABYTE) for _ in range(wanted)]

    def one(content: bytes) -> None:
        client.put_object(bucket, f"own/{uuid4()}", io.BytesIO(content), len(content))

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one, contents))
    return time.perf_counter() - began


def file(variables: dict[str, str], form: UUID, wanted: int) -> float:
    """File records by threads; return the seconds."""
    settings = Settings.from_env(variables, folder=Path(variables["DOCCTL_DATA"]))
    house = build_house(settings, now)
    world = World.of(house, Clock(now()))
    contents = [os.urandom(MEGABYTE // 2).hex().encode() for _ in range(WARM + wanted)]

    def one(content: bytes) -> None:
        upload = world.upload("wang", content, name="扫描.txt")
        command = FileRecord(form_id=form, title="外壳划伤", occurred_at=world.clock(), uploads=(upload,))
        file_record(command, by=world.by("wang"), house=house)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one, contents[:WARM]))  # statements are compiled, connections open
        began = time.perf_counter()
        list(threads.map(one, contents[WARM:]))
        seconds = time.perf_counter() - began
    house.close()
    return seconds


def rate(work: object, *args: object, wanted: int) -> float:
    """Let each process do its share; return how many a second all of them did."""
    share = wanted // PROCESSES
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        runs = [pool.submit(work, *args, share) for _ in range(PROCESSES)]  # type: ignore[arg-type]
        return share * PROCESSES / max(one.result() for one in runs)


def main(records: int, folder: Path) -> None:
    database = postgres.Server(settings=())
    where, url = subprocess.run(
        [SCRIPT, "start"], check=True, capture_output=True, text=True, timeout=200
    ).stdout.split()
    try:
        make_databases(database)
        buckets = Store(url, where).buckets(grace=timedelta(days=2))
        names = [buckets[area].name for area in (Area.RECORDS, Area.DERIVED)]
        variables = environment(database, url, names, folder / "data") | {"DOCCTL_SECRET_KEY": "x" * 40}
        settings = Settings.from_env(variables, folder=folder)
        wiring.prepare_store(settings)
        house = build_house(settings, now)
        found(house)
        form = a_form(World.of(house, Clock(now())))
        house.close()
        ratios = []
        for _ in range(TURNS):
            puts = rate(put, variables, wanted=records)
            filings = rate(file, variables, form, wanted=records)
            ratios.append(filings / puts)
            print(f"puts {puts:.1f} a second, filings {filings:.1f}: {ratios[-1]:.2f}")
        print(
            f"median {sorted(ratios)[TURNS // 2]:.2f} of the store's own rate, {PROCESSES * THREADS} clients"
        )
    finally:
        subprocess.run([SCRIPT, "stop", where], check=True, timeout=60)
        database.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(next(chain(map(int, sys.argv[1:]), [200])), Path(made))
