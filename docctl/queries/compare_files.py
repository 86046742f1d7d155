"""The files of two revisions beside each other, with what changed in their texts (V-5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.comparison import Comparison, compare
from docctl.domain.text_blocks import blocks
from docctl.domain.word_changes import Effort
from docctl.models.content import FileReading, FileRole, ItemFile
from docctl.reading.kinds import MEDIA_TYPES, Kind
from docctl.services.content.texts import SealedText, texts_in

#: A longer paragraph is several that lost their ends: sentences are compared then.
_LONG: Final = 800
#: Of a longer text the rest is left out, in characters.
_MOST: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class FileSide:
    """A file of one revision; `standing` is ready, pending, no_text, problem or unreadable."""

    name: str
    role: str
    media_type: str
    size: int
    sha256: str
    standing: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class FilePair:
    """A file as it was and as it is; `text` is None where one side has none to compare.

    `is_cut`: only the beginning of a very long text was compared.
    """

    before: FileSide | None
    after: FileSide | None
    text: Comparison | None = None
    is_cut: bool = False

    @property
    def is_same(self) -> bool:
        """Say whether both are the same file, byte for byte."""
        return bool(self.before and self.after and self.before.sha256 == self.after.sha256)


@dataclass(frozen=True, slots=True)
class _Read:
    side: FileSide
    text: str
    pages: tuple[int, ...]


def compared_files(session: Session, before_id: UUID, after_id: UUID) -> tuple[FilePair, ...]:
    """Return the files of two revisions in pairs, and what changed in their texts (V-5)."""
    found = _read(session, (before_id, after_id))
    effort = Effort()
    return tuple(_pair(left, right, effort) for left, right in _facing(found[before_id], found[after_id]))


def _read(session: Session, owners: Sequence[UUID]) -> dict[UUID, list[_Read]]:
    rows: Sequence[tuple[ItemFile, FileReading | None]] = session.execute(
        select(ItemFile, FileReading)
        .outerjoin(FileReading, FileReading.file_id == ItemFile.id)
        .where(ItemFile.owner_id.in_(owners), ItemFile.destroyed_at.is_(None))
        .order_by(ItemFile.role != FileRole.MAIN, ItemFile.role, ItemFile.ordinal, ItemFile.added_at)
    ).all()
    sealed = [
        SealedText(file.owner_id, file.id, "text", reading.sealed_text)
        for file, reading in rows
        if reading is not None and reading.sealed_text is not None
    ]
    opened = dict(zip((one.file_id for one in sealed), texts_in(session).shown(sealed), strict=True))
    found: dict[UUID, list[_Read]] = {owner: [] for owner in owners}
    for file, reading in rows:
        text = opened.get(file.id, reading.text) if reading is not None else ""
        is_paged = file.media_type == MEDIA_TYPES[Kind.PDF]
        pages = tuple(reading.pages) if reading is not None and is_paged else ()
        found[file.owner_id].append(_Read(_side(file, reading, text), text, pages))
    return found


def _side(file: ItemFile, reading: FileReading | None, text: str) -> FileSide:
    if reading is None:
        standing = "pending"
    elif reading.problem and reading.problem != "no_text":
        standing = "problem"
    elif text.strip():
        standing = "ready"
    else:
        standing = "unreadable" if reading.sealed_text is not None and not reading.problem else "no_text"
    return FileSide(
        file.name,
        file.role.value,
        file.media_type,
        file.size,
        file.sha256,
        standing,
        reading.problem if reading is not None else None,
    )


def _facing(before: Sequence[_Read], after: Sequence[_Read]) -> Iterator[tuple[_Read | None, _Read | None]]:
    """Pair files of one role: those of one name first, then in their order."""
    rest = list(before)
    pairs: dict[int, _Read] = {}
    for is_fitting in (
        lambda one, other: one.side.sha256 == other.side.sha256,
        lambda one, other: one.side.name == other.side.name,
        lambda _one, _other: True,
    ):
        for at, one in enumerate(after):
            if at in pairs:
                continue
            other = next((o for o in rest if o.side.role == one.side.role and is_fitting(o, one)), None)
            if other is not None:
                pairs[at] = other
                rest.remove(other)
    for at, one in enumerate(after):
        yield pairs.get(at), one
    for other in rest:
        yield other, None


def _pair(before: _Read | None, after: _Read | None, effort: Effort) -> FilePair:
    sides = FilePair(before.side if before else None, after.side if after else None)
    if before is None or after is None or sides.is_same:
        return sides
    if not (before.side.standing == after.side.standing == "ready"):
        return sides
    is_cut = max(len(before.text), len(after.text)) > _MOST
    by_sentence = bool(before.pages or after.pages)
    left, cut_left = blocks(before.text[:_MOST], pages=before.pages, by_sentence=by_sentence)
    right, cut_right = blocks(after.text[:_MOST], pages=after.pages, by_sentence=by_sentence)
    if not by_sentence and any(len(one[0]) > _LONG for one in (*left, *right)):
        left, cut_left = blocks(before.text[:_MOST], by_sentence=True)
        right, cut_right = blocks(after.text[:_MOST], by_sentence=True)
    text = compare(left, right, effort=effort)
    return FilePair(sides.before, sides.after, text, is_cut or cut_left or cut_right)
