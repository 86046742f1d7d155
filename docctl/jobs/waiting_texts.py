"""Which texts the worker has still to look through and can: one whose key is away is come back to (R-7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from docctl.models.content import FileReading, ItemFile
from docctl.services.content.texts import SealedText, texts_in

#: So many are asked for at once whether their key is there.
_ASKED: Final = 500


@dataclass(frozen=True, slots=True)
class WaitingText:
    """A text to be looked through, with its HTML and outline as far as they were asked for.

    `is_gone`: its key was destroyed, and nobody can read it any more.
    """

    row: FileReading
    owner_id: UUID
    text: str
    html: str | None
    outline: str | None
    is_gone: bool


def waiting_texts(
    session: Session, waits: Sequence[ColumnElement[bool]], names: Sequence[str], *, most: int
) -> list[WaitingText]:
    """Return up to `most` texts that wait and whose keys are there or destroyed for ever.

    Others stay as they are: their keys may come back from a copy. Raises StorageError where the key store
    cannot be used. `names` are of `text`, `html`, `outline`.
    """
    chosen: list[UUID] = []
    gone: set[UUID] = set()
    for rows in portions(session, waits):
        found = texts_in(session).standing({owner for _, owner, is_sealed in rows if is_sealed})
        chosen += [file for file, owner, is_sealed in rows if not is_sealed or owner not in found.away]
        gone |= found.destroyed
        if len(chosen) >= most:
            break
    return _opened(session, chosen[:most], gone, names)


def portions(
    session: Session, waits: Sequence[ColumnElement[bool]]
) -> Iterator[Sequence[Row[UUID, UUID, bool]]]:
    """Yield all texts that wait, some hundred at a time: file, item, whether it is sealed."""
    after: UUID | None = None
    while True:
        query = (
            select(FileReading.file_id, ItemFile.owner_id, FileReading.sealed_text.is_not(None))
            .join(ItemFile, ItemFile.id == FileReading.file_id)
            .where(*waits)
            .order_by(FileReading.file_id)
            .limit(_ASKED)
        )
        if after is not None:
            query = query.where(FileReading.file_id > after)
        rows = session.execute(query).all()
        yield rows
        if len(rows) < _ASKED:
            return
        after = rows[-1][0]


def _opened(
    session: Session, files: Sequence[UUID], gone: set[UUID], names: Sequence[str]
) -> list[WaitingText]:
    rows = session.execute(
        select(FileReading, ItemFile.owner_id)
        .join(ItemFile, ItemFile.id == FileReading.file_id)
        .where(FileReading.file_id.in_(files))
        .order_by(FileReading.file_id)
    ).all()
    sealed = [
        SealedText(owner, row.file_id, name, kept)
        for row, owner in rows
        for name in names
        if owner not in gone and (kept := getattr(row, f"sealed_{name}")) is not None
    ]
    opened = zip(sealed, texts_in(session).opened(sealed), strict=True)
    told = {(one.file_id, one.name): words for one, words in opened}
    return [
        WaitingText(
            row,
            owner,
            told.get((row.file_id, "text"), row.text),
            told.get((row.file_id, "html"), row.html),
            told.get((row.file_id, "outline"), row.outline),
            owner in gone and row.sealed_text is not None,
        )
        for row, owner in rows
    ]


__all__ = ["WaitingText", "portions", "waiting_texts"]
