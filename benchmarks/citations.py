"""Citations of many documents: one changed revision, both sides' lists, pictures, the company's list (D-6).

    python -m benchmarks.citations [documents] [citations each]

Each document cites others by number or title, and some that are not there; a tenth of all cite one.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.world import build, percentile
from docctl.domain.normal_form import normal, tails
from docctl.models.base import new_id
from docctl.models.citations import Citation
from docctl.models.documents import Document, Revision
from docctl.models.names import name_key
from docctl.models.numbers import NumberEntry, NumberTail
from docctl.models.organisation import Person, Unit
from docctl.queries.citation_faults import FaultFilter, citation_faults
from docctl.queries.citation_graph import around, over
from docctl.queries.citations import cited, cited_by
from docctl.queries.impact import impact
from docctl.services.citations import write_citations
from docctl.services.house import House
from docctl.services.people.actors import actor_of

ROUNDS = 20
PART = 2_000


def cite(session: Session, each: int) -> list[Any]:
    """Let every revision in force cite `each` others; return the documents with their revisions."""
    chance = random.Random(11)
    found = session.execute(
        select(Document.id, Document.number, Document.title, Revision.id.label("revision"))
        .join(Revision, Revision.document_id == Document.id)
        .where(Revision.effective_until.is_(None))
        .order_by(Document.number)
    ).all()
    entries = session.execute(select(NumberEntry.id, NumberEntry.normal)).all()
    ends = [{"entry_id": one.id, "tail": tail} for one in entries for tail in set(tails(one.normal))]
    write(session, NumberTail, ends)
    rows = []
    for place, one in enumerate(found):
        for ordinal in range(1, each + 1):
            other = found[0] if ordinal == 1 and place % 10 == 0 else chance.choice(found)
            rows.append(a_row(one.revision, ordinal, **written(other, chance)))
    write(session, Citation, rows)
    return list(found)


def written(other: Any, chance: random.Random) -> dict[str, str]:
    """Return how a text names a document: by number and title, by one of them, or one that is not there."""
    way = chance.random()
    if way < 0.5:
        return {"number": other.number, "name": other.title}
    if way < 0.7:
        return {"number": other.number, "name": ""}
    if way < 0.9:
        return {"number": "", "name": other.title}
    return {"number": "", "name": f"未曾有的程序 {chance.randrange(400)}"}


def a_row(revision: Any, ordinal: int, *, number: str, name: str) -> dict[str, Any]:
    key = name_key(name)
    return {
        "id": new_id(),
        "revision_id": revision,
        "ordinal": ordinal,
        "kind": "document",
        "number": number,
        "name": name,
        "normal": normal(number) if number else key,
        "normal_name": key if number and name else "",
        "times": 1,
        "chapter": "documents",
        "clause": "4.1",
    }


def write(session: Session, kind: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), PART):
        session.execute(insert(kind), rows[start : start + PART])


def main(house: House, each: int) -> None:
    found = house.uow.write(lambda session: cite(session, each))
    with house.uow.read() as session:
        chen = session.execute(select(Person.id).where(Person.username == "chen")).scalar_one()
        actor, at = actor_of(session, chen), house.clock()
        unit = session.scalars(select(Unit.id).order_by(Unit.code)).first()
    chance = random.Random(3)
    picked = [chance.choice(found) for _ in range(ROUNDS)]
    read_anew = [
        [{"kind": "document", **written(chance.choice(found), chance), "clause": "5.1"} for _ in range(each)]
        for _ in picked
    ]

    def changed(place: int) -> None:
        one = picked[place]

        def anew(session: Session) -> None:
            write_citations(session, one.revision, read_anew[place])
            session.flush()
            cited(session, actor, one.revision, at=at)
            cited_by(session, actor, session.get_one(Document, one.id), at=at)

        house.uow.write(anew)

    def reading(ask: Callable[[Session, Any], Any]) -> Callable[[int], None]:
        def run(place: int) -> None:
            with house.uow.read() as session:
                ask(session, picked[place])

        return run

    hub = found[0]
    kinds: dict[str, Callable[[int], None]] = {
        "a changed revision: kept, both lists": changed,
        "what a revision cites": reading(lambda session, one: cited(session, actor, one.revision, at=at)),
        "who cites a document": reading(
            lambda session, one: cited_by(session, actor, session.get_one(Document, one.id), at=at)
        ),
        "who cites the one most cited": reading(
            lambda session, _: cited_by(session, actor, session.get_one(Document, hub.id), at=at)
        ),
        "picture, one step": reading(
            lambda session, one: around(session, actor, one.id, one.revision, at=at, steps=1)
        ),
        "picture, three steps": reading(
            lambda session, one: around(session, actor, one.id, one.revision, at=at, steps=3)
        ),
        "the list of the company": reading(
            lambda session, _: citation_faults(session, actor, FaultFilter(), at=at)
        ),
        "what a change touches": reading(
            lambda session, one: impact(session, actor, one.id, at=at, zone=house.zone)
        ),
        "picture of a department": reading(lambda session, _: over(session, actor, at=at, unit_id=unit)),
    }
    print(f"{'':40}{'p50':>8}{'p95':>8}{'worst':>8}{'processor p50':>16}")
    for name, run in kinds.items():
        times, used = [], []
        for place in range(ROUNDS):
            started, busy = time.perf_counter(), time.process_time()
            run(place)
            times.append(time.perf_counter() - started)
            used.append(time.process_time() - busy)
        told = (percentile(times, 0.5), percentile(times, 0.95), max(times) * 1e3)
        print(f"{name:40}" + "".join(f"{one:8.1f}" for one in told) + f"{percentile(used, 0.5):16.1f}")


if __name__ == "__main__":
    wanted = [int(one) for one in sys.argv[1:]]
    documents, citations = (wanted + [5_000, 12][len(wanted) :])[:2]
    with tempfile.TemporaryDirectory() as made:
        home = build(Path(made), documents, 0)
        print(f"{documents} documents that cite {citations} others each")
        main(home, citations)
        home.close()
