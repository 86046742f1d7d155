"""How staged files come to their item: examined again, stored before the row that names them (F-3)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id, table_of
from docctl.models.content import READ, FileRole, ItemFile, OwnerKind, Upload
from docctl.models.work import Delivery
from docctl.reading import examine
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.jobs import Wish, row_of
from docctl.services.registry import Prepared
from docctl.services.rows import AnyRow, New, ask, write_together
from storage.api import Area, Key, StorageError, StoreFull, StoreUnavailable


@dataclass(frozen=True, slots=True)
class Attached:
    """A staged upload and what it is to its item."""

    upload_id: UUID
    role: FileRole = FileRole.MAIN
    #: Of an annex of a revision: what it is called, and which file it takes the place of (V-13).
    title: str = ""
    instead_of: UUID | None = None

    def as_annex(self, *, title: str = "", instead_of: UUID | None = None) -> Attached:
        """Return it as an annex of a revision, at the end or in the place of another one (V-13)."""
        return Attached(self.upload_id, FileRole.ANNEX, title, instead_of)

    @staticmethod
    def beside(annexes: Sequence[UUID], source: Sequence[UUID]) -> tuple[Attached, ...]:
        """Return staged uploads as the annexes and the source beside a main file (V-13)."""
        found = [Attached(one).as_annex() for one in annexes]
        return (*found, *(Attached(one).as_source() for one in source[:1]))

    def as_source(self) -> Attached:
        """Return it as what the main file was made from (V-13)."""
        return Attached(self.upload_id, FileRole.SOURCE)


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
    #: The upload that brought it; none for what docctl wrote itself.
    upload_id: UUID | None = None
    title: str = ""
    #: The file whose place it takes, or of which it is a copy in the next revision (V-13).
    instead_of: UUID | None = None
    copy_of: UUID | None = None


_UPLOAD: Final = select(table_of(Upload)).where(table_of(Upload).c.id == bindparam("upload_id"))
_USED: Final = delete(table_of(Upload)).where(table_of(Upload).c.id.in_(bindparam("used", expanding=True)))


class WithUploads(Protocol):
    """A command that brings staged uploads for a new item."""

    @property
    def item_id(self) -> UUID: ...
    @property
    def uploads(self) -> tuple[Attached, ...]: ...
    @property
    def files(self) -> tuple[StoredFile, ...]: ...


C = TypeVar("C", bound=WithUploads)


def storing(owner: OwnerKind, *, for_document: bool) -> Callable[[C, Caller, House], Prepared[C]]:
    """Return the preparation that stores a command's uploads before its transaction."""

    def before(cmd: C, by: Caller, house: House) -> Prepared[C]:
        stored: list[StoredFile] = []

        def undo() -> None:
            for one in stored:
                take_back(house, one)

        def done() -> None:
            for one in cmd.uploads:  # no second copy of the content is left behind
                house.staging.discard(one.upload_id)

        try:
            for ordinal, upload in enumerate(_uploads(cmd.uploads, by, house), start=1):
                stored.append(_store(upload, cmd, ordinal, owner, house, for_document))
        except BaseException:
            undo()
            raise
        return Prepared(replace(cmd, files=tuple(stored)), undo, done)  # type: ignore[type-var]

    return before


def take_back(house: House, stored: StoredFile) -> None:
    """Remove bytes whose row did not come; an orphan that stays is swept later."""
    with contextlib.suppress(StorageError, DBAPIError, RuleRefused):
        if not _is_named(house, stored):
            house.objects.destroy(Key.parse(stored.object_key))


def _is_named(house: House, stored: StoredFile) -> bool:
    """Say whether a row names the bytes: a call stopped just after its commit must not take them."""
    with house.uow.read() as session:
        query = select(ItemFile.id).where(ItemFile.object_key == stored.object_key)
        return session.scalar(query) is not None


def _uploads(attached: Sequence[Attached], by: Caller, house: House) -> list[tuple[AnyRow, Attached]]:
    with house.uow.read() as session:
        found = []
        for one in attached:
            row = ask(session, _UPLOAD, upload_id=one.upload_id).first()
            if row is None or row.owner_id != by.actor.person_id or row.expires_at <= by.at:
                raise RuleRefused(Refused("upload", "gone"))
            found.append((row, one))
        return found


def _store(
    upload: tuple[AnyRow, Attached],
    cmd: WithUploads,
    ordinal: int,
    owner: OwnerKind,
    house: House,
    for_document: bool,
) -> StoredFile:
    row, given = upload
    path = Path(row.path)
    try:
        is_main = for_document and given.role is FileRole.MAIN  # only what is shown and stamped must be so
        require(examine(path, row.name, size_limit=house.staging.limit, for_document=is_main))
        stored = store_bytes(
            house,
            path,
            Key.new(Area.RECORDS, owner.value, cmd.item_id, ordinal),
            role=given.role,
            ordinal=ordinal,
            name=row.name,
            media_type=row.media_type,
            sha256=row.sha256,
            upload_id=row.id,
        )
        return replace(stored, title=given.title, instead_of=given.instead_of)
    except FileNotFoundError as error:  # expired, or taken by the same request a moment ago
        raise RuleRefused(Refused("upload", "gone")) from error


def store_bytes(
    house: House,
    path: Path,
    key: Key,
    *,
    role: FileRole,
    ordinal: int,
    name: str,
    media_type: str,
    sha256: str,
    upload_id: UUID | None = None,
    opened: Callable[[Path], AbstractContextManager[BinaryIO]] = lambda path: path.open("rb"),
) -> StoredFile:
    """Store a file of this machine before its row is there; `opened` opens one that lies encrypted.

    Raises RuleRefused where it is not what was hashed or the store refuses, FileNotFoundError: it is gone.
    """
    try:
        with opened(path) as source:
            stored = house.objects.put(key, source, retain_until=None)
    except (StoreFull, StoreUnavailable) as error:
        code = "disk_full" if isinstance(error, StoreFull) else "disk_failed"
        raise RuleRefused(Refused("request", code)) from error
    if stored.sha256 != sha256:
        house.objects.destroy(key)
        raise RuleRefused(Refused("upload", "changed"))
    return StoredFile(
        role=role,
        ordinal=ordinal,
        name=name,
        media_type=media_type,
        sha256=stored.sha256,
        size=stored.size,
        object_key=str(key),
        object_version=stored.version,
        stored_sha256=stored.stored_sha256,
        stored_size=stored.stored_size,
        upload_id=upload_id,
    )


def add_files(
    session: Session,
    by: Caller,
    *,
    owner: OwnerKind,
    owner_id: UUID,
    files: Sequence[StoredFile],
    first: int = 1,
    places: Sequence[int] = (),
    new: Sequence[New] = (),
    wishes: Sequence[Wish] = (),
) -> list[UUID]:
    """Write the rows of stored files, ask for texts that are read; their uploads wait no longer (F-3).

    Return the ids of the rows. They stand from `first` on, or at `places`, one for each. `new` are rows to
    write with them, `wishes` what else is wanted.
    """
    rows = [
        {
            "id": new_id(),
            "owner_kind": owner,
            "owner_id": owner_id,
            "role": one.role,
            "ordinal": places[offset] if places else first + offset,
            "name": one.name,
            "title": one.title,
            "media_type": one.media_type,
            "sha256": one.sha256,
            "size": one.size,
            "object_key": one.object_key,
            "object_version": one.object_version,
            "stored_sha256": one.stored_sha256,
            "stored_size": one.stored_size,
            "added_by": by.actor.person_id,
            "added_at": by.at,
            "checked_at": by.at,  # hashed on its way in
        }
        for offset, one in enumerate(files)
    ]
    ids = [UUID(str(row["id"])) for row in rows]
    read = ids if owner in READ else []
    wishes = [*(Wish("read_file", str(one), {"file_id": str(one)}, by.at) for one in read), *wishes]
    new = [*new, (ItemFile, rows), (Delivery, [row_of(one) for one in wishes])]
    used = [one.upload_id for one in files if one.upload_id is not None]
    write_together(session, new, _USED, used=used)
    return ids


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


__all__ = ["Attached", "NotFound", "StoredFile", "add_files", "files_of", "storing"]
