"""What was read out of a file, noted beside it (F-3, S-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind
from docctl.models.documents import Revision
from docctl.models.records import Record
from docctl.services.caller import Caller
from docctl.services.content.texts import KeptText
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class NoteReading:
    """Text, HTML and outline of a file as they are kept, where its pages start, or the problem with it."""

    file_id: UUID
    kept: KeptText
    pages: tuple[int, ...]
    problem: str | None


@use_case("system.operate")
def note_reading(session: Session, cmd: NoteReading, by: Caller) -> bool:
    """Keep what was read; the event makes the search index take it up (S-4)."""
    authorise(by.actor, "system.operate", Facts())
    file = session.get(ItemFile, cmd.file_id)
    if file is None or file.destroyed_at is not None:
        return False
    subject = _subject(session, file)
    if subject is None:
        return False
    row = session.get(FileReading, cmd.file_id) or FileReading(file_id=cmd.file_id)
    _keep(row, cmd.kept)
    row.pages = list(cmd.pages)
    row.problem, row.read_at = cmd.problem, by.at
    is_cited = is_of_document(file)
    row.cited_at = None if is_cited else by.at
    row.outlined_at = by.at
    session.add(row)
    record(
        session,
        by,
        "file.read",
        subject,
        facts={"file": file.sha256, "characters": cmd.kept.characters, "problem": cmd.problem},
    )
    return True


def is_of_document(file: ItemFile) -> bool:
    """Say whether a file is the text of a document: one that has clauses and cites others (D-6, I-9)."""
    return file.owner_kind is OwnerKind.REVISION and file.role is FileRole.MAIN


@dataclass(frozen=True, slots=True)
class NoteOutlines:
    """Texts from before: the file, when it was read, how it is kept with its outline; None: it has none."""

    texts: tuple[tuple[UUID, datetime, KeptText | None], ...]


@use_case("system.operate")
def note_outlines(session: Session, cmd: NoteOutlines, by: Caller) -> int:
    """Keep outlines unless files were read anew meanwhile; events bring them into the index (I-9)."""
    authorise(by.actor, "system.operate", Facts())
    done = 0
    for file_id, read_at, kept in cmd.texts:
        row, file = session.get(FileReading, file_id), session.get(ItemFile, file_id)
        if row is None or file is None or row.read_at != read_at or row.outlined_at is not None:
            continue
        row.outlined_at = by.at
        if kept is not None:
            _keep(row, kept)
            if is_of_document(file):
                row.cited_at = None  # what it cites is told with its clauses now (D-13)
        if kept is not None and (subject := _subject(session, file)) is not None:
            record(session, by, "file.outlined", subject, facts={"file": file.sha256})
        done += 1
    return done


@dataclass(frozen=True, slots=True)
class SealTexts:
    """Texts that lay plain, sealed: the file, when it was read, how the text is kept from now on."""

    texts: tuple[tuple[UUID, datetime, KeptText], ...]


@use_case("system.operate")
def seal_texts(session: Session, cmd: SealTexts, by: Caller) -> int:
    """Put sealed texts in the place of plain ones, unless read again meanwhile; return how many (R-7)."""
    authorise(by.actor, "system.operate", Facts())
    rows = {
        row.file_id: row
        for row in session.scalars(
            select(FileReading)
            .where(
                FileReading.file_id.in_([file_id for file_id, *_ in cmd.texts]),
                FileReading.sealed_text.is_(None),
            )
            .order_by(FileReading.file_id)
            .with_for_update()
        )
    }
    done = 0
    for file_id, read_at, kept in cmd.texts:
        if (row := rows.get(file_id)) is not None and row.read_at == read_at:
            _keep(row, kept)
            done += 1
    if done:
        record(session, by, "keys.texts_sealed", Subject("keys", None), facts={"texts": done})
    return done


def _keep(row: FileReading, kept: KeptText) -> None:
    row.text, row.html, row.outline = kept.text, kept.html, kept.outline
    row.sealed_text, row.sealed_html = kept.sealed_text, kept.sealed_html
    row.sealed_outline = kept.sealed_outline


def _subject(session: Session, file: ItemFile) -> Subject | None:
    if file.owner_kind is OwnerKind.REVISION:
        revision = session.get(Revision, file.owner_id)
        return Subject("document", revision.document_id, str(revision.id)) if revision else None
    if file.owner_kind is OwnerKind.RECORD:
        # Until this is committed it does not begin to be destroyed: no text comes after the end.
        kept = lock(session, Rank.ITEMS, select(Record).where(Record.id == file.owner_id), shared=True)
        if not kept or kept[0].destroying_since is not None:
            return None
        return Subject("record", kept[0].id)
    return None
