"""What hangs on a record: files, keys, holds, disposal lists, signatures (A-3, R-5, R-6, S-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Actor
from docctl.models.content import FileReading, FileRole, ItemFile, OwnerKind, Signature
from docctl.models.organisation import Person
from docctl.models.records import Correction, RecordKey
from docctl.models.retention import DisposalItem, DisposalList
from docctl.queries.file_html import html_of
from docctl.queries.hold_names import names_holds
from docctl.queries.record_holds import HoldLine, record_holds


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file; `reading` is pending, ready or problem, `html` only of the first main file."""

    id: UUID
    role: str
    ordinal: int
    name: str
    media_type: str
    size: int
    sha256: str
    added_by: str
    added_at: datetime
    reading: str
    problem: str | None
    html: str | None


@dataclass(frozen=True, slots=True)
class ListLine:
    """A disposal list on which the record stands or stood; the residual entry links to it (R-6, R-7)."""

    id: UUID
    number: str
    title: str
    status: str
    item_status: str
    certificate_number: str
    certificate_id: UUID | None
    class_name: str
    basis: str
    keep_until: date
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A signature on the record or on one of its corrections (A-3)."""

    meaning: str
    subject: str
    name: str
    unit: str
    at: datetime
    content_sha256: str
    comment: str
    after_reset: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """Everything that hangs on a record; `holds` are those that the person may know by name."""

    keys: tuple[tuple[str, str], ...]
    is_held: bool
    holds: tuple[HoldLine, ...]
    lists: tuple[ListLine, ...]
    signatures: tuple[SignatureLine, ...]


def beside(
    session: Session, actor: Actor, record_id: UUID, zone: tzinfo, stood_at: datetime | None = None
) -> Beside:
    """Return what hangs on a record that the person has been found to see; signatures as of then (X-3).

    Holds by name are for those who read the register of holds; others learn that one stands (R-5).
    Somebody from outside learns neither of holds nor of disposal lists (O-7).
    """
    keys = session.execute(
        select(RecordKey.kind, RecordKey.value)
        .where(RecordKey.record_id == record_id)
        .order_by(RecordKey.kind, RecordKey.id)
    )
    holds = () if actor.is_outside else record_holds(session, record_id, zone)
    return Beside(
        keys=tuple((kind, value) for kind, value in keys),
        is_held=any(one.lifted_at is None for one in holds),
        holds=holds if names_holds(actor) else (),
        lists=() if actor.is_outside else _lists(session, record_id),
        signatures=_signatures(session, record_id, zone, stood_at),
    )


def _lists(session: Session, record_id: UUID) -> tuple[ListLine, ...]:
    rows = session.execute(
        select(DisposalList, DisposalItem, ItemFile.id)
        .join(DisposalItem, DisposalItem.list_id == DisposalList.id)
        .outerjoin(
            ItemFile,
            (ItemFile.owner_id == DisposalList.id)
            & (ItemFile.owner_kind == OwnerKind.DISPOSAL_LIST)
            & (ItemFile.role == FileRole.CERTIFICATE),
        )
        .where(DisposalItem.record_id == record_id)
        .order_by(DisposalList.proposed_at.desc())
    )
    return tuple(
        ListLine(
            id=found.id,
            number=found.number,
            title=found.title,
            status=found.status.value,
            item_status=item.status.value,
            certificate_number=found.certificate_number,
            certificate_id=certificate_id,
            class_name=item.class_name,
            basis=item.basis,
            keep_until=item.keep_until,
            hashes=tuple(str(one) for one in item.hashes),
        )
        for found, item, certificate_id in rows
    )


def _signatures(
    session: Session, record_id: UUID, zone: tzinfo, stood_at: datetime | None
) -> tuple[SignatureLine, ...]:
    own = select(Correction.id).where(Correction.record_id == record_id)
    rows = session.scalars(
        select(Signature)
        .where((Signature.subject_id == record_id) | Signature.subject_id.in_(own))
        .order_by(Signature.signed_at, Signature.id)
    )
    return tuple(
        SignatureLine(
            one.meaning.value,
            one.subject_kind,
            one.printed_name,
            one.unit_name,
            one.signed_at.astimezone(zone),
            one.content_sha256,
            one.comment,
            one.after_reset,
        )
        for one in rows
        if stood_at is None or one.signed_at <= stood_at
    )


def files_shown(
    session: Session, record_id: UUID, zone: tzinfo, stood_at: datetime | None
) -> tuple[FileLine, ...]:
    """Return a record's files in order, as there were at an instant; the first stays the first (C-4)."""
    query = (
        select(ItemFile, Person.name, FileReading.file_id.is_not(None), FileReading.problem)
        .outerjoin(Person, Person.id == ItemFile.added_by)
        .outerjoin(FileReading, FileReading.file_id == ItemFile.id)
        .where(ItemFile.owner_id == record_id, ItemFile.destroyed_at.is_(None))
        .order_by(ItemFile.ordinal, ItemFile.added_at)
    )
    if stood_at is not None:
        query = query.where(ItemFile.added_at <= stood_at)
    rows = session.execute(query).all()
    first = next((one.id for one, *_ in rows if one.role is FileRole.MAIN), None)
    html = html_of(session, [first]).get(first) if first else None
    return tuple(
        FileLine(
            id=one.id,
            role=one.role.value,
            ordinal=one.ordinal,
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            sha256=one.sha256,
            added_by=name or "",
            added_at=one.added_at.astimezone(zone),
            reading=_reading(problem, is_read=is_read),
            problem=problem,
            html=html if one.id == first else None,
        )
        for one, name, is_read, problem in rows
    )


def _reading(problem: str | None, *, is_read: bool) -> str:
    if not is_read:
        return "pending"
    return "problem" if problem else "ready"
