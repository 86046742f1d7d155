"""The rolling check: every stored file is read again within a set number of days (T-3)."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, select

from docctl.models.content import ItemFile
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


def is_due(house: House, at: datetime) -> ColumnElement[bool]:
    """Return the condition that a file's bytes were last hashed too long ago, or never (T-3)."""
    late = or_(ItemFile.checked_at.is_(None), ItemFile.checked_at <= at - house.scrub_every)
    return ItemFile.destroyed_at.is_(None) & late


def scrub(house: House, *, seconds: float | None = SLICE) -> bool:
    """Check the files that waited longest, for about so many seconds; say whether there were any.

    Damage is noted by item, never mended and never deleted. A store that cannot be reached says
    nothing about its files: they wait for the next round.
    """
    with house.uow.read() as session:
        due = session.scalars(
            select(ItemFile)
            .where(is_due(house, house.clock()))
            .order_by(ItemFile.checked_at.is_not(None), ItemFile.checked_at, ItemFile.id)
            .limit(_MOST)
        ).all()
    found, size, until = [], 0, time.monotonic() + (seconds or float("inf"))
    for row in due:
        try:
            found.append((row.id, file_problem(row, house.objects)))
        except StoreUnavailable:
            log.warning("the store cannot be reached: the check waits")
            break
        size += row.stored_size
        if time.monotonic() >= until:
            break
    if found:
        bad = note_fixity(NoteFixity(tuple(found), size), by=the_system(house.clock()), house=house)
        if bad:
            log.error("stored files are not sound", extra={"files": bad})
    return bool(found)
