"""Files of items, what was read out of them, staged uploads, signatures (F-3, A-3, V-13)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.approval import Meaning
from docctl.models.base import Base, Identified, checked


class OwnerKind(StrEnum):
    """What a file belongs to."""

    REVISION = "revision"
    RECORD = "record"
    DISPOSAL_LIST = "disposal_list"
    CHANGE_REQUEST = "change_request"
    EXTERNAL_SIGNATURE = "external_signature"


#: Whose files are read: their texts are found, shown and compared. Evidence and the like only go out again.
READ: Final = frozenset({OwnerKind.REVISION, OwnerKind.RECORD})


class FileRole(StrEnum):
    """What a file is to its item."""

    MAIN = "main"
    ANNEX = "annex"
    SOURCE = "source"
    CORRECTION_SHEET = "correction_sheet"
    CERTIFICATE = "certificate"


class FileProblem(StrEnum):
    """What a check of a stored file may find (T-3)."""

    MISSING = "missing"
    DAMAGED = "damaged"
    SWAPPED = "swapped"
    OTHER_SIZE = "other_size"


class ItemFile(Identified, Base):
    """A file of an item; the row pins key, version, hash and size of content and stored bytes.

    `checked_at` is when its stored bytes were last hashed, the storing itself included; `problem` is what
    that found, "" for nothing (T-3).
    """

    __tablename__ = "item_file"
    __table_args__ = (
        Index("ix_item_file_owner", "owner_id", "role", "ordinal"),
        Index("ix_item_file_sha256", "sha256"),
        Index("ix_item_file_checked", "checked_at"),
        Index("ix_item_file_problem", "problem"),
        CheckConstraint("size > 0", name="not_empty"),
    )

    owner_kind: Mapped[OwnerKind] = mapped_column(checked(OwnerKind))
    owner_id: Mapped[UUID]
    role: Mapped[FileRole] = mapped_column(checked(FileRole))
    #: Its place among all files of its item: the main one first, then the annexes, a source last.
    ordinal: Mapped[int]
    name: Mapped[str] = mapped_column(String(255))
    #: What an annex is called, "" by its file.
    title: Mapped[str] = mapped_column(String(200), default="", server_default="")
    media_type: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    object_key: Mapped[str] = mapped_column(String(300), unique=True)
    object_version: Mapped[str] = mapped_column(String(120))
    stored_sha256: Mapped[str] = mapped_column(String(64))
    stored_size: Mapped[int] = mapped_column(BigInteger)
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(20), default="", server_default="")


class FileReading(Base):
    """What was read out of a file: text, clean HTML, outline, page starts; goes with its file (R-7).

    Text, HTML and outline are sealed with the item's key. Without a key store, and until the worker has
    sealed what is from before, they stand in `text`, `html` and `outline`; then `sealed_text` is NULL.
    """

    __tablename__ = "file_reading"
    __table_args__ = (
        Index(  # the worker asks for what is still plain
            "ix_file_reading_plain",
            "file_id",
            sqlite_where=text("sealed_text IS NULL"),
            postgresql_where=text("sealed_text IS NULL"),
        ),
        Index(  # and for what was not looked through for citations
            "ix_file_reading_uncited",
            "file_id",
            sqlite_where=text("cited_at IS NULL"),
            postgresql_where=text("cited_at IS NULL"),
        ),
        Index(  # and for clauses
            "ix_file_reading_unoutlined",
            "file_id",
            sqlite_where=text("outlined_at IS NULL"),
            postgresql_where=text("outlined_at IS NULL"),
        ),
    )

    file_id: Mapped[UUID] = mapped_column(ForeignKey("item_file.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str | None] = mapped_column(Text)
    #: Its clauses as JSON, where it is the text of a document (I-9).
    outline: Mapped[str | None] = mapped_column(Text)
    sealed_text: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_html: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_outline: Mapped[bytes | None] = mapped_column(LargeBinary)
    pages: Mapped[list[Any]] = mapped_column(default=list)
    problem: Mapped[str | None] = mapped_column(String(40))
    read_at: Mapped[datetime]
    #: When its citations were read; of what is no revision's file, when it was read itself (D-6).
    cited_at: Mapped[datetime | None]
    #: When its clauses were read; of what is no revision's file, when it was read itself (I-9).
    outlined_at: Mapped[datetime | None]


class Upload(Identified, Base):
    """An upload staged for its owner for 24 hours, referred to by a form."""

    __tablename__ = "upload"

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    path: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Signature(Identified, Base):
    """A signature: name, step, meaning, time, and the hash of exactly what was signed (A-3)."""

    __tablename__ = "signature"
    __table_args__ = (Index("ix_signature_subject", "subject_id", "round"),)

    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    round: Mapped[int] = mapped_column(default=1)
    meaning: Mapped[Meaning] = mapped_column(checked(Meaning))
    person_id: Mapped[UUID | None]
    #: For whom it was signed, as printed beside the name, and by which delegation (A-8).
    on_behalf_of: Mapped[UUID | None]
    principal_name: Mapped[str] = mapped_column(String(100), default="", server_default="")
    delegation_id: Mapped[UUID | None]
    printed_name: Mapped[str] = mapped_column(String(100))
    unit_name: Mapped[str] = mapped_column(String(200), default="")
    #: Somebody without an account, vouched for by the signed-in person.
    external_name: Mapped[str] = mapped_column(String(100), default="")
    external_organisation: Mapped[str] = mapped_column(String(200), default="")
    content_sha256: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))
    comment: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(10))
    signed_at: Mapped[datetime]
    #: The signer's password was reset within the last 30 days (A-15).
    after_reset: Mapped[bool] = mapped_column(default=False)
