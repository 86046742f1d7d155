"""What an import would do, without a trace of it: nothing is written, no number taken (I-1)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from docctl.domain.canonical import plain
from docctl.domain.import_plan import Note, PlanFile, alike_notes, compare, compare_sketches
from docctl.domain.imports import BATCH, Choice, Outcome, may_stand_in_force
from docctl.domain.verdicts import Refused
from docctl.jobs.imports.reading import ToRead, read_files
from docctl.jobs.imports.work import take
from docctl.models.base import new_id
from docctl.queries.import_there import plan_file, there
from docctl.queries.imports import Line
from docctl.reading.sources import Source
from docctl.services.house import House
from docctl.services.imports.copies import Copies
from docctl.services.imports.entities import Entities
from docctl.services.imports.folder import RunFolder
from docctl.services.imports.note import ReadFile
from docctl.services.imports.propose import units_by_name, wanted
from docctl.services.imports.sketches import SketchFile


@dataclass
class _Seen:
    """What is kept of a file once it was read: no text, no bytes."""

    path: str
    sha256: str = ""
    read: ReadFile | None = None
    rule: str = ""
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)


def rehearse(
    house: House,
    sources: Iterable[Source],
    unit_id: UUID | None = None,
    *,
    tell: Callable[[int], None] = lambda _done: None,
) -> list[Line]:
    """Return the report line that each file would get now; `tell` hears how many are read.

    `unit_id` is where files go that name no unit. Raises RuleRefused O-4 where it is not known and there are
    several legal entities: each has its own numbers.
    """
    with house.uow.read() as session:
        entities = Entities.beside(session, unit_id)
        units = units_by_name(session, entities.default)
    seen: dict[UUID, _Seen] = {}
    for some in _batches(sources):
        seen.update(_read(house, some, units))
        tell(len(seen))
    files: list[PlanFile] = []
    with SketchFile(house.scratch) as sketches:
        for key, one in seen.items():
            if one.read is not None and not one.read.problem:
                sketches.add(len(files), one.read.facts.get("sketch", ()))
                files.append(plan_file(str(key), one.path, one.sha256, dict(one.read.chosen), entities))
        alike, places = compare_sketches(files, sketches, sketches.places), sketches.places
    with house.uow.read() as session:
        notes = compare(files, there(session, files))
    notes += alike_notes(files, alike, places, range(len(places)))
    return list(_lines(house, seen, notes))


def _batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    rest = iter(sources)
    while some := list(islice(rest, BATCH)):
        yield some


def _read(house: House, sources: list[Source], units: dict[str, UUID]) -> dict[UUID, _Seen]:
    seen: dict[UUID, _Seen] = {}
    with tempfile.TemporaryDirectory(prefix="rehearse-", dir=house.scratch) as made:
        copies = Copies(new_id(), RunFolder(Path(made)), None, house.scratch)
        taken = [take(source, copies, limit=house.staging.limit) for source in sources]
        for one in taken:
            seen[one.id] = _Seen(one.path, one.sha256, None, "I-1", one.problem, one.params)
        copied = [ToRead(one.id, copies, one.path) for one in taken if not one.problem]
        for read in read_files(house, copied, units):
            seen[read.file_id].read = _without_text(read)
    return seen


def _without_text(read: ReadFile) -> ReadFile:
    return replace(read, text="")


def _lines(house: House, seen: dict[UUID, _Seen], notes: list[Note]) -> Iterator[Line]:
    by_file: dict[str, list[Note]] = {}
    for note in notes:
        by_file.setdefault(note.key, []).append(note)
    for key, one in seen.items():
        yield _line(house, one, by_file.get(str(key), []))


def _line(house: House, one: _Seen, notes: list[Note]) -> Line:
    read = one.read
    if read is None:
        return Line(one.path, Outcome.SKIPPED.value, one.rule, one.code, one.params, {}, {}, ())
    if read.problem:
        return Line(one.path, Outcome.FAILED.value, "upload", read.problem, read.params, {}, {}, ())
    told = tuple(note.as_json() for note in notes)
    outcome, rule, code, params = Outcome.IN_FORCE, "", "", {}
    verdict = may_stand_in_force(wanted(read.chosen, read.facts, Choice.IMPORT), today=house.today())
    if copy_of := next((note for note in notes if note.leaves_out), None):
        outcome, rule, code, params = Outcome.DUPLICATE, copy_of.rule, copy_of.code, copy_of.params
    elif clash := next((note for note in notes if note.rule in {"N-6", "V-1", "V-3"}), None):
        outcome, rule, code, params = Outcome.FAILED, clash.rule, clash.code, clash.params
    elif isinstance(verdict, Refused):
        outcome, rule, code, params = Outcome.NEW, verdict.rule, verdict.code, plain(verdict.params)
    return Line(one.path, outcome.value, rule, code, plain(params), dict(read.chosen), dict(read.facts), told)
