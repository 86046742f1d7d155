"""Outlines read of texts that lie there from before outlines were kept (I-9)."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.content import FileReading, ItemFile
from docctl.reading.errors import ReadingFailed
from docctl.reading.outlines import Outlined, outline_or_none
from docctl.services.caller import the_system
from docctl.services.content.texts import KeptText, SealedText, Texts, texts_in
from docctl.services.house import House
from docctl.services.readings import NoteOutlines, note_outlines
from storage.api import KeyDestroyed, StorageError

log = logging.getLogger(__name__)

#: So many texts are looked through in one round.
TOGETHER: Final = 20


def outline_texts(house: House) -> bool:
    """Read the outlines of some texts that have none yet; say whether there were any.

    Headers and footers are no longer told from the rest there; what they number comes once a page.
    """
    try:
        with house.uow.read() as session:
            rows = session.execute(
                select(FileReading, ItemFile.owner_id)
                .join(ItemFile, ItemFile.id == FileReading.file_id)
                .where(FileReading.outlined_at.is_(None))
                .order_by(FileReading.file_id)
                .limit(TOGETHER)
            ).all()
            opened = _opened(session, [(row, owner_id) for row, owner_id in rows])
        done = []
        for row, owner_id in rows:
            text, html = opened[row.file_id]
            try:
                found = _outlined(house, text, html, row.pages)
            except ReadingFailed:
                break
            kept: KeptText | None = None
            # Nothing is written for a text whose key is away: it would lie there empty, under a new key.
            with suppress(KeyDestroyed):
                if text or row.sealed_text is None:
                    kept = Texts(house.keys).kept(owner_id, row.file_id, text, found.html, found.as_json())
            done.append((row.file_id, row.read_at, kept))
    except StorageError:
        log.warning("outlines wait: the key store cannot be used", exc_info=True)
        return False
    if not done:
        return False
    return note_outlines(NoteOutlines(tuple(done)), by=the_system(house.clock()), house=house) > 0


def _opened(session: Session, rows: Sequence[tuple[FileReading, UUID]]) -> dict[UUID, tuple[str, str | None]]:
    """Return text and HTML of each file, whether they lie sealed or plain."""
    sealed = [
        SealedText(owner_id, row.file_id, name, column)
        for row, owner_id in rows
        for name, column in (("text", row.sealed_text), ("html", row.sealed_html))
        if column is not None
    ]
    told = {
        (one.file_id, one.name): words
        for one, words in zip(sealed, texts_in(session).opened(sealed), strict=True)
    }
    return {
        row.file_id: (told.get((row.file_id, "text"), row.text), told.get((row.file_id, "html"), row.html))
        for row, _ in rows
    }


def _outlined(house: House, text: str, html: str | None, pages: list[int]) -> Outlined:
    with tempfile.TemporaryDirectory(prefix="outline-", dir=house.scratch) as folder:
        return outline_or_none(house.pool, Path(folder), text, html, pages=pages)
