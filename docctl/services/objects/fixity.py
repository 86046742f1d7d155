"""What checks of stored files found: kept beside each file, told when it changes (T-3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.models.content import READ, FileProblem, ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.models.external_signatures import ExternalSignature
from docctl.models.records import Record
from docctl.models.requests import ChangeRequest
from docctl.models.retention import DisposalList
from docctl.services.caller import Caller
from docctl.services.jobs import want
from docctl.services.registry import use_case
from docctl.services.requests.load import subject_of
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class NoteFixity:
    """Files that were read again, each with its problem, "" where it is sound; `size` in bytes."""

    found: tuple[tuple[UUID, str], ...]
    size: int = 0


@use_case("system.operate")
def note_fixity(session: Session, cmd: NoteFixity, by: Caller) -> int:
    """Keep what a check found; return how many files are not sound (T-3).

    A file that went while it was checked is no loss. An event names each item whose file has a new
    problem, or none any more; one more tells how many were checked.
    """
    authorise(by.actor, "system.operate", Facts())
    return _noted(session, cmd, by)


@use_case("audit.verify")
def note_recheck(session: Session, cmd: NoteFixity, by: Caller) -> int:
    """Keep what a check at a person's word found; its events name the person (T-1, T-3)."""
    authorise(by.actor, "audit.verify", Facts())
    return _noted(session, cmd, by)


def _noted(session: Session, cmd: NoteFixity, by: Caller) -> int:
    wanted = dict(cmd.found)
    rows = session.scalars(
        select(ItemFile).where(ItemFile.id.in_(sorted(wanted)), ItemFile.destroyed_at.is_(None))
    ).all()
    going = set(
        session.scalars(
            select(Record.id).where(
                Record.id.in_({row.owner_id for row in rows}), Record.destroying_since.is_not(None)
            )
        )
    )
    checked = 0
    for row in rows:
        if row.owner_id in going:
            continue
        checked += 1
        before, row.problem, row.checked_at = row.problem, wanted[row.id], by.at
        if before and not row.problem and row.owner_kind in READ:  # what could not be read may be now
            again = f"{row.id}:{by.at.isoformat()}"
            want(session, "read_file", key=again, payload={"file_id": str(row.id)}, at=by.at)
        if row.problem != before:
            subject, number = _owner(session, row)
            record(
                session,
                by,
                "file.unsound" if row.problem else "file.sound",
                subject,
                facts={"number": number, "file": row.sha256, "problem": FileProblem(row.problem or before)},
            )
    if cmd.size and checked:
        facts = {"files": checked, "bytes": cmd.size}
        record(session, by, "objects.checked", Subject("objects", None), facts=facts)
    return sum(bool(row.problem) for row in rows)


def _owner(session: Session, row: ItemFile) -> tuple[Subject, str]:
    """Return the item that a file belongs to, with its number."""
    if row.owner_kind in {OwnerKind.REVISION, OwnerKind.EXTERNAL_SIGNATURE}:
        of_whom = row.owner_id
        if row.owner_kind is OwnerKind.EXTERNAL_SIGNATURE:
            of_whom = session.get_one(ExternalSignature, row.owner_id).revision_id
        revision = session.get_one(Revision, of_whom)
        document = session.get_one(Document, revision.document_id)
        return Subject("document", document.id, str(revision.id)), document.number
    if row.owner_kind is OwnerKind.RECORD:
        kept = session.get_one(Record, row.owner_id)
        return Subject("record", kept.id), kept.number
    if row.owner_kind is OwnerKind.CHANGE_REQUEST:
        request = session.get_one(ChangeRequest, row.owner_id)
        return subject_of(request, request.document_id), request.number
    found = session.get_one(DisposalList, row.owner_id)
    return Subject("disposal_list", found.id), found.number
