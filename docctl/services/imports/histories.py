"""Which files of a run are one document's revisions, kept true while people check them (I-1, V-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, load_only

from docctl.domain.import_plan import HISTORY_CODES, PlanFile, histories, series_of_files
from docctl.domain.imports import Choice, FileState, InSeries
from docctl.models.imports import ImportFile, without_text
from docctl.services.imports.contents import Contents
from docctl.services.imports.entities import Entities
from docctl.services.imports.grouping import in_pieces, is_behind, regroup, shared_groups
from docctl.services.imports.propose import day
from docctl.services.locks import Rank, lock

#: What decides which document a file belongs to, and its place there.
DECIDING: Final = frozenset({"number", "title", "label", "effective", "unit_id", "document_id", "choice"})

#: The series of a file and the notes on its history.
_Place = tuple[str, list[dict[str, Any]]]


def group_all(session: Session, run_id: UUID, contents: Contents) -> None:
    """Give the files of a run their groups where they were read before there were any; else do nothing.

    Raises RuleRefused where nobody can read any more what is chosen.
    """
    if not is_behind(session, run_id, has_key=contents.has_key):
        return
    read = (ImportFile.run_id == run_id, ImportFile.state == FileState.READ)
    for some in in_pieces(session.scalars(select(ImportFile.id).where(*read)).all()):
        query = select(ImportFile).where(ImportFile.id.in_(some)).options(load_only(ImportFile.sealed_chosen))
        rows = session.scalars(query).all()
        regroup(session, {row.id: contents.group(contents.read(row, "chosen").chosen) for row in rows})


def follow_changes(
    session: Session,
    run_id: UUID,
    changes: Iterable[Sequence[Any]],
    groups: Iterable[str | None],
    contents: Contents,
) -> None:
    """Find the histories anew that changes of what decides them can have altered; the run is locked (I-1).

    `groups` of the changed files before. No other file is touched: those that share neither an old group nor
    a new one stay as they are. A file that is left out, or joins a document that is there, is no revision of
    another file's.
    """
    changed = {UUID(one[0]) for one in changes if one[1] in DECIDING}
    if not changed:
        return
    session.flush()  # what was just changed counts
    wanted = set(shared_groups(groups))
    for some in in_pieces(changed):
        wanted |= set(
            shared_groups(session.scalars(select(ImportFile.group_key).where(ImportFile.id.in_(some))))
        )
    ids = _touched(session, run_id, ImportFile.id, changed) | _touched(
        session, run_id, ImportFile.group_key, wanted
    )
    rows = _locked(session, ids)
    entities = Entities.of_run(session, run_id)
    files = [
        _plan_file(row, contents.read(row, "chosen").chosen, entities)
        for row in sorted(rows, key=lambda one: one.ordinal)
        if row.choice is not Choice.LEAVE_OUT and shared_groups([row.group_key])
    ]
    series = series_of_files(files)
    notes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for note in histories(files):
        notes[note.key].append(note.as_json())
    places = {UUID(one.key): (series.get(one.key, ""), notes.get(one.key, [])) for one in files}
    for row in rows:
        _keep(row, places.get(row.id, ("", [])), contents)


def _touched(session: Session, run_id: UUID, column: Any, values: Iterable[Any]) -> set[UUID]:
    found: set[UUID] = set()
    for some in in_pieces(values):
        here: tuple[ColumnElement[bool], ...] = (ImportFile.run_id == run_id, column.in_(some))
        found.update(session.scalars(select(ImportFile.id).where(*here, ImportFile.state == FileState.READ)))
    return found


def _locked(session: Session, ids: Iterable[UUID]) -> list[ImportFile]:
    rows: list[ImportFile] = []
    for some in in_pieces(sorted(ids)):
        query = select(ImportFile).where(ImportFile.id.in_(some)).order_by(ImportFile.id)
        rows += lock(session, Rank.ITEMS, query.options(without_text()))
    return rows


def _plan_file(row: ImportFile, chosen: Mapping[str, Any], entities: Entities) -> PlanFile:
    key, label = str(row.id), str(chosen.get("label", ""))
    return PlanFile(
        key=key,
        path=row.path,
        sha256=key if row.piece_of else row.sha256,  # pieces of one file are no copies of each other
        number=str(chosen.get("number", "")),
        title=str(chosen.get("title", "")),
        label=label,
        series=InSeries(key, label, day(chosen.get("effective"))),
        entity=str(entities.of(chosen)),
    )


def _keep(row: ImportFile, place: _Place, contents: Contents) -> None:
    """Write series, place and notes of a file where they differ from what stands there."""
    series, found = place
    at = next((one["params"]["place"] for one in found if one["code"] == "history"), 0)
    before = contents.read(row, "notes").notes
    others = [dict(one) for one in before if one["code"] not in HISTORY_CODES]
    if (row.series, row.place) != (series, at):
        row.series, row.place = series, at
    if [*others, *found] != [dict(one) for one in before]:
        contents.keep(row, notes=[*others, *found])


__all__ = ["DECIDING", "follow_changes", "group_all"]
