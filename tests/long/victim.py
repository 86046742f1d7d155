"""A process that works on a data folder and writes what was acknowledged to a ledger, until killed.

Run as `python -m tests.long.victim KIND DATA LEDGER NOW DATABASE`.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from docctl.jobs.wait import settle
from tests.places import Place
from tests.world import Clock, World, build_house


def note(ledger: int, line: str) -> None:
    """Write one acknowledged fact so that it outlives the process."""
    os.write(ledger, f"{line}\n".encode())
    os.fsync(ledger)


def upload(world: World, ledger: int) -> None:
    """File records without end."""
    from sqlalchemy import select

    from docctl.models.documents import Document
    from docctl.models.records import Record
    from docctl.services.records.file import FileRecord, file_record

    with world.house.uow.read() as session:
        form = session.scalars(select(Document.id).where(Document.number == "QR-1101")).one()
    turn = 0
    while True:
        turn += 1
        content = f"{os.getpid()} {turn} ".encode() * 20_000
        record_id = file_record(
            FileRecord(
                form_id=form,
                title=f"第 {turn} 份",
                occurred_at=world.clock(),
                uploads=(world.upload("wang", content, "a.txt"),),
            ),
            by=world.by("wang"),
            house=world.house,
        )
        with world.house.uow.read() as session:
            note(ledger, f"record {session.get_one(Record, record_id).number}")


def issue(world: World, ledger: int) -> None:
    """Take documents into force without end."""
    turn = 0
    while True:
        turn += 1
        revision_id = world.draft(f"程序 {os.getpid()} {turn}")
        note(ledger, f"draft {world.document_of(revision_id).number}")
        world.issued(revision_id)
        note(ledger, f"issued {world.document_of(revision_id).number}")


def disposal(world: World, ledger: int) -> None:
    """Carry the witnessed list to its end."""
    note(ledger, "began")
    settle(world.house)
    note(ledger, "settled")


def main() -> None:
    """Open the house and work."""
    kind, data, path = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    now = datetime.fromisoformat(sys.argv[4]).astimezone(UTC)
    clock = Clock(now)
    house = build_house(Place(data, sys.argv[5]).settings, clock)
    world = World.of(house, clock)
    ledger = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    {"upload": upload, "issue": issue, "disposal": disposal}[kind](world, ledger)
    house.close()


if __name__ == "__main__":
    main()
