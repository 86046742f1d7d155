"""Citations read out of texts, after the texts themselves: drafts, new revisions, those from before (D-6)."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from docctl.jobs.waiting_texts import WaitingText, waiting_texts
from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.reading.errors import OURS, ReadingFailed
from docctl.reading.facts.child import citations_in_child
from docctl.reading.outlines import clauses_of
from docctl.services.caller import the_system
from docctl.services.citations import NoteCitations, note_citations
from docctl.services.house import House
from storage.errors import StorageError

log = logging.getLogger(__name__)

#: So many texts are looked through in one round.
TOGETHER: Final = 20
#: What is cited is told with the clause that names it, so clauses are read first (I-9).
_WAITS: Final = (
    FileReading.cited_at.is_(None),
    FileReading.outlined_at.is_not(None),
    ItemFile.owner_kind == OwnerKind.REVISION,
    ItemFile.role == FileRole.MAIN,
)


def cite_texts(house: House) -> bool:
    """Read the citations of some texts that were not looked through yet; say whether there were any.

    A text whose key is away waits until it is there again.
    """
    try:
        with house.uow.read() as session:
            texts = waiting_texts(session, _WAITS, ("text", "outline"), most=TOGETHER)
            revisions = _revisions(session, {one.owner_id for one in texts})
    except StorageError:
        log.warning("citations wait: the key store cannot be used", exc_info=True)
        return False
    done = 0
    for one in texts:
        number, title, paper = revisions[one.owner_id]
        # of a file that holds several documents a piece cites what its import found in it
        stays = bool(paper and paper.get("piece"))
        try:
            found = None if stays else tuple(_citations(house, one, number, title))
        except ReadingFailed as failed:
            if failed.code in OURS:
                break
            found = ()  # a text on which the search fails has none
        cmd = NoteCitations(one.owner_id, one.row.file_id, one.row.read_at, found)
        note_citations(cmd, by=the_system(house.clock()), house=house)
        done += 1
    return done > 0


def _revisions(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[str, str, dict[str, Any] | None]]:
    """Return of each revision the number of its document, its title, and what its paper says."""
    rows: list[Row[Any]] = list(
        session.execute(
            select(Revision.id, Document.number, Revision.title, Revision.paper)
            .join(Document, Document.id == Revision.document_id)
            .where(Revision.id.in_(ids))
        )
    )
    return {one.id: (one.number, one.title, one.paper) for one in rows}


def _citations(house: House, one: WaitingText, number: str, title: str) -> list[dict[str, object]]:
    if one.is_gone or not one.text.strip():
        return []
    clauses = [(clause.path, clause.start) for clause in clauses_of(one.outline or "")]
    with tempfile.TemporaryDirectory(prefix="cite-", dir=house.scratch) as folder:
        return citations_in_child(
            house.pool, Path(folder), one.text, number=number, title=title, clauses=clauses
        )
