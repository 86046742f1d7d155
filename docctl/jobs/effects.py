"""The outside effects themselves: reading a file, locking and holding objects, removing orphans."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from docctl.domain.retention import GRACE, ROLLING, SHORT_LOCK, lock_until
from docctl.domain.verdicts import RuleRefused
from docctl.models.content import READ, ItemFile
from docctl.models.records import Record
from docctl.queries.epochs import waits
from docctl.reading import ReadingFailed, reading_steps
from docctl.reading.errors import OURS
from docctl.reading.outlines import outline_or_none
from docctl.services.caller import the_system
from docctl.services.content.sound import opener
from docctl.services.content.texts import Texts
from docctl.services.files import files_of
from docctl.services.house import House
from docctl.services.jobs import due
from docctl.services.readings import NoteReading, is_of_document, note_reading
from docctl.services.records.load import holds_on
from storage.api import Key, KeyDestroyed, RetentionActive, RetentionShortened


class Postponed(Exception):
    """An effect that cannot be had before an instant: no failure, it is only too early."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def read_upload(house: House, payload: Mapping[str, Any]) -> Iterator[None]:
    """Read the text of a file in child processes and note it, step by step; a hostile file ends as a problem.

    A file that is not what its row says is read by nobody: it is noted, and read once it is sound (T-3).
    Where its key is missing it is tried again; where that was destroyed there is nothing to read (R-7). So
    there is in files whose text nobody asks for: evidence, certificates, what is beside a request.
    """
    with house.uow.read() as session:
        row = session.get(ItemFile, UUID(payload["file_id"]))
    if row is None or row.destroyed_at is not None or row.owner_kind not in READ:
        return
    with tempfile.TemporaryDirectory(prefix="read-", dir=house.scratch) as folder:
        path = Path(folder) / "file"
        try:
            with opener(house, row)() as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
        except RuleRefused as error:
            if error.refused.rule == "T-3" and not _may_come_back(error):
                return
            raise
        found = yield from reading_steps(house.pool, path, row.name)
        if found.problem in OURS:  # says nothing about the file: try again
            raise ReadingFailed(found.problem)
        told = None
        if is_of_document(row):
            told = outline_or_none(
                house.pool, Path(folder), found.text, found.html, parts=found.parts, pages=found.pages
            )
    html, outline = (told.html, told.as_json()) if told else (found.html, None)
    try:
        kept = Texts(house.keys).kept(row.owner_id, row.id, found.text, html, outline)
    except KeyDestroyed:
        return
    note_reading(
        NoteReading(row.id, kept, tuple(found.pages), found.problem),
        by=the_system(house.clock()),
        house=house,
    )


def _may_come_back(error: RuleRefused) -> bool:
    """Say whether a file is sound and only its key is away: unlike a destroyed one, it can be restored."""
    return error.refused.code == "no_key" and not isinstance(error.__cause__, KeyDestroyed)


def lock_objects(house: House, payload: Mapping[str, Any]) -> None:
    """Bring the store's locks and holds of an item to what its row says (R-4, R-5).

    A record is locked to the end of its last day; without a date, and for issued revisions, the lock
    rolls on. In the filing grace the lock is short, so that a wrong filing can still go (F-17). A lock is
    never shortened.
    """
    until: datetime | None
    with house.uow.read() as session:
        if "record_id" in payload:
            owner = UUID(payload["record_id"])
            kept = session.get_one(Record, owner)
            if kept.destroying_since is not None or kept.voided_at is not None:
                return
            until = lock_until(kept.keep_until, house.zone) if kept.keep_until else None
            if kept.accepted_at is None and house.clock() < kept.filed_at + GRACE:
                until = kept.filed_at + SHORT_LOCK
            on: bool | None = holds_on(session, owner) > 0
        else:
            owner, until, on = UUID(payload["revision_id"]), None, None
        files = files_of(session, owner)
    now = house.clock()
    _lock(house, files, until=until or now + ROLLING, held=on)
    if until is None:  # only now: a renewal that failed stays due, and is not put off by a year
        house.uow.write(
            lambda session: due(session, _renewal(payload), subject_id=owner, at=now + ROLLING / 2)
        )


def _renewal(payload: Mapping[str, Any]) -> str:
    return "lock.record" if "record_id" in payload else "lock.revision"


def _lock(house: House, files: Sequence[ItemFile], *, until: datetime, held: bool | None) -> None:
    for one in files:
        key = Key.parse(one.object_key)
        with contextlib.suppress(RetentionShortened):  # what is locked longer stays so
            house.objects.retain(key, one.object_version, until=until)
        if held is not None:
            house.objects.hold(key, one.object_version, on=held)


def destroy_object(house: House, payload: Mapping[str, Any]) -> None:
    """Remove an object that no row names any more: a file replaced in a draft.

    Raises Postponed while the store still locks what has just come in (R-4).
    """
    key = str(payload["key"])
    with house.uow.read() as session:
        if session.scalar(select(ItemFile.id).where(ItemFile.object_key == key)) is not None:
            return
        if waits(session):  # an older state may want gone what a lost one had put to use
            raise Postponed(house.clock() + timedelta(minutes=5))
    try:
        house.objects.destroy(Key.parse(key))
    except RetentionActive as error:  # the default lock of a bucket
        raise Postponed(error.until) from error
