"""Filing records of 1 MB through PostgreSQL and S3 by 8 clients, beside the store's own put rate.

python benchmarks/filing_s3.py [records] [costs] [apart] [profile]
    needs PostgreSQL and .ci/s3-server install

costs    processor time, requests and statements of each filing and of each put
apart    the store on one processor, everything else on another, for puts and filings alike
profile  where the first process spends its time, by function
"""

import cProfile
import io
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import UUID, uuid4

from benchmarks import costs
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
#: Filings and puts of each process that are not timed: a statement is prepared once it was run a few times.
WARM = 40
STORE_ALONE, OTHERS = {0}, {1}

Work = Callable[[bytes], object]


@dataclass(frozen=True)
class Run:
    """How fast something was done, and what it took each time: seconds of each, and requests."""

    rate: float
    each: dict[str, float]


def now() -> datetime:
    return datetime.now(UTC)


def put(variables: dict[str, str]) -> tuple[Work, Callable[[], None]]:
    """Return what puts an object with the store's own client."""
    client = Store(variables["DOCCTL_S3_ENDPOINT"], "").client("app")
    bucket = variables["DOCCTL_S3_RECORDS_BUCKET"]

    def one(content: bytes) -> None:
        client.put_object(bucket, f"own/{uuid4()}", io.BytesIO(content), len(content))

    return one, lambda: None


def file(variables: dict[str, str], form: UUID) -> tuple[Work, Callable[[], None]]:
    """Return what files a record."""
    settings = Settings.from_env(variables, folder=Path(variables["DOCCTL_DATA"]))
    house = build_house(settings, now)
    world = World.of(house, Clock(now()))

    def one(content: bytes) -> None:
        upload = world.upload("wang", content, name="扫描.txt")
        command = FileRecord(form_id=form, title="外壳划伤", occurred_at=world.clock(), uploads=(upload,))
        file_record(command, by=world.by("wang"), house=house)

    return one, house.close


def client(pipe: Connection, wanted: int, profiled: bool, made: Callable[..., tuple], *args: object) -> None:
    """Work by threads, when told to; send the processor time of it."""
    work, close = made(*args)
    contents = [os.urandom(MEGABYTE // 2).hex().encode() for _ in range(WARM + wanted)]
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, contents[:WARM]))
        pipe.send("ready")
        pipe.recv()
        began = time.process_time()
        if profiled:
            alone(work, contents[WARM:])
        else:
            list(threads.map(work, contents[WARM:]))
        pipe.send(time.process_time() - began)
        pipe.recv()
    close()


def alone(work: Work, contents: list[bytes]) -> None:
    """Work in one thread and print where the time went."""
    profile = cProfile.Profile(time.process_time)
    profile.runcall(lambda: [work(one) for one in contents])
    pstats.Stats(profile).sort_stats("tottime").print_stats(45).sort_stats("cumtime").print_stats(90)


def run(servers: costs.Servers, wanted: int, options: set[str], *work: object) -> Run:
    """Let each process do its share at the same time."""
    share, context, pipes, clients = wanted // PROCESSES, get_context("spawn"), [], []
    for number in range(PROCESSES):
        ours, theirs = context.Pipe()
        profiled = "profile" in options and not number
        clients.append(context.Process(target=client, args=(theirs, share, profiled, *work)))
        pipes.append(ours)
        clients[-1].start()
    for pipe in pipes:
        pipe.recv()
    servers.start_counting()
    before, began = servers.now(), time.perf_counter()
    for pipe in pipes:
        pipe.send("go")
    ours = sum(pipe.recv() for pipe in pipes)
    rate = share * PROCESSES / (time.perf_counter() - began)
    after = servers.now()
    for pipe in pipes:
        pipe.send("end")
    for one in clients:
        one.join()
    times = {"clients": ours} | {name: after[name] - before[name] for name in after}
    return Run(rate, {name: one / (share * PROCESSES) for name, one in times.items()})


def show(name: str, one: Run) -> None:
    each = dict(one.each)
    requests = each.pop("requests")
    parts = ", ".join(f"{part} {spent * 1e3:.1f}" for part, spent in each.items())
    print(f"  a {name}: {sum(each.values()) * 1e3:.1f} ms of processor ({parts}); {requests:.1f} requests")


def show_statements(servers: costs.Servers, filings: int) -> None:
    """Print what the database was asked for each filing; a ping of a pooled connection is not counted."""
    rows = servers.statements()
    print(f"  statements a filing: {sum(one[1] for one in rows) / filings:.1f}")
    for name, calls, spent, query in rows[:70]:
        if calls >= filings // 2:
            asked = " ".join(query.split())[:110]
            print(f"    {name:8}{calls / filings:5.2f}{spent / filings:8.3f} ms  {asked}")


def main(records: int, options: set[str], folder: Path) -> None:
    settings = costs.COUNTING if "costs" in options else ()
    database = postgres.Server(settings=settings)
    where, url = subprocess.run(
        [SCRIPT, "start"], check=True, capture_output=True, text=True, timeout=200
    ).stdout.split()
    servers = costs.Servers(Path(where), database, counts="costs" in options)
    try:
        if "apart" in options:
            costs.pin(servers.store_pids().values(), STORE_ALONE)
            costs.pin([os.getpid(), *servers.database_pids()], OTHERS)
        make_databases(database)
        buckets = Store(url, where).buckets(grace=timedelta(days=2))
        names = [buckets[area].name for area in (Area.RECORDS, Area.DERIVED)]
        variables = environment(database, url, names, folder / "data") | {"DOCCTL_SECRET_KEY": "x" * 40}
        wiring.prepare_store(Settings.from_env(variables, folder=folder))
        house = build_house(Settings.from_env(variables, folder=folder), now)
        found(house)
        form = a_form(World.of(house, Clock(now())))
        house.close()
        ratios = []
        for turn in range(TURNS):
            puts = run(servers, records, options - {"profile"}, put, variables)
            filings = run(servers, records, options, file, variables, form)
            ratios.append(filings.rate / puts.rate)
            print(f"puts {puts.rate:.1f} a second, filings {filings.rate:.1f}: {ratios[-1]:.2f}", flush=True)
            if "costs" in options:
                show("put", puts)
                show("filing", filings)
                if not turn:
                    show_statements(servers, records // PROCESSES * PROCESSES)
        placed = "the store on a processor of its own" if "apart" in options else "all on the same ones"
        median = sorted(ratios)[TURNS // 2]
        print(f"median {median:.2f} of the store's own rate, {PROCESSES * THREADS} clients, {placed}")
    finally:
        subprocess.run([SCRIPT, "stop", where], check=True, timeout=60)
        database.stop()


if __name__ == "__main__":
    words = sys.argv[1:]
    with tempfile.TemporaryDirectory() as made:
        main(next((int(one) for one in words if one.isdigit()), 200), set(words), Path(made))
