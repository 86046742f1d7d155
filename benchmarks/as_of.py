"""The list of controlled documents as of a past day: first page, a later page, and both counts (D-7).

    python -m benchmarks.as_of [documents] [revisions each]

Beside it the same list of today, in the same run, for a controller and for a reader of one department.
"""

import random
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from benchmarks.world import START, build, percentile
from docctl.models.organisation import Person
from docctl.queries.documents import RegisterFilter, document_register
from docctl.services.house import House
from docctl.services.people.actors import actor_of

ROUNDS = 40
PEOPLE = ("chen", "wang")


def main(house: House) -> None:
    chance = random.Random(7)
    days = [(START - timedelta(days=chance.randrange(30, 3_000))).date() for _ in range(ROUNDS)]
    kinds = {
        "today": [RegisterFilter()] * ROUNDS,
        "as of a past day": [RegisterFilter(as_of=day) for day in days],
        "as of, with cancelled lines": [RegisterFilter(as_of=day, with_obsolete=True) for day in days],
        "as of, page 100": [RegisterFilter(as_of=day, page=100) for day in days],
        "as of, by effective date": [
            RegisterFilter(as_of=day, sort="effective", descending=True) for day in days
        ],
    }
    with house.uow.read() as session:
        actors = {
            name: actor_of(
                session, session.execute(select(Person.id).where(Person.username == name)).scalar_one()
            )
            for name in PEOPLE
        }
    print(f"{'':36}{'p50':>8}{'p95':>8}{'worst':>8}   rows")
    for name, actor in actors.items():
        for kind, asked in kinds.items():
            times, rows = [], 0
            for wanted in asked:
                started = time.perf_counter()
                with house.uow.read() as session:
                    rows = document_register(session, actor, wanted, at=house.clock(), zone=house.zone).total
                times.append(time.perf_counter() - started)
            told = (percentile(times, 0.5), percentile(times, 0.95), max(times) * 1e3)
            print(f"{name + ': ' + kind:36}" + "".join(f"{one:8.1f}" for one in told) + f"{rows:7}")


if __name__ == "__main__":
    wanted = [int(one) for one in sys.argv[1:]]
    documents, revisions = (wanted + [20_000, 10][len(wanted) :])[:2]
    with tempfile.TemporaryDirectory() as made:
        home = build(Path(made), documents, 0, revisions=revisions)
        print(f"{documents} documents with {revisions} revisions each")
        main(home)
        home.close()
