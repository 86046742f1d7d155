"""Handing out a certificate of destruction: allowed, in the trail, and only then (R-6, X-2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.content import FileRole, ItemFile
from docctl.models.records import Record
from docctl.models.retention import DisposalItem, DisposalList
from docctl.models.visibility import sets_of
from docctl.services.caller import Caller
from docctl.services.content.reads import note_read, noted_lately
from docctl.services.content.sound import opener
from docctl.services.disposal.load import may_see
from docctl.services.house import House
from docctl.services.registry import use_case
from docctl.services.trail import Subject

_EVENT: Final = "disposal.read"


@dataclass(frozen=True, slots=True)
class ReadCertificate:
    """A list whose certificate is about to be handed out."""

    list_id: UUID


@use_case("disposal.view")
def read_certificate(session: Session, cmd: ReadCertificate, by: Caller) -> UUID:
    """Note that a person takes a certificate (T-1, X-2)."""
    row, file = _permitted(session, cmd, by)
    facts = {"list": row.number, "certificate": row.certificate_number}
    note_read(session, by, _EVENT, Subject("disposal_list", row.id, str(file.id)), facts=facts)
    return row.id


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that may be handed out now; `open()` yields its bytes."""

    number: str
    name: str
    media_type: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]


def open_certificate(list_id: UUID, *, by: Caller, house: House) -> Certificate:
    """Return a list's certificate; the read is in the trail before any byte goes (R-6, X-2).

    It names every record of the list: only who may see all of them takes it (X-3).
    """
    cmd = ReadCertificate(list_id)
    with house.uow.read() as session:
        row, file = _permitted(session, cmd, by)
        noted = noted_lately(session, by, _EVENT, Subject("disposal_list", row.id, str(file.id)))
        found = Certificate(
            number=row.certificate_number,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            open=opener(house, file),
        )
    if not noted:
        read_certificate(cmd, by=by, house=house)
    return found


def _permitted(session: Session, cmd: ReadCertificate, by: Caller) -> tuple[DisposalList, ItemFile]:
    row = session.get(DisposalList, cmd.list_id)
    if row is None:
        raise NotFound("disposal list")
    may_see(session, by.actor, row.id)
    hidden = (
        select(DisposalItem.id)
        .join(Record, Record.id == DisposalItem.record_id)
        .where(
            DisposalItem.list_id == row.id,
            Record.access_set_id.not_in(sorted(sets_of(session, by.actor))),
        )
    )
    if session.scalars(hidden.limit(1)).first() is not None:
        raise RuleRefused(Refused("X-3", "names_hidden_records"))
    file = session.scalars(
        select(ItemFile).where(ItemFile.owner_id == row.id, ItemFile.role == FileRole.CERTIFICATE)
    ).first()
    if file is None:
        raise NotFound("certificate")
    return row, file
