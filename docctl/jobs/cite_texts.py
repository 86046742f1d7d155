"""Citations read out of texts, after the texts themselves: drafts, new revisions, those from before (D-6)."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy import select

from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.reading.errors import OURS, ReadingFailed
from docctl.reading.facts.child import citations_in_child
from docctl.services.caller import the_system
from docctl.services.citations import NoteCitations, note_citations
from docctl.services.content.texts import SealedText, texts_in
from docctl.services.house import House
from storage.errors import StorageError

log = logging.getLogger(__name__)

#: So many texts are looked through in one round.
TOGETHER: Final = 20


def cite_texts(house: House) -> bool:
    """Read the citations of some texts that were not looked through yet; say whether there were any."""
    with house.uow.read() as session:
        rows = session.execute(
            select(FileReading, Revision.id, Document.number, Revision.title, Revision.paper)
            .join(ItemFile, ItemFile.id == FileReading.file_id)
            .join(Revision, Revision.id == ItemFile.owner_id)
            .join(Document, Document.id == Revision.document_id)
            .where(
                FileReading.cited_at.is_(None),
                ItemFile.owner_kind == OwnerKind.REVISION,
                ItemFile.role == FileRole.MAIN,
            )
            .order_by(FileReading.file_id)
            .limit(TOGETHER)
        ).all()
        sealed = [
            SealedText(revision_id, one.file_id, "text", one.sealed_text)
            for one, revision_id, *_ in rows
            if one.sealed_text is not None
        ]
        try:
            opened = dict(zip((one.file_id for one in sealed), texts_in(session).opened(sealed), strict=True))
        except StorageError:
            log.warning("citations wait: the key store cannot be used", exc_info=True)
            return False
    done = 0
    for reading, revision_id, number, title, paper in rows:
        is_piece = bool(paper and paper.get("piece"))
        text = opened.get(reading.file_id, reading.text)
        try:
            # of a file that holds several documents a piece cites what its import found in it
            found = None if is_piece else _citations(house, text, number, title)
        except ReadingFailed as failed:
            if failed.code in OURS:
                break
            found = []  # a text on which the search fails has none
        cmd = NoteCitations(
            revision_id, reading.file_id, reading.read_at, None if found is None else tuple(found)
        )
        note_citations(cmd, by=the_system(house.clock()), house=house)
        done += 1
    return done > 0


def _citations(house: House, text: str, number: str, title: str) -> list[dict[str, object]]:
    if not text.strip():
        return []
    with tempfile.TemporaryDirectory(prefix="cite-", dir=house.scratch) as folder:
        return citations_in_child(house.pool, Path(folder), text, number=number, title=title)
