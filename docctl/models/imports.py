"""Runs that take existing files in, their files, and what people changed while checking (I-1 to I-10)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Load, Mapped, defer, mapped_column

from docctl.domain.imports import Choice, FileState, RunState
from docctl.models.base import Base, Identified, Versioned, checked


class RunSource(StrEnum):
    """Where the files of a run came from."""

    FOLDER = "folder"
    ARCHIVE = "archive"
    UPLOAD = "upload"
    WATCHED = "watched"


class ImportRun(Identified, Versioned, Base):
    """One taking-in of files: read in the background, checked by people, then imported (I-1).

    The copied files lie on `host` until the run has ended; its worker reads and imports them.
    """

    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_state", "state", "host"),)

    name: Mapped[str] = mapped_column(String(200))
    source: Mapped[RunSource] = mapped_column(checked(RunSource))
    host: Mapped[str] = mapped_column(String(100))
    state: Mapped[RunState] = mapped_column(checked(RunState))
    #: What applies where a file says nothing of its own.
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    type_id: Mapped[UUID] = mapped_column(ForeignKey("document_type.id"))
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_class.id"))
    #: Files found, read, and worked off by the import.
    total: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)
    imported: Mapped[int] = mapped_column(default=0)
    #: None: the watched folder.
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    #: In whose name the import runs, and how the command came.
    committed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    committed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class ImportFile(Identified, Versioned, Base):
    """One file of a run, or a piece of one: what was read, what people decided, what became of it.

    `facts` is what was found, `chosen` what is used. The text stands here while the run is being checked and
    goes at its end.
    """

    __tablename__ = "import_file"
    __table_args__ = (
        UniqueConstraint("run_id", "ordinal"),
        Index("ix_import_file_state", "run_id", "state"),
        Index("ix_import_file_sha256", "sha256"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"))
    ordinal: Mapped[int]
    #: Within the folder or archive, as it came.
    path: Mapped[str] = mapped_column(String(1000))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    media_type: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[FileState] = mapped_column(checked(FileState))
    choice: Mapped[Choice] = mapped_column(checked(Choice), default=Choice.IMPORT)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    chosen: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: What a comparison with the others and with what is there found: findings as JSON (I-4).
    notes: Mapped[list[Any]] = mapped_column(default=list)
    #: Files of one document's history share this (I-1).
    series: Mapped[str] = mapped_column(String(600), default="")
    #: Its place among them, from 1; 0 where it stands alone.
    place: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text, default="")
    parts: Mapped[list[Any]] = mapped_column(default=list)
    pages: Mapped[list[Any]] = mapped_column(default=list)
    #: Of the text, for finding near-duplicates (I-4).
    sketch: Mapped[list[Any]] = mapped_column(default=list)
    #: The file that this is a piece of, with its half-open place in the other's text (I-3).
    piece_of: Mapped[UUID | None] = mapped_column(ForeignKey("import_file.id"))
    piece_start: Mapped[int | None]
    piece_end: Mapped[int | None]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]
    #: The report line: `docctl.domain.imports.Outcome`, and the refusal with its parameters.
    outcome: Mapped[str] = mapped_column(String(20), default="")
    rule: Mapped[str] = mapped_column(String(20), default="")
    code: Mapped[str] = mapped_column(String(60), default="")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    document_id: Mapped[UUID | None]
    revision_id: Mapped[UUID | None]
    done_at: Mapped[datetime | None]

    @property
    def name(self) -> str:
        """What the file is called, without its folders."""
        return self.path.rsplit("/", 1)[-1]


def without_text() -> Load:
    """Return what leaves texts where they are, for whoever looks at many files at once."""
    return Load(ImportFile).options(
        *(defer(one, raiseload=True) for one in (ImportFile.text, ImportFile.parts, ImportFile.pages))
    )


class ImportChange(Identified, Base):
    """One change made while checking, so that it can be undone: old and new values by file (I-1)."""

    __tablename__ = "import_change"
    __table_args__ = (Index("ix_import_change_run", "run_id", "at"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    #: [file id, field, old, new] each.
    changes: Mapped[list[Any]] = mapped_column(default=list)
    undone_at: Mapped[datetime | None]
