"""Whether every stored file is what its row says, and which stored files no row names (T-3)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.notes import KEPT_KINDS
from docctl.models.content import FileProblem, ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.models.external_signatures import ExternalSignature
from docctl.models.records import Record
from docctl.models.requests import ChangeRequest
from docctl.models.retention import DisposalList
from docctl.queries.object_locks import asked_of, lock_problem
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

T = TypeVar("T")

#: Gives a session on one state.
Reading = Callable[[], AbstractContextManager[Session]]

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


class Comparison:
    """A comparison of all stored files with their rows, in steps (T-3).

    Every file is read again and compared with its row, and with what the store itself noted. Its lock and
    hold are compared as well (R-4, R-5), and what lies in the store beside objects is named. No step keeps
    the database waiting for the store: it may take days, while files come and go.
    """

    def __init__(
        self, read: Reading, store: ObjectStore, *, clock: Callable[[], datetime], zone: tzinfo
    ) -> None:
        """Begin with nothing compared; `read` gives sessions, `zone` is the company's."""
        self._read, self._store, self._clock, self._zone = read, store, clock, zone
        self._checked = self._plain = 0
        self._problems: list[ObjectProblem] = []
        self._without: list[Listed] = []
        self._strays: list[Stray] = []

    def steps(self) -> Iterator[None]:
        """Compare; each step is one file, or one page of what lies in the store.

        Raise StoreUnavailable where the store does not answer.
        """
        for row in _rows(self._read):
            self._checked += 1
            self._plain += row.sha256 == row.stored_sha256
            if problem := self._problem(row):
                self._problems.append(problem)
            yield
        left: list[Listed] = []
        for some in batched(self._store.list(Area.RECORDS)):
            self._without += self._nameless(some)
            yield
        for area in Area:
            for found in batched(self._store.strays(area)):
                self._strays += found
                yield
        # What was coming in when its page was listed has its row by now, what was going is gone.
        for some in batched(self._without):
            left += [one for one in self._nameless(some) if self._is_there(one)]
            yield
        self._without = left

    def report(self) -> ObjectReport:
        """Return what was found; whole once all steps are done."""
        return ObjectReport(
            self._checked,
            tuple(self._problems),
            tuple(str(one.key) for one in self._without),
            tuple(self._strays),
            self._plain,
        )

    def _problem(self, row: ItemFile) -> ObjectProblem | None:
        at = self._clock()
        found = file_problem(row, self._store) or _content_problem(row, self._store)
        with self._read() as session:
            if is_going(session, row):  # its bytes and key went while they were compared
                return None
            asked = asked_of(session, row, at=at, zone=self._zone)
        if not (found := found or lock_problem(asked, row, self._store, at=at)):
            return None
        with self._read() as session:
            kind, number, label = _owner(session, row)
        return ObjectProblem(found, kind, number, label, row.name, row.object_key)

    def _is_there(self, one: Listed) -> bool:
        try:
            self._store.stat(one.key, one.version)
        except ObjectMissing:
            return False
        except Damaged:  # what is wrong with it is no question here
            pass
        return True

    def _nameless(self, listed: Sequence[Listed]) -> list[Listed]:
        keys = {str(one.key) for one in listed if one.key.kind not in KEPT_KINDS}
        with self._read() as session:
            named = set(session.scalars(select(ItemFile.object_key).where(ItemFile.object_key.in_(keys))))
        return [one for one in listed if str(one.key) in keys - named]


def check_objects(
    read: Reading, store: ObjectStore, *, clock: Callable[[], datetime], zone: tzinfo
) -> ObjectReport:
    """Compare all stored files with their rows in one go (T-3)."""
    comparison = Comparison(read, store, clock=clock, zone=zone)
    for _ in comparison.steps():
        pass
    return comparison.report()


def batched(found: Iterable[T]) -> Iterator[list[T]]:
    """Yield what is found by the batch, so that each batch asks the database once."""
    each = iter(found)
    while some := list(islice(each, _BATCH)):
        yield some


def is_going(session: Session, row: ItemFile) -> bool:
    """Say whether a file is being destroyed, was, or has no row any more (R-7)."""
    now = session.get(ItemFile, row.id)
    if now is None or now.destroyed_at is not None:
        return True
    record = session.get(Record, row.owner_id) if row.owner_kind is OwnerKind.RECORD else None
    return record is not None and record.destroying_since is not None


def _rows(read: Reading) -> Iterator[ItemFile]:
    last = UUID(int=0)
    while True:
        with read() as session:
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
    if row.owner_kind in {OwnerKind.REVISION, OwnerKind.EXTERNAL_SIGNATURE}:
        signature = session.get(ExternalSignature, row.owner_id)
        revision = session.get(Revision, signature.revision_id if signature else row.owner_id)
        document = session.get(Document, revision.document_id) if revision else None
        return "document", document.number if document else "", revision.label if revision else ""
    if row.owner_kind is OwnerKind.RECORD:
        record = session.get(Record, row.owner_id)
        return "record", record.number if record else "", ""
    if row.owner_kind is OwnerKind.CHANGE_REQUEST:
        request = session.get(ChangeRequest, row.owner_id)
        return "change_request", request.number if request else "", ""
    found = session.get(DisposalList, row.owner_id)
    return "disposal_list", found.certificate_number if found else "", ""
