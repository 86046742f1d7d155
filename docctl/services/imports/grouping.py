"""What files of one document have in common, as a keyed digest: it can be asked for, but not read (I-1, R-7).

So a correction touches the files that share it, and no others, however many the run has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from docctl.domain.imports import FileState, series_of
from docctl.models.base import table_of
from docctl.models.imports import ImportFile
from storage.short import digest_text

T = TypeVar("T")

#: The group of all files for which a document was chosen: none is a revision of another file's.
JOINS: Final = "d"
#: The first letter of the others: digests with the run's key, and those of a house without key store.
_KEYED: Final = "k"
_PLAIN: Final = "p"
#: So many digits of a digest tell groups apart.
_DIGITS: Final = 32
#: So many values stand in one statement; PostgreSQL takes no more than 65,535, SQLite half of it.
_AT_ONCE: Final = 500


def group_of(chosen: Mapping[str, Any], run_id: UUID, secret: bytes | None) -> str:
    """Return the group of a file as it is chosen, empty where it has none."""
    if chosen.get("document_id"):
        return JOINS
    name = series_of(*(str(chosen.get(field, "")) for field in ("number", "title", "label")))
    if not name:
        return ""
    place = b"docctl import group\0" + run_id.bytes
    if secret is None:
        return _PLAIN + sha256(place + name.encode()).hexdigest()[:_DIGITS]
    return _KEYED + digest_text(secret, place, name)[:_DIGITS]


def is_behind(session: Session, run_id: UUID, *, has_key: bool) -> bool:
    """Say whether files of a run have no group yet: read before there were any, or before the run's key."""
    read = (
        select(ImportFile.id).where(ImportFile.run_id == run_id, ImportFile.state == FileState.READ).limit(1)
    )
    without = [read.where(ImportFile.group_key.is_(None))]
    if has_key:
        without.append(read.where(ImportFile.group_key > _PLAIN))  # the last letter that there is
    return any(session.scalar(one) is not None for one in without)


def regroup(session: Session, groups: Mapping[UUID, str]) -> None:
    """Write the groups of files; nobody who has one before him is told that it changed."""
    table = table_of(ImportFile)
    statement = table.update().where(table.c.id == bindparam("file")).values(group_key=bindparam("group"))
    if groups:
        session.execute(statement, [{"file": one, "group": group} for one, group in groups.items()])


def shared_groups(groups: Iterable[str | None]) -> Collection[str]:
    """Return those of the groups whose files can be revisions of one document."""
    return {one for one in groups if one and one != JOINS}


def in_pieces(wanted: Iterable[T]) -> Iterator[list[T]]:
    """Yield so many at a time as may stand in one statement."""
    rest = iter(wanted)
    while some := list(islice(rest, _AT_ONCE)):
        yield some


__all__ = ["JOINS", "group_of", "in_pieces", "is_behind", "regroup", "shared_groups"]
