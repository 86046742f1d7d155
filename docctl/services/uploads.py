"""How files come in: received, examined, kept for a day for the form that will name them (F-3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.uploads import may_stage
from docctl.domain.verdicts import NotFound, require
from docctl.models.base import table_of
from docctl.models.content import Upload
from docctl.models.organisation import Person
from docctl.reading import examine, sniff
from docctl.reading.kinds import MEDIA_TYPES
from docctl.reading.names import clean_name
from docctl.services.caller import Caller
from docctl.services.house import House
from docctl.services.locks import LockedRow, Rank
from docctl.services.registry import use_case
from docctl.services.rows import ask, insert_rows

#: How long an upload waits for its form.
KEPT: Final = timedelta(hours=24)

_UPLOAD: Final = table_of(Upload)
_OWN: Final = select(func.count(), func.coalesce(func.sum(_UPLOAD.c.size), 0)).where(
    _UPLOAD.c.owner_id == bindparam("owner_id"), _UPLOAD.c.expires_at > bindparam("at")
)
_PERSON: Final = LockedRow(
    select(table_of(Person).c.id).where(table_of(Person).c.id == bindparam("person_id"))
)


@dataclass(frozen=True, slots=True)
class NoteUpload:
    """An upload that lies in the staging folder; `limit` is the largest single one, in bytes."""

    upload_id: UUID
    name: str
    media_type: str
    sha256: str
    size: int
    path: str
    limit: int


def stage_upload(
    source: BinaryIO, *, name: str, by: Caller, house: House, for_document: bool = False
) -> UUID:
    """Receive an upload, examine it and keep it for its owner; return its id.

    Raises RuleRefused with rule `upload`: empty, too large, misnamed, encrypted, unreadable, or too many
    are waiting. The bytes of a refused upload are gone.
    """
    shown = clean_name(name)
    with house.uow.read() as session:  # before anything is written; decided again under the lock
        files, size = _waiting(session, by)
        require(may_stage(files=files + 1, size=size, limit=house.staging.limit))
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
                limit=house.staging.limit,
            ),
            by=replace(by, request_id=""),
            house=house,
        )
    except BaseException:
        house.staging.discard(staged.id)
        raise


@use_case("upload.stage")
def note_upload(session: Session, cmd: NoteUpload, by: Caller) -> UUID:
    """Keep a staged upload for its owner for 24 hours, unless too many of theirs wait (F-3)."""
    authorise(by.actor, "upload.stage", Facts())
    # Two uploads of one person are counted one after the other.
    if _PERSON.lock(session, Rank.PEOPLE, person_id=by.person_id) is None:
        raise NotFound("person")
    files, size = _waiting(session, by)
    require(may_stage(files=files + 1, size=size + cmd.size, limit=cmd.limit))
    upload = {
        "id": cmd.upload_id,
        "owner_id": by.person_id,
        "name": cmd.name,
        "media_type": cmd.media_type,
        "sha256": cmd.sha256,
        "size": cmd.size,
        "path": cmd.path,
        "created_at": by.at,
        "expires_at": by.at + KEPT,
    }
    insert_rows(session, Upload, upload)
    return cmd.upload_id


def _waiting(session: Session, by: Caller) -> tuple[int, int]:
    """Return how many uploads of the person's own wait for a form, and their bytes."""
    row = ask(session, _OWN, owner_id=by.actor.person_id, at=by.at).one()
    return int(row[0]), int(row[1])


def drop_uploads(ids: tuple[UUID, ...], *, by: Caller, house: House) -> None:
    """Let go of the person's own uploads that no form will name any more, rows and bytes (F-3)."""
    for upload_id in forget_uploads(ForgetUploads(ids), by=by, house=house):
        house.staging.discard(UUID(upload_id))


@dataclass(frozen=True, slots=True)
class ForgetUploads:
    """Uploads of the caller's own that are wanted no more."""

    ids: tuple[UUID, ...]


@use_case("upload.stage")
def forget_uploads(session: Session, cmd: ForgetUploads, by: Caller) -> list[str]:
    """Remove the rows of one's own waiting uploads; return whose bytes may go (F-3)."""
    authorise(by.actor, "upload.stage", Facts())
    own = Upload.id.in_(cmd.ids) & (Upload.owner_id == by.person_id)
    return [str(one) for one in session.scalars(delete(Upload).where(own).returning(Upload.id))]


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
