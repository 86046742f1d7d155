"""The worker's part of imports, on the host where the files lie; each step may be repeated (I-1).

A run goes on where it stood after a stop: what was read or imported is in its row.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from docctl.domain.import_plan import Note, alike_notes, compare, compare_sketches, series_of_files
from docctl.domain.imports import BATCH, FileState, RunState
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.imports.at_work import at_work
from docctl.jobs.imports.commit import import_some
from docctl.jobs.imports.folders import clear_ended
from docctl.jobs.imports.reading import ToRead, read_files
from docctl.jobs.imports.run_keys import destroy_ended_keys
from docctl.jobs.imports.uploaded import uploaded
from docctl.models.base import new_id
from docctl.models.imports import ImportFile, ImportRun, RunSource
from docctl.queries.import_there import plan_files, there
from docctl.reading.errors import ReadingFailed
from docctl.reading.sources import Source, SourceChanged, copy
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.imports.commit import CancelImport, cancel_import
from docctl.services.imports.copies import Copies, opened_later
from docctl.services.imports.entities import Entities
from docctl.services.imports.note import NoteComparison, NoteRead, ReadFile, note_comparison, note_read
from docctl.services.imports.propose import units_by_name
from docctl.services.imports.room import require_room
from docctl.services.imports.sketches import SketchFile
from docctl.services.imports.start import TakeIn, Taken, take_in
from storage.errors import Damaged, StorageError

log = logging.getLogger(__name__)

#: How long one round works on imports before others have their turn, in seconds.
SLICE: Final = 2.0
#: How the files of a run compare is noted for so many at once.
COMPARED: Final = 250
#: Whoever starts a run begins to bring its files within this time.
_TO_BEGIN: Final = timedelta(minutes=10)
_ACTIVE: Final = (RunState.RECEIVING, RunState.READING, RunState.IMPORTING)


def work_imports(house: House, *, seconds: float = SLICE) -> bool:
    """Go on with the runs of this host for about so long; say whether there was anything to do."""
    until = time.monotonic() + seconds
    busy = False
    clear_ended(house)
    destroy_ended_keys(house)
    if not (active := _active(house)):
        return False
    with at_work(house):
        for run_id, state in active:
            try:
                while time.monotonic() < until and step(house, run_id, state):
                    busy = True
            except RuleRefused as error:  # the store or the disk is away: it goes on later
                log.warning("an import waits: %s", error.refused.key, extra={"run": str(run_id)})
            except Exception:  # one run that cannot go on harms no other
                log.exception("an import cannot go on", extra={"run": str(run_id)})
            if time.monotonic() >= until:
                break
    return busy


def step(house: House, run_id: UUID, state: RunState) -> bool:
    """Do one step of a run; say whether another one follows."""
    if state is RunState.RECEIVING:
        return _receive(house, run_id)
    if state is RunState.READING:
        return _read_some(house, run_id)
    return import_some(house, run_id)


def receive(house: House, run_id: UUID, sources: Iterable[Source], *, is_last: bool = True) -> int:
    """Copy files into the folder of a run and note them in batches; return how many there are (I-1).

    Waits for another process of this host that does so, and then has nothing left to do. Raises RuleRefused
    where the disk cannot take them.
    """
    copies = Copies.of(house, run_id)
    with copies.folder.alone(), at_work(house):
        return _received(house, run_id, copies, sources, is_last=is_last)


def _received(
    house: House, run_id: UUID, copies: Copies, sources: Iterable[Source], *, is_last: bool = True
) -> int:
    with house.uow.read() as session:
        if session.get_one(ImportRun, run_id).state is not RunState.RECEIVING:
            return 0
    known = _known_paths(house, run_id)
    some: list[Taken] = []
    total = 0
    for source in sources:
        if known[source.path] > 0:  # noted before a stop; archives may hold one path twice
            known[source.path] -= 1
            continue
        some.append(take(source, copies, limit=house.staging.limit))
        if len(some) >= BATCH:
            total = take_in(TakeIn(run_id, some), by=the_system(house.clock()), house=house)
            some = []
    return take_in(TakeIn(run_id, some, is_last=is_last), by=the_system(house.clock()), house=house) or total


def _receive(house: House, run_id: UUID) -> bool:
    """Take uploaded archives apart; single files are taken as they are.

    Without uploads somebody else brings the files. One who died has told of some of them only: such a run is
    given up, for what is missing has no line. Not one of a watched folder: its files lie aside and wait too.
    """
    copies = Copies.of(house, run_id)
    folder = copies.folder
    if not folder.has_uploads() and not _should_have_begun(house, run_id):
        return False
    with folder.alone(waits=False) as is_alone:
        if is_alone and folder.has_uploads():
            with opened_later():
                require_room(house, folder.uploads(), run_id, opened=copies.unnamed)
                _received(house, run_id, copies, uploaded(copies))
            folder.drop_uploads()
        elif is_alone and _should_have_begun(house, run_id):
            log.warning("whoever brought the files of an import is gone", extra={"run": str(run_id)})
            cancel_import(CancelImport(run_id), by=the_system(house.clock()), house=house)
    return False


def _should_have_begun(house: House, run_id: UUID) -> bool:
    with house.uow.read() as session:
        run = session.get_one(ImportRun, run_id)
        is_late = run.started_at < house.clock() - _TO_BEGIN
        return run.state is RunState.RECEIVING and run.source is not RunSource.WATCHED and is_late


def take(source: Source, copies: Copies, *, limit: int) -> Taken:
    """Copy one file, or say why not. Raises RuleRefused where our own disk cannot take it."""
    file_id = new_id()
    if source.problem:
        return Taken(file_id, source.path, source.size, "", source.problem)
    try:
        copied = copy(source, copies.folder.file(file_id), limit=limit, writing=copies.writing)
    except SourceChanged:
        return Taken(file_id, source.path, source.size, "", "changed_while_read")
    except ReadingFailed as failed:
        params = {"limit_mb": limit >> 20} if failed.code == "too_large" else {}
        return Taken(file_id, source.path, source.size, "", failed.code, params)
    except OSError as error:  # our own disk: it says nothing about the file
        raise RuleRefused(Refused("request", "disk_full")) from error
    except Damaged:
        return Taken(file_id, source.path, source.size, "", "file_unreadable")
    except StorageError as error:  # nor does the key store
        raise RuleRefused(Refused("request", "disk_failed")) from error
    return Taken(file_id, source.path, copied.size, copied.sha256)


def _known_paths(house: House, run_id: UUID) -> Counter[str]:
    with house.uow.read() as session:
        return Counter(session.scalars(select(ImportFile.path).where(ImportFile.run_id == run_id)))


def _read_some(house: House, run_id: UUID) -> bool:
    """Read the next batch; where none is left, compare all and let people check."""
    copies = Copies.of(house, run_id)
    with house.uow.read() as session:
        waiting = session.execute(
            select(ImportFile.id, ImportFile.path)
            .where(ImportFile.run_id == run_id, ImportFile.state == FileState.WAITING)
            .order_by(ImportFile.place, ImportFile.ordinal)  # none has a place yet: as the index lies
            .limit(BATCH)
        ).all()
        units = units_by_name(session, Entities.of_run(session, run_id).default)
    if not waiting:
        compare_run(house, run_id)
        return False
    some = [ToRead(file_id, copies, path) for file_id, path in waiting]
    read: list[ReadFile] = []
    try:
        for one in read_files(house, some, units):
            read.append(one)  # noqa: PERF402  # what was read before a stop is noted
    finally:
        if read:
            note_read(NoteRead(run_id, read), by=the_system(house.clock()), house=house)
    return True


def compare_run(house: House, run_id: UUID) -> None:
    """Compare the files of a run with each other and with what is there; after a stop, anew (I-1, I-4)."""
    with SketchFile(house.scratch) as sketches:
        with house.uow.read() as session:
            files = plan_files(session, run_id, sketches)
            known = there(session, files)
        alike, places = compare_sketches(files, sketches, sketches.places), sketches.places
    by_file: dict[str, list[Note]] = defaultdict(list)
    for note in compare(files, known):
        by_file[note.key].append(note)
    series = series_of_files(files)
    for first in range(0, len(files) or 1, COMPARED):
        some = files[first : first + COMPARED]
        sketched = range(bisect_left(places, first), bisect_left(places, first + COMPARED))
        notes = {UUID(one.key): [note.as_json() for note in by_file.get(one.key, ())] for one in some}
        for note in alike_notes(files, alike, places, sketched):
            notes[UUID(note.key)].append(note.as_json())
        cmd = NoteComparison(
            run_id,
            notes,
            {UUID(one.key): series.get(one.key, "") for one in some},
            is_last=first + COMPARED >= len(files),
        )
        note_comparison(cmd, by=the_system(house.clock()), house=house)


def _active(house: House) -> list[tuple[UUID, RunState]]:
    with house.uow.read() as session:
        rows = session.execute(
            select(ImportRun.id, ImportRun.state)
            .where(ImportRun.state.in_(_ACTIVE), ImportRun.host == house.here.host)
            .order_by(ImportRun.started_at)
        )
        return [(run_id, state) for run_id, state in rows]
