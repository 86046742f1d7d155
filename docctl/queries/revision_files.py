"""The files of an item as its page lists them, and the one that it shows (V-13, F-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.content import FileReading, FileRole, ItemFile
from docctl.queries.file_html import html_of
from docctl.services.content.stampable import STAMPED


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file; `reading` is pending, ready or problem, `annex` its number among the annexes, 0 for none."""

    id: UUID
    role: str
    annex: int
    name: str
    title: str
    media_type: str
    size: int
    sha256: str
    reading: str
    problem: str | None
    html: str | None = None

    @property
    def called(self) -> str:
        """What people call it: its title, else its name."""
        return self.title or self.name

    @property
    def is_stamped(self) -> bool:
        """Whether it goes out with a stamp; other kinds go out as they came, uncontrolled (D-3)."""
        return self.media_type in STAMPED


def files_of(session: Session, owner_id: UUID) -> tuple[FileLine, ...]:
    """Return the files of an item, without what was read out of them."""
    found = session.execute(
        select(ItemFile, FileReading.file_id, FileReading.problem)
        .outerjoin(FileReading, FileReading.file_id == ItemFile.id)
        .where(ItemFile.owner_id == owner_id, ItemFile.destroyed_at.is_(None))
        .order_by(ItemFile.ordinal, ItemFile.added_at)
    ).all()
    annexes = [file.id for file, *_ in found if file.role is FileRole.ANNEX]
    return tuple(
        _file(file, annexes, is_read=read_id is not None, problem=problem) for file, read_id, problem in found
    )


def with_html(session: Session, file: FileLine) -> FileLine:
    """Return a file with its clean HTML, to be shown."""
    return replace(file, html=html_of(session, [file.id]).get(file.id))


#: Nothing to read in them is no trouble of the file: a scan is shown as it is.
_NO_TROUBLE: Final = frozenset({None, "", "no_text"})


def _file(file: ItemFile, annexes: Sequence[UUID], *, is_read: bool, problem: str | None) -> FileLine:
    reading = "pending" if not is_read else ("ready" if problem in _NO_TROUBLE else "problem")
    return FileLine(
        id=file.id,
        role=file.role.value,
        annex=annexes.index(file.id) + 1 if file.id in annexes else 0,
        name=file.name,
        title=file.title,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        reading=reading,
        problem=problem,
    )
