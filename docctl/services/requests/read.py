"""Opening a file of a change request: allowed, in the trail, and only then handed out (X-2, X-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import authorise
from docctl.domain.verdicts import NotFound
from docctl.models.content import ItemFile, OwnerKind
from docctl.services.caller import Caller
from docctl.services.content.open import Handed
from docctl.services.content.reads import note_read
from docctl.services.content.sound import opener
from docctl.services.house import House
from docctl.services.registry import use_case
from docctl.services.requests.load import lock_request, subject_of


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """A file of a change request that is about to be handed out."""

    request_id: UUID
    file_id: UUID


@use_case("request.read")
def read_request(session: Session, cmd: ReadRequest, by: Caller) -> UUID:
    """Note that a person takes a file of a change request (T-1, X-2)."""
    loaded = lock_request(session, cmd.request_id, None, by)
    authorise(by.actor, "request.read", loaded.facts)
    file = _file(session, cmd)
    request = loaded.request
    note_read(
        session,
        by,
        "request.file_taken",
        replace(subject_of(request, request.document_id), version=str(file.id)),
        facts={"request": request.number, "file": file.sha256},
    )
    return file.id


def open_request_file(request_id: UUID, file_id: UUID, *, by: Caller, house: House) -> Handed:
    """Return a file of a request as it came; the read is in the trail before any byte goes (T-1, X-2).

    Raises NotFound for what the person may not see (X-3).
    """
    cmd = ReadRequest(request_id, file_id)
    read_request(cmd, by=by, house=house)
    with house.uow.read() as session:
        file = _file(session, cmd)
        return Handed(file.name, file.media_type, file.size, opener(house, file))


def _file(session: Session, cmd: ReadRequest) -> ItemFile:
    query = select(ItemFile).where(
        ItemFile.id == cmd.file_id,
        ItemFile.owner_id == cmd.request_id,
        ItemFile.owner_kind == OwnerKind.CHANGE_REQUEST,
    )
    if (found := session.scalars(query).first()) is None:
        raise NotFound("file")
    return found
