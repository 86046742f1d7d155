"""Importing what is checked while the rest of a run stays open for later orders (I-1, V-2)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from docctl.domain.import_plan import HISTORY_CODES
from docctl.domain.imports import Choice, FileState, may_import_checked
from docctl.domain.verdicts import require
from docctl.models.imports import ImportFile, ImportRun, without_text
from docctl.services.imports.contents import Contents
from docctl.services.locks import Rank, lock

#: So many files join documents in one transaction.
_TOGETHER: Final = 200


def order(session: Session, run: ImportRun, *, only_checked: bool) -> None:
    """Note which files of a run are ordered. Raises RuleRefused where those that are checked are none."""
    count = select(func.count()).where(ImportFile.run_id == run.id)
    read = count.where(ImportFile.state == FileState.READ)
    goes_in = read.where(ImportFile.choice != Choice.LEAVE_OUT)

    def number(query: Select[int]) -> int:
        return session.scalar(query) or 0

    unchecked = number(goes_in.where(ImportFile.checked_at.is_(None)))
    if only_checked:
        require(may_import_checked(number(goes_in.where(ImportFile.checked_at.is_not(None))), unchecked))
    run.only_checked = only_checked and unchecked > 0  # with the last of them goes what is left out
    run.ordered = number(count)
    if run.only_checked:
        done = number(count.where(ImportFile.state == FileState.DONE))
        run.ordered = done + number(read.where(ImportFile.checked_at.is_not(None)))


def join_waiting(session: Session, run: ImportRun) -> int:
    """Let files that wait be revisions of what others of their history became; return how many were let.

    Its number is taken by it now. Which revision a file becomes, or why none, is seen while it is checked.
    """
    rows = lock(
        session,
        Rank.ITEMS,
        select(ImportFile)
        .where(ImportFile.id.in_((made := _made(session, run)).keys()))
        .order_by(ImportFile.id)
        .options(without_text()),
    )
    contents = Contents(session, run.id)
    for row in rows:
        read = contents.read(row, "chosen", "notes")
        contents.keep(
            row,
            chosen={**read.chosen, "document_id": str(made[row.id])},
            notes=[dict(one) for one in read.notes if one["code"] not in HISTORY_CODES],
        )
        row.series, row.place = "", 0
    return len(rows)


def _made(session: Session, run: ImportRun) -> dict[UUID, UUID]:
    """Return the document of their history by file, of some files that are still open."""
    other = aliased(ImportFile)
    document = (
        select(other.document_id)
        .where(
            other.run_id == run.id,
            other.series == ImportFile.series,
            other.document_id.is_not(None),
        )
        .order_by(other.place)
        .limit(1)
        .correlate(ImportFile)
        .scalar_subquery()
    )
    waiting = select(ImportFile.id, document).where(
        ImportFile.run_id == run.id,
        ImportFile.state == FileState.READ,
        ImportFile.choice != Choice.LEAVE_OUT,
        ImportFile.series != "",
        document.is_not(None),
    )
    return {file_id: found for file_id, found in session.execute(waiting.limit(_TOGETHER)) if found}


__all__ = ["join_waiting", "order"]
