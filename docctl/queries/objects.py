"""Whether every stored file is what its row says, and which stored files no row names (T-3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.notes import KEPT_KINDS
from docctl.models.content import FileProblem, ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.models.records import Record
from docctl.models.retention import DisposalList
from docctl.queries.object_locks import lock_problem
from storage.api import (
    Area,
    Damaged,
    FixityState,
    Key,
    KeyMissing,
    Listed,
    ObjectMissing,
    ObjectStore,
    Stray,
)

_BATCH: Final = 500
_CHUNK: Final = 1 << 20

#: What the rolling check cannot find, as it needs no keys: a file whose key is lost.
NO_KEY: Final = "no_key"


@dataclass(frozen=True, slots=True)
class ObjectProblem:
    """A file that is not as its row says.

    `problem` is missing, damaged, swapped, other_size, no_key, lock_short or not_held.
    """

    problem: str
    kind: str
    number: str
    label: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class ObjectReport:
    """What a check of all files found; keys in `without_row` are named by no row.

    `strays` lie in the store but are no objects: newer versions, delete markers, other names.
    `plain` are files that were stored without encryption: no damage, and readable without keys.
    """

    checked: int
    problems: tuple[ObjectProblem, ...]
    without_row: tuple[str, ...]
    strays: tuple[Stray, ...] = ()
    plain: int = 0

    @property
    def ok(self) -> bool:
        """Whether every file is as its row says; what is too much is no damage."""
        return not self.problems


def check_objects(session: Session, store: ObjectStore, *, at: datetime, zone: tzinfo) -> ObjectReport:
    """Read every file again and compare it with its row, and with what the store itself noted (T-3).

    Its lock and hold are compared as well (R-4, R-5), and what lies in the store beside objects is named.
    """
    checked, plain, problems = 0, 0, []
    for row in _rows(session):
        checked += 1
        plain += row.sha256 == row.stored_sha256
        problem = file_problem(row, store) or _content_problem(row, store)
        if problem := problem or lock_problem(session, row, store, at=at, zone=zone):
            kind, number, label = _owner(session, row)
            problems.append(ObjectProblem(problem, kind, number, label, row.name, row.object_key))
    without = tuple(f"{one.key}" for one in orphans(session, store))
    strays = tuple(one for area in Area for one in store.strays(area))
    return ObjectReport(checked, tuple(problems), without, strays, plain)


def orphans(session: Session, store: ObjectStore) -> Iterator[Listed]:
    """Yield the stored versions of the records area that no row names (style 12)."""
    waiting: list[Listed] = []
    for listed in store.list(Area.RECORDS):
        waiting.append(listed)
        if len(waiting) == _BATCH:
            yield from _nameless(session, waiting)
            waiting = []
    yield from _nameless(session, waiting)


def _nameless(session: Session, listed: list[Listed]) -> list[Listed]:
    keys = {str(one.key) for one in listed}
    named = set(session.scalars(select(ItemFile.object_key).where(ItemFile.object_key.in_(keys))))
    return [one for one in listed if str(one.key) not in named and one.key.kind not in KEPT_KINDS]


def _rows(session: Session) -> Iterator[ItemFile]:
    last = UUID(int=0)
    while True:
        rows = session.scalars(
            select(ItemFile)
            .where(ItemFile.id > last, ItemFile.destroyed_at.is_(None))
            .order_by(ItemFile.id)
            .limit(_BATCH)
        ).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id
        session.expunge_all()


def file_problem(row: ItemFile, store: ObjectStore) -> str:
    """Return what is wrong with a file; the row's own hash decides, not only the store's (T-3).

    Only the stored bytes are read: this needs no keys, and takes no longer than hashing them.
    """
    key = Key.parse(row.object_key)
    try:
        fixity = store.verify(key, row.object_version)
    except ObjectMissing:
        return FileProblem.MISSING
    if fixity.state is FixityState.MISSING:
        return FileProblem.MISSING
    if fixity.state is FixityState.DAMAGED:
        return FileProblem.DAMAGED
    if fixity.found != row.stored_sha256:
        return FileProblem.SWAPPED
    if row.sha256 == row.stored_sha256:  # stored as they came: what was just read is the content
        return "" if row.size == row.stored_size else FileProblem.OTHER_SIZE
    return ""


def _content_problem(row: ItemFile, store: ObjectStore) -> str:
    """Read a content that a wrapped store keeps in another form."""
    if row.sha256 == row.stored_sha256:
        return ""
    key, size, digest = Key.parse(row.object_key), 0, hashlib.sha256()
    try:
        with store.open(key, row.object_version) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                digest.update(chunk)
    except ObjectMissing:
        return FileProblem.MISSING
    except KeyMissing:
        return NO_KEY
    except Damaged:
        return FileProblem.DAMAGED
    if digest.hexdigest() != row.sha256:
        return FileProblem.SWAPPED
    return "" if size == row.size else FileProblem.OTHER_SIZE


def _owner(session: Session, row: ItemFile) -> tuple[str, str, str]:
    """Return kind, number and revision of the item that a file belongs to."""
    if row.owner_kind is OwnerKind.REVISION:
        revision = session.get(Revision, row.owner_id)
        document = session.get(Document, revision.document_id) if revision else None
        return "document", document.number if document else "", revision.label if revision else ""
    if row.owner_kind is OwnerKind.RECORD:
        record = session.get(Record, row.owner_id)
        return "record", record.number if record else "", ""
    found = session.get(DisposalList, row.owner_id)
    return "disposal_list", found.certificate_number if found else "", ""
