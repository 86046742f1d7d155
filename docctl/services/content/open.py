"""Opening a revision's content: allowed, in the trail, and only then handed out (X-2, X-3, V-4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import Computed, RevisionStatus, in_force, revision_state
from docctl.domain.permissions import Facts, authorise
from docctl.domain.validity import last_day
from docctl.domain.verdicts import NotFound
from docctl.models.content import FileRole, ItemFile, OwnerKind
from docctl.models.documents import Document, Revision
from docctl.models.organisation import LegalEntity
from docctl.queries.changes import ChangeNote, changes_beside
from docctl.queries.copy_steps import is_told
from docctl.queries.delegated_steps import stands_in_at
from docctl.queries.header_blocks import Header, copy_header, header_at
from docctl.queries.signature_sheet import GoesTo, SignatureSheet, signature_sheet
from docctl.services.access import sees
from docctl.services.caller import Caller
from docctl.services.content.reads import note_read, noted_lately
from docctl.services.content.sound import opener
from docctl.services.house import House
from docctl.services.registry import use_case
from docctl.services.trail import Subject


class Purpose(StrEnum):
    """Why content is opened; each is a permission and an event of its own."""

    READ = "read"
    COPY = "copy"
    SOURCE = "source"


EVENTS: Final = {
    Purpose.READ: "revision.read",
    Purpose.COPY: "revision.copied",
    Purpose.SOURCE: "revision.source_taken",
}


@dataclass(frozen=True, slots=True)
class ReadRevision:
    """A revision whose content is about to be shown or handed out."""

    revision_id: UUID
    purpose: str = Purpose.READ.value
    #: Of an annex or a source: the digest of the file, its number among the annexes, 0 for a source.
    file: str = ""
    annex: int = 0


@use_case("revision.read")
def read_revision(session: Session, cmd: ReadRevision, by: Caller) -> UUID:
    """Note that a person reads or takes a revision's content (T-1, X-2)."""
    document, revision = permitted(session, cmd, by)
    note_read(
        session,
        by,
        EVENTS[Purpose(cmd.purpose)],
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            **_by_header(session, cmd, document, by),
            **({"file": cmd.file, "annex": cmd.annex} if cmd.file else {}),
        },
    )
    return document.id


def _by_header(session: Session, cmd: ReadRevision, document: Document, by: Caller) -> dict[str, str]:
    """Return which revision of the header blocks a copy is printed by, {} as it is shipped (D-14)."""
    if cmd.purpose != Purpose.COPY:
        return {}
    header = header_at(session, "copy", session.get_one(LegalEntity, document.entity_id).code, {}, by.at)
    return {"headers": header.name} if header else {}


@dataclass(frozen=True, slots=True)
class Content:
    """A file that may be handed out now; `open()` yields its bytes."""

    file_id: UUID
    number: str
    label: str
    title: str
    #: The number of an annex, 0 for the main file, and what it is called.
    annex: int
    annex_title: str
    state: RevisionStatus | Computed
    name: str
    media_type: str
    size: int
    #: The last day of its validity, and whether it is for trial (V-8).
    valid_to: date | None
    is_trial: bool
    #: The day from which it is in force, where it is issued.
    effective_on: date | None
    #: Temporary changes that hold or will: printed with it (V-14).
    changes: tuple[ChangeNote, ...]
    #: The header block of its copies, None as it is shipped (D-14).
    header: Header | None
    #: Who signed it and what came before it: printed with its main file, None for what is not approved (A-3).
    sheet: SignatureSheet | None
    open: Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that is handed out as it came; `open()` yields its bytes."""

    name: str
    media_type: str
    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]


def open_content(
    revision_id: UUID,
    *,
    by: Caller,
    house: House,
    purpose: Purpose = Purpose.READ,
    file_id: UUID | None = None,
    is_stamped: bool = False,
    goes_to: GoesTo = GoesTo.ONESELF,
) -> Content:
    """Return a revision's file, its main one without `file_id`; the read is in the trail before (T-1, X-2).

    The source is there for the purpose of taking it alone (X-3); what goes out stamped, as copies do, comes
    with its signatures, and with no more of them than who it goes to may know. Raises NotFound for what the
    person may not see, RuleRefused for what they may not do with it.
    """
    cmd = ReadRevision(revision_id, purpose.value)
    with house.uow.read() as session:
        document, revision = permitted(session, cmd, by)
        subject = Subject("document", document.id, str(revision.id))
        row, annex = _file(session, revision, file_id, purpose)
        if row.role is not FileRole.MAIN:
            cmd = replace(cmd, file=row.sha256, annex=annex)
        noted = noted_lately(session, by, EVENTS[purpose], subject, file=cmd.file)
        header = None
        if purpose is not Purpose.SOURCE:
            header = copy_header(session, document, revision, by.at, by.zone)
        sheet = None
        if row.role is FileRole.MAIN and (purpose is Purpose.COPY or is_stamped):
            sheet = signature_sheet(
                session, by.actor, document, revision, at=by.at, zone=by.zone, goes_to=goes_to
            )
        content = Content(
            file_id=row.id,
            number=revision.number_of(document),
            label=revision.label,
            title=revision.title,
            annex=annex,
            annex_title=row.title or row.name if annex else "",
            state=revision_state(revision.dates(), by.at),
            name=row.name,
            media_type=row.media_type,
            size=row.size,
            valid_to=last_day(revision.valid_until, by.zone),
            is_trial=revision.is_trial,
            effective_on=revision.effective_from.astimezone(by.zone).date()
            if revision.effective_from
            else None,
            changes=changes_beside(session, revision.id, at=by.at, zone=by.zone),
            header=header,
            sheet=sheet,
            open=opener(house, row),
        )
    if not noted:
        read_revision(cmd, by=by, house=house)
    return content


def permitted(session: Session, cmd: ReadRevision, by: Caller) -> tuple[Document, Revision]:
    """Return what the person may read for the purpose, or raise NotFound or RuleRefused (X-3)."""
    found = session.execute(
        select(Document, Revision)
        .join(Revision, Revision.document_id == Document.id)
        .where(Revision.id == cmd.revision_id)
    ).first()
    if found is None:
        raise NotFound("revision")
    document, revision = found
    published, told = in_force(revision.dates(), by.at), is_told(session, by.actor, revision)
    insider = sees(session, by.actor, document.insider_set_id)
    stands_in = not insider and stands_in_at(session, by.actor, document.id, by.at)
    facts = Facts(
        unit_id=document.unit_id,
        author_id=revision.created_by,
        visible=told or (published and sees(session, by.actor, document.access_set_id)),
        published=published or told,
        insider=insider or stands_in,
        stands_in=stands_in,
    )
    authorise(by.actor, f"revision.{Purpose(cmd.purpose).value}", facts)
    return document, revision


def _file(
    session: Session, revision: Revision, file_id: UUID | None, purpose: Purpose
) -> tuple[ItemFile, int]:
    """Return the file that is meant, and which of the annexes it is, 0 for none."""
    rows = session.scalars(
        select(ItemFile)
        .where(
            ItemFile.owner_id == revision.id,
            ItemFile.owner_kind == OwnerKind.REVISION,
            ItemFile.destroyed_at.is_(None),
        )
        .order_by(ItemFile.role != FileRole.MAIN, ItemFile.ordinal, ItemFile.added_at)
    ).all()
    row = next((one for one in rows if file_id in {None, one.id}), None)
    if row is None or (row.role is FileRole.SOURCE and purpose is not Purpose.SOURCE):
        raise NotFound("file")
    annexes = [one.id for one in rows if one.role is FileRole.ANNEX]
    return row, annexes.index(row.id) + 1 if row.id in annexes else 0
