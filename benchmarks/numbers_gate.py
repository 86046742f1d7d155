"""32 writers take numbers of one series: no gap, no duplicate, and how long the longest waits.

    python benchmarks/numbers_gate.py [numbers per writer]

Once with 32 threads of one process, once with 4 processes of 8 threads each.
"""

import json
import multiprocessing
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks import syncs
from benchmarks.world import percentile, settings_of
from docctl.domain.controlled import content_of
from docctl.domain.lifecycle import SettingStatus
from docctl.domain.number_content import check_numbers, shipped_numbers
from docctl.models.base import new_id
from docctl.models.controlled import ControlledSetting, SettingRevision
from docctl.models.documents import DocumentType
from docctl.models.numbers import NumberEntry
from docctl.models.organisation import Person
from docctl.queries.audit import verify
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.people.actors import actor_of
from docctl.wiring import system_clock
from tests.world import build_house, found

WRITERS = 32


def write(folder: Path, threads: int, each: int, answers: Any) -> None:
    """Take numbers with some threads of one process."""
    house = build_house(settings_of(folder), system_clock)
    with house.uow.read() as session:
        kind = session.scalars(select(DocumentType.id).where(DocumentType.code == "procedure")).one()
        person = session.scalars(select(Person.id).where(Person.username == "chen")).one()
        actor = actor_of(session, person)
    times: list[float] = []
    start = threading.Barrier(threads)

    def one() -> None:
        start.wait()
        for _ in range(each):
            began = time.perf_counter()
            by = Caller(actor=actor, at=house.clock(), channel="cli", zone=house.zone)
            reserve_number(ReserveNumber(kind, "留号"), by=by, house=house)
            times.append(time.perf_counter() - began)

    running = [threading.Thread(target=one) for _ in range(threads)]
    for each_thread in running:
        each_thread.start()
    for each_thread in running:
        each_thread.join()
    answers.put((times, house.uow.gate.longest_wait))
    house.close()


def widen(session: Session) -> None:
    """Give the series of procedures six digits, so that it does not run out."""
    shipped = shipped_numbers()
    for one in shipped["schemes"]:
        if one["code"] == "procedure":
            one["parts"] = json.loads(json.dumps(one["parts"]).replace('"width": 2', '"width": 6'))
    content, digest = content_of(check_numbers(shipped))
    before = session.scalars(
        select(SettingRevision).join(ControlledSetting).where(ControlledSetting.kind == "numbers")
    ).one()
    now = system_clock()
    session.add(
        SettingRevision(
            setting_id=before.setting_id,
            ordinal=2,
            status=SettingStatus.APPROVED,
            content=content,
            content_sha256=digest,
            created_at=now,
            approved_by=new_id(),
            approved_at=now,
            effective_from=now,
        )
    )


def measure(processes: int, each: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "data"
        house = build_house(settings_of(folder), system_clock)
        found(house)
        house.uow.write(widen)
        context = multiprocessing.get_context("spawn")
        answers = context.Queue()
        threads = WRITERS // processes
        running = [
            context.Process(target=write, args=(folder, threads, each, answers)) for _ in range(processes)
        ]
        for one in running:
            one.start()
        found_times = [answers.get(timeout=300) for _ in running]
        for one in running:
            one.join()
        times = [one for part, _ in found_times for one in part]
        print(
            f"{processes} x {threads:2}  {len(times)} numbers: p50 {percentile(times, 0.5):.0f} ms, "
            f"p95 {percentile(times, 0.95):.0f} ms, longest call {max(times) * 1e3:.0f} ms, "
            f"longest wait at the gate {max(wait for _, wait in found_times) * 1e3:.0f} ms"
        )
        check(house, WRITERS * each)
        house.close()


def check(house: House, wanted: int) -> None:
    """Raise AssertionError for a gap, a duplicate or a broken chain."""
    with house.uow.read() as session:
        taken = sorted(session.scalars(select(NumberEntry.sequence)))
        report = verify(session)
    assert taken == list(range(1, wanted + 1)), "a gap or a duplicate"
    assert report.ok, report
    print(f"       {wanted} in a row, no gap, no duplicate, {report.events} events in one chain")


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    measure(1, rounds)
    if "-" not in sys.argv:
        measure(4, rounds)
        syncs.show(__file__)  # of 32 numbers
