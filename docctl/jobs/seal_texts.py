"""Sealing the texts that lie plain in the database: read before they were encrypted (R-7)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from docctl.jobs.waiting_texts import portions
from docctl.models.content import FileReading, ItemFile
from docctl.models.records import Record
from docctl.services.caller import the_system
from docctl.services.content.texts import Texts
from docctl.services.house import House
from docctl.services.readings import SealTexts, seal_texts
from storage.api import KeyDestroyed, StorageError

log = logging.getLogger(__name__)

#: How many texts one transaction seals at most.
TOGETHER: Final = 100


def seal_plain_texts(house: House) -> bool:
    """Seal some texts with their items' keys; say whether there were any.

    What is being destroyed is left to its disposal, which has perhaps destroyed the key already. A text whose
    key was destroyed stays as it is and holds up no other.
    """
    texts = Texts(house.keys)
    if not texts.are_sealed:
        return False
    try:
        with house.uow.read() as session:
            rows = _plain(session, texts)
    except StorageError:
        log.warning("texts stay plain for now: the key store cannot be used", exc_info=True)
        return False
    if not rows:
        return False
    sealed = []
    try:
        for row, owner_id in rows:
            with suppress(KeyDestroyed):
                kept = texts.kept(owner_id, row.file_id, row.text, row.html, row.outline)
                sealed.append((row.file_id, row.read_at, kept))
    except StorageError:
        log.warning("texts stay plain for now: the key store cannot be used", exc_info=True)
    if not sealed:
        return False
    return seal_texts(SealTexts(tuple(sealed)), by=the_system(house.clock()), house=house) > 0


def _plain(session: Session, texts: Texts) -> Sequence[Row[FileReading, UUID]]:
    """Return some texts that lie plain and can be sealed. Raises StorageError."""
    going = select(Record.id).where(Record.id == ItemFile.owner_id, Record.destroying_since.is_not(None))
    chosen: list[UUID] = []
    for rows in portions(session, (FileReading.sealed_text.is_(None), ~going.exists())):
        gone = texts.standing({owner for _, owner, _ in rows}).destroyed
        chosen += [file for file, owner, _ in rows if owner not in gone]
        if len(chosen) >= TOGETHER:
            break
    return session.execute(
        select(FileReading, ItemFile.owner_id)
        .join(ItemFile, ItemFile.id == FileReading.file_id)
        .where(FileReading.file_id.in_(chosen[:TOGETHER]))
        .order_by(FileReading.file_id)
    ).all()
