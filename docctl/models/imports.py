"""Runs that take existing files in, their files, and what people changed while checking (I-1 to I-10)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
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

    The copied files lie on `host` until the run has ended; its worker reads and imports them. They and what
    was read of them are encrypted with a key of the run, which is destroyed when it has ended (R-7).
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
    #: Name and size in bytes of what was uploaded: archives to be taken apart, single files.
    uploads: Mapped[list[Any]] = mapped_column(default=list)
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
    #: Whether the present order is for the checked files alone, and how many have their line when it is done.
    only_checked: Mapped[bool] = mapped_column(default=False)
    ordered: Mapped[int] = mapped_column(default=0)
    #: The last change of anything of it: what nobody works on is given up.
    touched_at: Mapped[datetime]
    #: When it ends, once its people were told that nobody works on it.
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    #: Why it was given up before its end; empty where it was not.
    given_up_because: Mapped[str] = mapped_column(String(500), default="")
    #: What was read lies plain: from before it was encrypted, or in a house without key store.
    is_plain: Mapped[bool] = mapped_column(default=False)
    #: When its key was destroyed, after its end.
    key_destroyed_at: Mapped[datetime | None]


class ImportFile(Identified, Versioned, Base):
    """One file of a run, or a piece of one: what was read, what people decided, what became of it.

    What was read of it, what is used and how it compares is sealed (`docctl.services.imports.contents`) and
    goes when the file has its line. The line stays: path, outcome, reason, and the number of what it became.
    """

    __tablename__ = "import_file"
    __table_args__ = (
        UniqueConstraint("run_id", "ordinal"),
        # Counting and choosing go by it alone: a row has the whole text of its file.
        Index("ix_import_file_state", "run_id", "state", "place", "ordinal", "choice", "checked_at"),
        Index("ix_import_file_group", "run_id", "group_key"),
        Index("ix_import_file_series", "run_id", "series"),
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
    #: Files of one document's history share this, the id of the first of them (I-1).
    series: Mapped[str] = mapped_column(String(600), default="")
    #: What it has in common with files of the same document, as a digest with the run's key; empty: nothing.
    #: None until it is read, and where it was read before there were any (docctl.services.imports.grouping).
    group_key: Mapped[str | None] = mapped_column(String(40))
    #: Its place among them, from 1; 0 where it stands alone.
    place: Mapped[int] = mapped_column(default=0)
    #: What was found, and never changes; what is used; how it compares (I-4); of the text, for finding
    #: near-duplicates; the text. Each None where there is none.
    sealed_facts: Mapped[bytes | None]
    sealed_chosen: Mapped[bytes | None]
    sealed_notes: Mapped[bytes | None]
    sealed_sketch: Mapped[bytes | None]
    sealed_text: Mapped[bytes | None]
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
    #: Under which it was imported, also a provisional one (N-11).
    number: Mapped[str] = mapped_column(String(100), default="")
    document_id: Mapped[UUID | None]
    revision_id: Mapped[UUID | None]
    done_at: Mapped[datetime | None]

    @property
    def name(self) -> str:
        """What the file is called, without its folders."""
        return self.path.rsplit("/", 1)[-1]


def without_text() -> Load:
    """Return what leaves texts where they are, for whoever looks at many files at once."""
    return Load(ImportFile).options(defer(ImportFile.sealed_text, raiseload=True))


class ImportChange(Identified, Base):
    """One change made while checking, so that it can be undone (I-1).

    Sealed: [file id, field, old, new] each; None when its run has ended.
    """

    __tablename__ = "import_change"
    __table_args__ = (Index("ix_import_change_run", "run_id", "at"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"))
    by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    sealed_changes: Mapped[bytes | None]
    undone_at: Mapped[datetime | None]


class ImportNotice(Identified, Base):
    """What became of a run, for one of its people; `has_failed`: some of its files are not in (I-1)."""

    __tablename__ = "import_notice"
    __table_args__ = (
        UniqueConstraint("run_id", "person_id"),
        Index("ix_import_notice_person", "person_id", "seen_at"),
    )

    run_id: Mapped[UUID] = mapped_column(ForeignKey("import_run.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    has_failed: Mapped[bool]
    #: When that person has seen it; until then it stands in the inbox.
    seen_at: Mapped[datetime | None]
