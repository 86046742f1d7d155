"""The key of a run: what lay plain is sealed with it; it is destroyed when the run has ended (R-7, I-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.models.imports import ImportChange, ImportFile, ImportRun
from docctl.models.record_imports import RecordImport
from docctl.services.caller import Caller
from docctl.services.content.texts import texts_in
from docctl.services.imports.contents import NAMES, PLAIN, Contents
from docctl.services.imports.runs import lock_import, lock_run
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: How many rows one transaction seals at most.
_TOGETHER: Final = 100


@dataclass(frozen=True, slots=True)
class SealRun:
    """A run whose contents lie plain: they are from before they were encrypted."""

    run_id: UUID


@use_case("system.operate")
def seal_run(session: Session, cmd: SealRun, by: Caller) -> int:
    """Seal some of what lies plain; return how many rows, 0 when all is sealed (R-7)."""
    authorise(by.actor, "system.operate", Facts())
    run = lock_run(session, cmd.run_id)
    if not run.is_plain or not texts_in(session).are_sealed:
        return 0
    contents = Contents(session, run.id)
    files = select(ImportFile).where(
        ImportFile.run_id == run.id, or_(*(_is_plain(ImportFile, one) for one in NAMES))
    )
    changes = select(ImportChange).where(ImportChange.run_id == run.id, _is_plain(ImportChange, "changes"))
    rows: list[ImportFile | ImportChange] = [
        *session.scalars(files.order_by(ImportFile.id).limit(_TOGETHER)),
        *session.scalars(changes.order_by(ImportChange.id).limit(_TOGETHER)),
    ]
    for row in rows:
        contents.seal_plain(row)
    if rows:
        record(session, by, "keys.texts_sealed", Subject("keys", None), facts={"texts": len(rows)})
    else:
        run.is_plain = False
    return len(rows)


def _is_plain(kind: type[ImportFile] | type[ImportChange], name: str) -> ColumnElement[bool]:
    return func.substr(getattr(kind, f"sealed_{name}"), 1, 1) == PLAIN


@dataclass(frozen=True, slots=True)
class NoteKeysDestroyed:
    """Runs that have ended and whose keys are destroyed; where was looked, and what is not claimed.

    `tables` are tables of records.
    """

    runs: Sequence[UUID]
    looked_at: Sequence[str] = ()
    not_claimed: Sequence[str] = ()
    tables: Sequence[UUID] = ()


@use_case("system.operate")
def note_keys_destroyed(session: Session, cmd: NoteKeysDestroyed, by: Caller) -> int:
    """Record that nobody can read what was copied and read for runs any more; return of how many (R-7)."""
    authorise(by.actor, "system.operate", Facts())
    facts = {"looked_at": list(cmd.looked_at), "not_claimed": list(cmd.not_claimed)}
    both: list[tuple[ImportRun | RecordImport, str]] = [
        (lock_run(session, one), "import") for one in sorted(cmd.runs)
    ]
    both += [(lock_import(session, one), "record_import") for one in sorted(cmd.tables)]
    done = 0
    for run, kind in both:
        if run.ended_at is None or run.key_destroyed_at is not None:
            continue
        run.key_destroyed_at = by.at
        record(session, by, f"{kind}.key_destroyed", Subject(kind, run.id), facts=facts)
        done += 1
    return done


__all__ = ["NoteKeysDestroyed", "SealRun", "note_keys_destroyed", "seal_run"]
