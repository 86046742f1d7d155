"""What the checks found in the text of a draft's file, written beside it (D-12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.models.checks import TextCheck
from docctl.models.content import FileReading
from docctl.services.caller import Caller
from docctl.services.registry import use_case


@dataclass(frozen=True, slots=True)
class NoteTextCheck:
    """What was found in a file as read at `read_at`, kept as a text is; for which words was looked."""

    file_id: UUID
    read_at: datetime
    words_sha256: str
    found: str
    sealed_found: bytes | None


@use_case("system.operate")
def note_text_check(session: Session, cmd: NoteTextCheck, by: Caller) -> bool:
    """Keep what was found in the place of what stood there, unless it was read anew meanwhile (D-12)."""
    authorise(by.actor, "system.operate", Facts())
    reading = session.get(FileReading, cmd.file_id)
    if reading is None or reading.read_at != cmd.read_at:
        return False
    row = session.get(TextCheck, cmd.file_id) or TextCheck(file_id=cmd.file_id)
    row.read_at, row.words_sha256, row.checked_at = cmd.read_at, cmd.words_sha256, by.at
    row.found, row.sealed_found = cmd.found, cmd.sealed_found
    session.add(row)
    return True


__all__ = ["NoteTextCheck", "note_text_check"]
