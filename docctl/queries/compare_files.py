"""The files of two revisions beside each other, with what changed in their texts (V-5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

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

    id: UUID
    name: str
    title: str
    role: str
    #: Its number among the annexes, 0 for none.
    annex: int
    media_type: str
    size: int
    sha256: str
    standing: str
    problem: str | None

    @property
    def called(self) -> str:
        """What people call it: its title, else its name."""
        return self.title or self.name


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

    @property
    def ids(self) -> set[UUID]:
        """The files on either side."""
        return {one.id for one in (self.before, self.after) if one}

    @property
    def side(self) -> FileSide:
        """The file as it is, or as it was where it is no more."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def change(self) -> str:
        """What became of the file: same, changed, added, removed."""
        if self.before is None or self.after is None:
            return "removed" if self.after is None else "added"
        return "same" if self.is_same and self.before.title == self.after.title else "changed"


@dataclass(frozen=True, slots=True)
class _Read:
    standing: str
    text: str
    pages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class One:
    """The file whose text is compared: that with the id, None for the first, which is the main one."""

    file_id: UUID | None = None


def compared_files(
    session: Session, before_id: UUID, after_id: UUID, one: One | None = None
) -> tuple[FilePair, ...]:
    """Return the files of two revisions in pairs, and what changed in their texts, or in `one` of them (V-5).

    Annexes are paired by content, title, name and place; sources are left out, which only few may have (X-3).
    """
    rows = _rows(session, (before_id, after_id))
    sides = _sides(rows, (before_id, after_id))
    pairs = list(_facing(sides[before_id], sides[after_id]))
    if one is None:
        wanted = pairs
    else:
        wanted = [pair for pair in pairs if one.file_id in {side.id for side in pair if side}] or pairs[:1]
    ids = {side.id for pair in wanted for side in pair if side}
    read, effort = _texts(session, ids), Effort()
    return tuple(
        _pair(pair, *(read[side.id] if side else None for side in pair), effort=effort)
        if pair in wanted
        else FilePair(*pair)
        for pair in pairs
    )


#: A file, whether it was read, and what was the matter with it.
_Row = tuple[ItemFile, bool, str | None]


def _rows(session: Session, owners: Sequence[UUID]) -> list[_Row]:
    """Return all files without what was read out of them: texts are long, and few of them are compared."""
    rows = session.execute(
        select(ItemFile, FileReading.file_id, FileReading.problem)
        .outerjoin(FileReading, FileReading.file_id == ItemFile.id)
        .where(
            ItemFile.owner_id.in_(owners),
            ItemFile.role != FileRole.SOURCE,
            ItemFile.destroyed_at.is_(None),
        )
        .order_by(ItemFile.role != FileRole.MAIN, ItemFile.role, ItemFile.ordinal, ItemFile.added_at)
    )
    return [(file, read_id is not None, problem) for file, read_id, problem in rows]


def _sides(rows: Sequence[_Row], owners: Sequence[UUID]) -> dict[UUID, list[FileSide]]:
    found: dict[UUID, list[FileSide]] = {owner: [] for owner in owners}
    for file, is_read, problem in rows:
        there = found[file.owner_id]
        annex = sum(one.annex > 0 for one in there) + 1 if file.role is FileRole.ANNEX else 0
        there.append(_side(file, annex, is_read=is_read, problem=problem))
    return found


def _texts(session: Session, ids: Collection[UUID]) -> dict[UUID, _Read]:
    unused = (FileReading.html, FileReading.sealed_html, FileReading.outline, FileReading.sealed_outline)
    rows: Sequence[tuple[ItemFile, FileReading | None]] = session.execute(
        select(ItemFile, FileReading)
        .outerjoin(FileReading, FileReading.file_id == ItemFile.id)
        .where(ItemFile.id.in_(ids))
        .options(*map(defer, unused))
    ).all()
    sealed = [
        SealedText(file.owner_id, file.id, "text", reading.sealed_text)
        for file, reading in rows
        if reading is not None and reading.sealed_text is not None
    ]
    opened = dict(zip((one.file_id for one in sealed), texts_in(session).shown(sealed), strict=True))
    found = {}
    for file, reading in rows:
        text = opened.get(file.id, reading.text) if reading is not None else ""
        is_paged = file.media_type == MEDIA_TYPES[Kind.PDF]
        pages = tuple(reading.pages) if reading is not None and is_paged else ()
        found[file.id] = _Read(_standing(reading, text), text, pages)
    return found


def _side(file: ItemFile, annex: int, *, is_read: bool, problem: str | None) -> FileSide:
    return FileSide(
        id=file.id,
        name=file.name,
        title=file.title,
        role=file.role.value,
        annex=annex,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        standing="ready" if is_read else "pending",
        problem=problem,
    )


def _standing(reading: FileReading | None, text: str) -> str:
    if reading is None:
        return "pending"
    if reading.problem and reading.problem != "no_text":
        return "problem"
    if text.strip():
        return "ready"
    return "unreadable" if reading.sealed_text is not None and not reading.problem else "no_text"


def _facing(
    before: Sequence[FileSide], after: Sequence[FileSide]
) -> Iterator[tuple[FileSide | None, FileSide | None]]:
    """Pair files of one role: of one content, one title, one name, then in their order."""
    rest = list(before)
    pairs: dict[int, FileSide] = {}
    for is_fitting in (_same_content, _same_title, _same_name, _same_place):
        for at, one in enumerate(after):
            if at in pairs:
                continue
            other = next((o for o in rest if o.role == one.role and is_fitting(o, one)), None)
            if other is not None:
                pairs[at] = other
                rest.remove(other)
    for at, one in enumerate(after):
        yield pairs.get(at), one
    for other in rest:
        yield other, None


def _same_content(one: FileSide, other: FileSide) -> bool:
    return one.sha256 == other.sha256


def _same_title(one: FileSide, other: FileSide) -> bool:
    return bool(one.title) and one.title == other.title


def _same_name(one: FileSide, other: FileSide) -> bool:
    return one.name == other.name


def _same_place(one: FileSide, other: FileSide) -> bool:
    """Say whether files stand at one place; two annexes with titles of their own are two."""
    return one.annex == other.annex and (not one.title or not other.title)


def _pair(
    sides: tuple[FileSide | None, FileSide | None],
    before: _Read | None,
    after: _Read | None,
    *,
    effort: Effort,
) -> FilePair:
    told = [
        replace(side, standing=read.standing) if side and read else side
        for side, read in zip(sides, (before, after), strict=True)
    ]
    pair = FilePair(told[0], told[1])
    if before is None or after is None or pair.is_same:
        return pair
    if not (before.standing == after.standing == "ready"):
        return pair
    is_cut = max(len(before.text), len(after.text)) > _MOST
    by_sentence = bool(before.pages or after.pages)
    left, cut_left = blocks(before.text[:_MOST], pages=before.pages, by_sentence=by_sentence)
    right, cut_right = blocks(after.text[:_MOST], pages=after.pages, by_sentence=by_sentence)
    if not by_sentence and any(len(one[0]) > _LONG for one in (*left, *right)):
        left, cut_left = blocks(before.text[:_MOST], by_sentence=True)
        right, cut_right = blocks(after.text[:_MOST], by_sentence=True)
    text = compare(left, right, effort=effort)
    return FilePair(pair.before, pair.after, text, is_cut or cut_left or cut_right)
