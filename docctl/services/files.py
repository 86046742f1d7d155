"""How files come in: staged first, examined, stored before the row that names them (F-3; style 12)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.content import FileRole, ItemFile, OwnerKind, Upload
from docctl.reading.kinds import MEDIA_TYPES, examine, sniff
from docctl.reading.names import clean_name
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.jobs import want
from docctl.services.registry import Prepared, use_case
from storage.api import Area, Key, StorageError, StoreFull, StoreUnavailable

#: How long an upload waits for its form.
KEPT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attached:
    """A staged upload and what it is to its item."""

    upload_id: UUID
    role: FileRole = FileRole.MAIN


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are in the store, ready for its row."""

    role: FileRole
    ordinal: int
    name: str
    media_type: str
    sha256: str
    size: int
    object_key: str
    object_version: str
    stored_sha256: str
    stored_size: int


class WithUploads(Protocol):
    """A command that brings staged uploads for a new item."""

    @property
    def item_id(self) -> UUID: ...
    @property
    def uploads(self) -> tuple[Attached, ...]: ...
    @property
    def files(self) -> tuple[StoredFile, ...]: ...


C = TypeVar("C", bound=WithUploads)


@dataclass(frozen=True, slots=True)
class NoteUpload:
    """An upload that lies in the staging folder."""

    upload_id: UUID
    name: str
    media_type: str
    sha256: str
    size: int
    path: str


def stage_upload(
    source: BinaryIO, *, name: str, by: Caller, house: House, for_document: bool = False
) -> UUID:
    """Receive an upload, examine it and keep it for its owner; return its id.

    Raises RuleRefused with rule `upload`: empty, too large, misnamed, encrypted, unreadable. The bytes
    of a refused upload are gone.
    """
    shown = clean_name(name)
    staged = house.staging.receive(source)
    try:
        require(examine(staged.path, shown, size_limit=house.staging.limit, for_document=for_document))
        return note_upload(
            NoteUpload(
                upload_id=staged.id,
                name=shown,
                media_type=MEDIA_TYPES[sniff(staged.path, shown)],
                sha256=staged.sha256,
                size=staged.size,
                path=str(staged.path),
            ),
            by=replace(by, request_id=""),
            house=house,
        )
    except BaseException:
        house.staging.discard(staged.id)
        raise


@use_case("upload.stage")
def note_upload(session: Session, cmd: NoteUpload, by: Caller) -> UUID:
    """Keep a staged upload for its owner for 24 hours."""
    authorise(by.actor, "upload.stage", Facts())
    session.add(
        Upload(
            id=cmd.upload_id,
            owner_id=by.person_id,
            name=cmd.name,
            media_type=cmd.media_type,
            sha256=cmd.sha256,
            size=cmd.size,
            path=cmd.path,
            created_at=by.at,
            expires_at=by.at + KEPT,
        )
    )
    return cmd.upload_id


def storing(owner: OwnerKind, *, for_document: bool) -> Callable[[C, Caller, House], Prepared[C]]:
    """Return the preparation that stores a command's uploads before its transaction."""

    def before(cmd: C, by: Caller, house: House) -> Prepared[C]:
        stored: list[StoredFile] = []

        def undo() -> None:
            for one in stored:
                with contextlib.suppress(StorageError, DBAPIError):  # an orphan is swept later
                    if not _is_named(house, one):
                        house.objects.destroy(Key.parse(one.object_key))

        def done() -> None:
            for one in cmd.uploads:  # no second copy of the content is left behind
                house.staging.discard(one.upload_id)

        try:
            for ordinal, upload in enumerate(_uploads(cmd.uploads, by, house), start=1):
                stored.append(_store(upload, cmd, ordinal, owner, house, for_document))
        except (StoreFull, StoreUnavailable) as error:
            undo()
            code = "disk_full" if isinstance(error, StoreFull) else "disk_failed"
            raise RuleRefused(Refused("request", code)) from error
        except BaseException:
            undo()
            raise
        return Prepared(replace(cmd, files=tuple(stored)), undo, done)  # type: ignore[type-var]

    return before


def _is_named(house: House, stored: StoredFile) -> bool:
    """Say whether a row names the bytes: a call stopped just after its commit must not take them."""
    with house.uow.read() as session:
        query = select(ItemFile.id).where(ItemFile.object_key == stored.object_key)
        return session.scalar(query) is not None


def _uploads(attached: Sequence[Attached], by: Caller, house: House) -> list[tuple[Upload, FileRole]]:
    with house.uow.read() as session:
        found = []
        for one in attached:
            row = session.get(Upload, one.upload_id)
            if row is None or row.owner_id != by.actor.person_id or row.expires_at <= by.at:
                raise RuleRefused(Refused("upload", "gone"))
            found.append((row, one.role))
        return found


def _store(
    upload: tuple[Upload, FileRole],
    cmd: WithUploads,
    ordinal: int,
    owner: OwnerKind,
    house: House,
    for_document: bool,
) -> StoredFile:
    row, role = upload
    path = Path(row.path)
    key = Key.new(Area.RECORDS, owner.value, cmd.item_id, ordinal)
    try:
        require(examine(path, row.name, size_limit=house.staging.limit, for_document=for_document))
        with path.open("rb") as source:
            stored = house.objects.put(key, source, retain_until=None)
    except FileNotFoundError as error:  # expired, or taken by the same request a moment ago
        raise RuleRefused(Refused("upload", "gone")) from error
    if stored.sha256 != row.sha256:
        house.objects.destroy(key)
        raise RuleRefused(Refused("upload", "changed"))
    return StoredFile(
        role=role,
        ordinal=ordinal,
        name=row.name,
        media_type=row.media_type,
        sha256=stored.sha256,
        size=stored.size,
        object_key=str(key),
        object_version=stored.version,
        stored_sha256=stored.stored_sha256,
        stored_size=stored.stored_size,
    )


def add_files(
    session: Session,
    by: Caller,
    *,
    owner: OwnerKind,
    owner_id: UUID,
    files: Sequence[StoredFile],
    first: int = 1,
) -> list[ItemFile]:
    """Write the rows of stored files and ask for their text to be read."""
    rows = []
    for offset, one in enumerate(files):
        row = ItemFile(
            owner_kind=owner,
            owner_id=owner_id,
            role=one.role,
            ordinal=first + offset,
            name=one.name,
            media_type=one.media_type,
            sha256=one.sha256,
            size=one.size,
            object_key=one.object_key,
            object_version=one.object_version,
            stored_sha256=one.stored_sha256,
            stored_size=one.stored_size,
            added_by=by.actor.person_id,
            added_at=by.at,
            checked_at=by.at,  # hashed on its way in
        )
        session.add(row)
        rows.append(row)
    session.flush()  # readings refer to the rows
    for row in rows:
        want(session, "read_file", key=str(row.id), payload={"file_id": str(row.id)}, at=by.at)
    return rows


def files_of(session: Session, owner_id: UUID) -> list[ItemFile]:
    """Return an item's files in order, destroyed ones left out."""
    return list(
        session.scalars(
            select(ItemFile)
            .where(ItemFile.owner_id == owner_id, ItemFile.destroyed_at.is_(None))
            .order_by(ItemFile.ordinal, ItemFile.added_at)
        )
    )


def same_content(session: Session, files: Sequence[StoredFile], *, owner: OwnerKind) -> ItemFile | None:
    """Return a file of another item with the same bytes, for the notice of a repeated file."""
    return session.scalars(
        select(ItemFile)
        .where(
            ItemFile.sha256.in_([one.sha256 for one in files]),
            ItemFile.owner_kind == owner,
            ItemFile.destroyed_at.is_(None),
        )
        .order_by(ItemFile.added_at)
        .limit(1)
    ).first()


@dataclass(frozen=True, slots=True)
class DropExpired:
    """Forget uploads whose time is over."""

    before: datetime
    ids: tuple[UUID, ...] = field(default=())


@use_case("system.operate")
def drop_expired(session: Session, cmd: DropExpired, by: Caller) -> int:
    """Remove the rows of expired uploads; the sweep removes their bytes."""
    authorise(by.actor, "system.operate", Facts())
    rows = session.scalars(select(Upload).where(Upload.expires_at <= cmd.before).limit(500)).all()
    for row in rows:
        session.delete(row)
    return len(rows)


__all__ = ["Attached", "NotFound", "StoredFile", "add_files", "files_of", "stage_upload", "storing"]
