"""What people change while checking a run: values, choices, what they looked at; all can be undone (I-1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.imports import Choice, FileState, RunAction, may_move_run
from docctl.domain.permissions import Facts, allows, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.documents import Document, DocumentType
from docctl.models.imports import ImportChange, ImportFile, ImportRun, without_text
from docctl.models.organisation import Unit
from docctl.models.retention import RetentionClassRow
from docctl.queries.revision_states import readable_document
from docctl.services.caller import Caller
from docctl.services.documents.make import require_owner
from docctl.services.imports.changed import changed_since
from docctl.services.imports.contents import Contents
from docctl.services.imports.entities import Entities
from docctl.services.imports.grouping import in_pieces
from docctl.services.imports.histories import follow_changes, group_all
from docctl.services.imports.joining import AsChosen, by_number, documents_units, placed, revisions_of
from docctl.services.imports.propose import EXTERNAL, FIELDS, day
from docctl.services.imports.runs import lock_run
from docctl.services.locks import Rank, lock
from docctl.services.records.classes import require_choosable
from docctl.services.registry import use_case

#: Fields that name a row, and of which kind.
_ROWS: Final = {
    "unit_id": Unit,
    "type_id": DocumentType,
    "class_id": RetentionClassRow,
    "document_id": Document,
}
_DAYS: Final = frozenset({"effective", "issued"})
_LONGEST: Final = {
    "number": 100,
    "title": 500,
    "label": 40,
    "distribution": 40,
    "issuer": 200,
    "issuer_number": 200,
}
_WORDS: Final = {"controlled": {"yes", "no"}, "origin": {EXTERNAL}}
_CHOICE, _CHECKED = "choice", "checked"


@dataclass(frozen=True, slots=True)
class ChangeImport:
    """New values for files of a run; all files get the same. `choice` and `is_checked` as they shall be.

    A value of "" clears a field. `files` in any order. `joins_by_number`: each becomes a revision of the
    document of its entity that has its number; files without one, or that cannot, stay as they are.
    `row_version`: of the one file as it was shown; None overwrites whatever stands there.
    """

    run_id: UUID
    files: Sequence[UUID]
    values: Mapping[str, Any] = field(default_factory=dict)
    choice: str = ""
    is_checked: bool | None = None
    joins_by_number: bool = False
    row_version: int | None = None


@use_case("document.import")
def change_import(session: Session, cmd: ChangeImport, by: Caller) -> int:
    """Change what files go in with; return how many differ now (I-1).

    Raises RuleRefused where a value cannot be read, or somebody else has changed the file since it was shown;
    then nothing has changed.
    """
    run = _open_run(session, cmd.run_id, by)
    values = {name: _read(session, name, value) for name, value in cmd.values.items()}
    choice = _choice(cmd.choice)
    changes: list[list[Any]] = []
    contents = Contents(session, run.id)
    group_all(session, run.id, contents)
    rows = _files(session, run, cmd.files)
    groups = {row.group_key for row in rows}
    if cmd.row_version is not None and any(row.row_version != cmd.row_version for row in rows):
        raise RuleRefused(changed_since(session, run.id, rows[0].id, contents))
    for row in rows:
        _set(row, values, contents, changes)
        if choice is not None and row.choice is not choice:
            changes.append([str(row.id), _CHOICE, row.choice.value, choice.value])
            row.choice = choice
        if cmd.is_checked is not None and cmd.is_checked != (row.checked_at is not None):
            changes.append([str(row.id), _CHECKED, row.checked_at is not None, cmd.is_checked])
            _check(row, by, is_checked=cmd.is_checked)
    if any(one[1] == "class_id" and one[3] for one in changes):  # what was chosen before stays
        require_choosable(session, UUID(values["class_id"]), by.at)
    if cmd.joins_by_number:
        _join_by_number(session, run, rows, contents, by, changes)
    elif values.get("document_id"):
        chosen_now = {UUID(one[0]) for one in changes if one[1] == "document_id"}
        _require_places(session, _opened(rows, contents), chosen_now, by)
    follow_changes(session, run.id, changes, groups, contents)
    if changes:
        change = ImportChange(id=new_id(), run_id=run.id, by=by.person_id, at=by.at)
        contents.keep_changes(change, changes)
        session.add(change)
    return len({one[0] for one in changes})


def _opened(rows: Sequence[ImportFile], contents: Contents) -> list[AsChosen]:
    return [AsChosen.of(row, contents.read(row, "chosen", "facts")) for row in rows]


def _join_by_number(
    session: Session,
    run: ImportRun,
    rows: Sequence[ImportFile],
    contents: Contents,
    by: Caller,
    changes: list[list[Any]],
) -> None:
    files = _opened(rows, contents)
    found = by_number(session, files, Entities.beside(session, run.unit_id))
    units = documents_units(session, found.values())
    there = revisions_of(session, found.values())
    for row, file in zip(rows, files, strict=True):
        document_id = found.get(row.id)
        if document_id is None or not allows(by.actor, "document.import", Facts(unit_id=units[document_id])):
            continue
        goes = placed(file.joining(document_id), there.get(document_id, ()), today=by.today, zone=by.zone)
        if not isinstance(goes, Refused):
            _set(row, {"document_id": str(document_id)}, contents, changes)


def _require_places(
    session: Session, files: Sequence[AsChosen], chosen_now: Collection[UUID], by: Caller
) -> None:
    """Raise RuleRefused where the document chosen for a file cannot take it as a revision (I-4).

    What somebody else chose stays, also where this person may not see it: the import decides then (X-3).
    """
    joining = [
        (one, one.document_id)
        for one in files
        if one.document_id is not None and one.choice is not Choice.LEAVE_OUT
    ]
    wanted = {document_id for _, document_id in joining}
    seen: set[UUID] = set()
    for some in in_pieces(wanted):
        readable = select(Document.id).where(Document.id.in_(some), readable_document(by.actor, by.at))
        seen.update(session.scalars(readable))
    units = documents_units(session, wanted)
    there = revisions_of(session, wanted)
    for file, document_id in joining:
        if file.id in chosen_now:
            if document_id not in seen:
                raise NotFound("document_id")
            authorise(by.actor, "document.import", Facts(unit_id=units[document_id]))
        elif document_id not in seen:
            continue
        goes = placed(file, there.get(document_id, ()), today=by.today, zone=by.zone)
        if isinstance(goes, Refused):
            raise RuleRefused(goes)


@dataclass(frozen=True, slots=True)
class UndoImportChange:
    """Take back the last change that this person made in a run and has not taken back."""

    run_id: UUID


@use_case("document.import")
def undo_import_change(session: Session, cmd: UndoImportChange, by: Caller) -> str:
    """Undo one's last change; return the id of the first file it was about (I-1)."""
    run = _open_run(session, cmd.run_id, by)
    last = session.scalars(
        select(ImportChange)
        .where(
            ImportChange.run_id == run.id,
            ImportChange.by == by.person_id,
            ImportChange.undone_at.is_(None),
        )
        .order_by(ImportChange.at.desc(), ImportChange.id.desc())
        .limit(1)
    ).first()
    contents = Contents(session, run.id)
    changes = contents.changes(last) if last is not None else []
    if last is None or not changes:
        raise RuleRefused(Refused("I-1", "nothing_to_undo"))
    group_all(session, run.id, contents)
    rows = {str(row.id): row for row in _files(session, run, {UUID(one[0]) for one in changes})}
    groups = {row.group_key for row in rows.values()}
    for file_id, name, old, new in reversed(changes):
        row = rows[file_id]
        chosen = contents.read(row, "chosen").chosen
        if _now(row, chosen, name) != new:
            continue  # somebody has changed it since: theirs stays
        if name == _CHOICE:
            row.choice = Choice(old)
        elif name == _CHECKED:
            _check(row, by, is_checked=bool(old))
        else:
            contents.keep(row, chosen=_with(chosen, name, old))
    follow_changes(session, run.id, changes, groups, contents)
    last.undone_at = by.at
    return str(changes[0][0])


def _now(row: ImportFile, chosen: Mapping[str, Any], name: str) -> Any:
    if name == _CHOICE:
        return row.choice.value
    return row.checked_at is not None if name == _CHECKED else chosen.get(name, "")


def _choice(text: str) -> Choice | None:
    if text and text not in set(Choice):
        raise RuleRefused(Refused("I-1", "field_unknown", {"field": text[:20]}))
    return Choice(text) if text else None


def _open_run(session: Session, run_id: UUID, by: Caller) -> ImportRun:
    run = lock_run(session, run_id, by.at)
    authorise(by.actor, "document.import", Facts(unit_id=run.unit_id))
    require(may_move_run(run.state, RunAction.CHANGE))
    return run


def _files(session: Session, run: ImportRun, ids: Collection[UUID]) -> list[ImportFile]:
    """Lock files of the run without their texts; raise RuleRefused where one of them is not open in it."""
    rows: list[ImportFile] = []
    for some in in_pieces(sorted(set(ids))):
        query = select(ImportFile).where(ImportFile.id.in_(some), ImportFile.run_id == run.id)
        is_open = query.where(ImportFile.state == FileState.READ).order_by(ImportFile.id)
        rows += lock(session, Rank.ITEMS, is_open.options(without_text()))
    if len(rows) != len(set(ids)):
        raise RuleRefused(Refused("I-1", "not_in_run"))
    return rows


def _set(row: ImportFile, values: Mapping[str, Any], contents: Contents, changes: list[list[Any]]) -> None:
    if not values:
        return
    before = contents.read(row, "chosen").chosen
    chosen = before
    for name, value in values.items():
        old = before.get(name, "")
        if old != (value or ""):
            changes.append([str(row.id), name, old, value or ""])
            chosen = _with(chosen, name, value)
    if chosen is not before:
        contents.keep(row, chosen=chosen)


def _with(chosen: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    changed = {key: one for key, one in chosen.items() if key != name}
    return {**changed, name: value} if value not in ("", None, []) else changed


def _check(row: ImportFile, by: Caller, *, is_checked: bool) -> None:
    row.checked_by = by.actor.person_id if is_checked else None
    row.checked_at = by.at if is_checked else None


def _read(session: Session, name: str, value: Any) -> Any:
    """Return a value as it is kept; raise RuleRefused where it cannot be."""
    if name not in FIELDS:
        raise RuleRefused(Refused("I-1", "field_unknown", {"field": name}))
    if name == "signers":
        return [[str(role)[:20], str(person).strip()[:100], str(when)[:10]] for role, person, when in value]
    text = " ".join(str(value).split())[: _LONGEST.get(name, 100)]
    if not text:
        return ""
    if name in _DAYS and day(text) is None:
        raise RuleRefused(Refused("I-1", "day_unreadable", {"value": text[:30]}))
    if name in _ROWS:
        if (named := session.get(_ROWS[name], UUID(text))) is None:
            raise NotFound(name)
        if isinstance(named, Unit):
            require_owner(named)
    if name == "origin" and text == "own":
        return ""
    if text not in _WORDS.get(name, {text}):
        raise RuleRefused(Refused("I-1", "field_unknown", {"field": text[:20]}))
    return text
