"""The rolling check: every stored file is read again within a set number of days (T-3)."""

from __future__ import annotations

import logging
import random
import time
from typing import Final
from uuid import UUID

from sqlalchemy import select

from docctl.models.content import ItemFile
from docctl.models.records import Record
from docctl.queries.fixity import is_late
from docctl.queries.objects import file_problem
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.objects.fixity import NoteFixity, note_fixity
from storage.api import StoreUnavailable

log = logging.getLogger(__name__)

#: How long one slice of the check lasts, in seconds, so that nothing else waits for it.
SLICE: Final = 0.5
#: Files of one slice at most: their results are one transaction.
_MOST: Final = 500
#: So many files in a row that cannot be reached end a slice: the store as a whole may be away.
_UNREACHED: Final = 3
#: What falls due within this part of the period is checked with what is due.
_AHEAD: Final = 10


def scrub(house: House, *, seconds: float | None = SLICE) -> bool:
    """Check the files that waited longest, for about so many seconds; say whether there were any.

    Damage is noted by item, never mended and never deleted. A file that cannot be reached says
    nothing: it waits for the next round, and the others do not wait for it, however long it took to say
    so. What is being destroyed
    is disposal's, and stays with it for as long as a list is stopped. Once one file is due those that
    soon will be are checked with it, or each file's day would have a transaction and an event of its own.
    """
    going = select(Record.id).where(Record.id == ItemFile.owner_id, Record.destroying_since.is_not(None))
    at, every = house.clock(), house.scrub_every
    with house.uow.read() as session:
        one_due = select(ItemFile.id).where(is_late(at, every), ~going.exists()).limit(1)
        if session.scalar(one_due) is None:
            return False
        due = session.scalars(
            select(ItemFile)
            .where(is_late(at + every / _AHEAD, every), ~going.exists())
            .order_by(ItemFile.checked_at.is_not(None), ItemFile.checked_at, ItemFile.id)
            .limit(_MOST)
        ).all()
    found: list[tuple[UUID, str]] = []
    size, unreached, until = 0, 0, time.monotonic() + (seconds or float("inf"))
    waiting = list(reversed(due))
    while waiting and (time.monotonic() < until or (not found and unreached < _UNREACHED)):
        row = waiting.pop()
        try:
            found.append((row.id, file_problem(row, house.objects)))
            size += row.stored_size
        except StoreUnavailable:
            unreached += 1
            random.shuffle(waiting)  # its neighbours may be as slow to say no, and would be first again
    if unreached:
        log.warning("stored files cannot be reached: their check waits", extra={"files": unreached})
    if found:
        bad = note_fixity(NoteFixity(tuple(found), size), by=the_system(house.clock()), house=house)
        if bad:
            log.error("stored files are not sound", extra={"files": bad})
    return bool(found)
