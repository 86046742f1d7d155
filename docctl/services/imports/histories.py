"""Which files of a run are one document's revisions, kept true while people check them (I-1, V-2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from docctl.domain.import_plan import HISTORY_CODES, PlanFile, histories, series_of_files
from docctl.domain.imports import Choice, FileState, InSeries
from docctl.models.imports import ImportFile, without_text
from docctl.services.imports.contents import Contents
from docctl.services.imports.propose import day
from docctl.services.locks import Rank, lock

#: What decides which document a file belongs to, and its place there.
DECIDING: Final = frozenset({"number", "title", "label", "effective", "document_id", "choice"})

#: The series of a file and the notes on its history.
_Place = tuple[str, list[dict[str, Any]]]


def follow_changes(
    session: Session, run_id: UUID, changes: Iterable[Sequence[Any]], contents: Contents
) -> None:
    """Find the histories anew after changes of what decides them; the run is locked (I-1).

    A file that is left out, or joins a document that is there, is no revision of another file's.
    """
    if not any(one[1] in DECIDING for one in changes):
        return
    session.flush()  # what was just changed counts
    files = _files(session, run_id, contents)
    series = series_of_files(files)
    notes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for note in histories(files):
        notes[note.key].append(note.as_json())
    wanted = {UUID(one.key): (series.get(one.key, ""), notes.get(one.key, [])) for one in files}
    _keep(session, run_id, wanted, contents)


def _files(session: Session, run_id: UUID, contents: Contents) -> list[PlanFile]:
    query = (
        select(ImportFile)
        .where(
            ImportFile.run_id == run_id,
            ImportFile.state == FileState.READ,
            ImportFile.choice != Choice.LEAVE_OUT,
        )
        .order_by(ImportFile.ordinal)
        .options(load_only(ImportFile.path, ImportFile.sha256, ImportFile.sealed_chosen, ImportFile.piece_of))
        .execution_options(yield_per=500)
    )
    files = []
    with session.execute(query) as found:
        for row in found.scalars():
            chosen = contents.read(row, "chosen").chosen
            if not chosen.get("document_id"):
                files.append(_plan_file(row, chosen))
    return files


def _plan_file(row: ImportFile, chosen: Mapping[str, Any]) -> PlanFile:
    key, label = str(row.id), str(chosen.get("label", ""))
    return PlanFile(
        key=key,
        path=row.path,
        sha256=key if row.piece_of else row.sha256,  # pieces of one file are no copies of each other
        number=str(chosen.get("number", "")),
        title=str(chosen.get("title", "")),
        label=label,
        series=InSeries(key, label, day(chosen.get("effective"))),
    )


def _keep(session: Session, run_id: UUID, wanted: Mapping[UUID, _Place], contents: Contents) -> None:
    """Write series, place and notes of the files for which they differ from what stands there."""
    had = session.execute(
        select(ImportFile.id, ImportFile.series).where(
            ImportFile.run_id == run_id, ImportFile.state == FileState.READ
        )
    )
    touched = {file_id for file_id, series in had if series or wanted.get(file_id, ("", []))[0]}
    query = select(ImportFile).where(ImportFile.id.in_(touched)).order_by(ImportFile.id)
    for row in lock(session, Rank.ITEMS, query.options(without_text())):
        series, found = wanted.get(row.id, ("", []))
        place = next((one["params"]["place"] for one in found if one["code"] == "history"), 0)
        before = contents.read(row, "notes").notes
        others = [dict(one) for one in before if one["code"] not in HISTORY_CODES]
        if (row.series, row.place) != (series, place):
            row.series, row.place = series, place
        if [*others, *found] != [dict(one) for one in before]:
            contents.keep(row, notes=[*others, *found])


__all__ = ["DECIDING", "follow_changes"]
