"""Outlines read of texts that lie there from before outlines were kept (I-9)."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Final

from docctl.jobs.waiting_texts import WaitingText, waiting_texts
from docctl.models.content import FileReading
from docctl.reading.errors import ReadingFailed
from docctl.reading.outlines import outline_or_none
from docctl.services.caller import the_system
from docctl.services.content.texts import KeptText, Texts
from docctl.services.house import House
from docctl.services.readings import NoteOutlines, note_outlines
from storage.api import KeyDestroyed, StorageError

log = logging.getLogger(__name__)

#: So many texts are looked through in one round.
TOGETHER: Final = 20


def outline_texts(house: House) -> bool:
    """Read the outlines of some texts that have none yet; say whether there were any.

    Headers and footers are no longer told from the rest there; what they number comes once a page. A text
    whose key is away waits until it is there again.
    """
    done = []
    try:
        with house.uow.read() as session:
            waits = (FileReading.outlined_at.is_(None),)
            found = waiting_texts(session, waits, ("text", "html"), most=TOGETHER)
        for one in found:
            try:
                kept = None if one.is_gone else _kept(house, one)
            except ReadingFailed:
                break
            except KeyDestroyed:
                kept = None
            done.append((one.row.file_id, one.row.read_at, kept))
    except StorageError:
        log.warning("outlines wait: the key store cannot be used", exc_info=True)
        return False
    if not done:
        return False
    return note_outlines(NoteOutlines(tuple(done)), by=the_system(house.clock()), house=house) > 0


def _kept(house: House, one: WaitingText) -> KeptText:
    with tempfile.TemporaryDirectory(prefix="outline-", dir=house.scratch) as folder:
        found = outline_or_none(house.pool, Path(folder), one.text, one.html, pages=one.row.pages)
    return Texts(house.keys).kept(one.owner_id, one.row.file_id, one.text, found.html, found.as_json())
