"""A process that takes part in a race: it opens an installation, says that it is ready, and runs at a word.

Run as `python -m tests.long.racer KIND DATA DATABASE NOW`; each line of JSON on its input is one round, each
line on its output what came of it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from docctl import wiring
from docctl.domain.verdicts import RuleRefused
from docctl.jobs.worker import Worker
from docctl.models.records import Record
from docctl.models.retention import DisposalItem
from docctl.services.disposal.destroy import FinishItems, finish_items
from docctl.services.disposal.start import StartItems, start_items
from docctl.services.holds.place import PlaceHold, place_hold
from docctl.services.numbers.reserve import ReserveNumber, reserve_number
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from tests.places import Place
from tests.world import Clock, World, build_house

Round = dict[str, Any]
Answer = dict[str, Any]


def number(world: World, asked: Round) -> Answer:
    """Take numbers one after the other; say which, and how long the slowest took."""
    taken, longest = [], 0.0
    for _ in range(asked["count"]):
        began = time.monotonic()
        command = ReserveNumber(world.types["procedure"], "预留")
        taken.append(reserve_number(command, by=world.by("chen"), house=world.house))
        longest = max(longest, time.monotonic() - began)
    return {"taken": taken, "longest": longest}


def hold(world: World, asked: Round) -> Answer:
    """Place a hold on one record."""
    command, by = PlaceHold("调查", "诉讼", (UUID(asked["record"]),)), world.by("zhou")
    time.sleep(asked["pause"])
    return {"done": str(place_hold(command, by=by, house=world.house))}


def destroy(world: World, asked: Round) -> Answer:
    """Take the next item of a list over the point of no return, and to its end."""
    system, list_id = world.system(), UUID(asked["list"])
    time.sleep(asked["pause"])
    (item_id,) = start_items(StartItems(list_id, world.clock(), 1), by=system, house=world.house)
    with world.house.uow.read() as session:
        item = session.get_one(DisposalItem, item_id)
        status = session.get_one(Record, item.record_id).status.value
    if status == "destroying":
        finish_items(FinishItems(list_id, {item_id: {}}), by=system, house=world.house)
    return {"done": status}


def issue(world: World, asked: Round) -> Answer:
    """Issue a revision for today."""
    command = IssueRevision(UUID(asked["revision"]), asked["row_version"], world.house.today())
    return {"done": str(issue_revision(command, by=world.by("chen"), house=world.house))}


def revise(world: World, asked: Round) -> Answer:
    """Start the next revision of a document."""
    upload = world.upload("chen", f"正文 {time.time_ns()}".encode(), "a.txt")
    command = ReviseDocument(UUID(asked["document"]), "什么", "为何", (upload,))
    return {"done": str(revise_document(command, by=world.by("chen"), house=world.house))}


def repeat(world: World, asked: Round) -> Answer:
    """Send one request, as others do at the same moment."""
    by = world.by("chen", request_id=asked["request"])
    return {"done": reserve_number(ReserveNumber(world.types["procedure"], "预留"), by=by, house=world.house)}


def work(world: World, asked: Round) -> Answer:
    """Be a worker until killed, by the clock of the machine."""
    Worker(world.house).run()
    return {}


KINDS: dict[str, Callable[[World, Round], Answer]] = {
    "number": number,
    "hold": hold,
    "destroy": destroy,
    "issue": issue,
    "revise": revise,
    "repeat": repeat,
    "work": work,
}


def rounds() -> Iterator[Round]:
    """Yield what is asked for, round by round."""
    for line in sys.stdin:
        yield json.loads(line)


def say(answer: Answer) -> None:
    """Write one line at once."""
    print(json.dumps(answer), flush=True)


def main() -> None:
    """Open the house and race."""
    kind, data, database, now = sys.argv[1:5]
    clock = wiring.system_clock if kind == "work" else Clock(datetime.fromisoformat(now).astimezone(UTC))
    house = build_house(Place(Path(data), database).settings, clock)
    world = World.of(house, clock)  # type: ignore[arg-type]  # a worker's clock is not moved
    say({"ready": True})
    for asked in rounds():
        try:
            say(KINDS[kind](world, asked))
        except RuleRefused as error:
            say({"refused": error.refused.key})
    house.close()


if __name__ == "__main__":
    main()
