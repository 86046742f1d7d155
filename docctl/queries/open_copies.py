"""Copies that a person holds by name and what they are asked to read, for handing over (A-16, D-2, D-4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import Medium
from docctl.domain.leaving import OpenKind
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor
from docctl.models.distribution import ControlledCopy, DistributionEntry, ReadTask
from docctl.models.documents import Document, Revision
from docctl.queries.copy_states import called, not_over, still_out
from docctl.queries.open_item import OpenItem, Taker
from docctl.queries.revision_states import is_insider


def held_lines(at: Any) -> Select[*tuple[Any, ...]]:
    """Return for whom a line that names them is open: copies of it are out and not called back."""
    out = exists().where(
        ControlledCopy.entry_id == DistributionEntry.id, still_out(), ControlledCopy.recalled_at.is_(None)
    )
    return (
        select(DistributionEntry.person_id)
        .join(Revision, Revision.id == DistributionEntry.revision_id)
        .where(
            DistributionEntry.person_id.is_not(None),
            DistributionEntry.removed_at.is_(None),
            Revision.status == RevisionStatus.ISSUED,
            not_over(at),
            out,
        )
    )


def open_readings(at: Any) -> Select[*tuple[Any, ...]]:
    """Return for whom a reading is open: neither acknowledged nor ended, its revision not over."""
    return (
        select(ReadTask.person_id)
        .join(Revision, Revision.id == ReadTask.revision_id)
        .where(ReadTask.acknowledged_at.is_(None), ReadTask.ended_at.is_(None), _runs(at))
    )


def _runs(at: Any) -> ColumnElement[bool]:
    ends = or_(Revision.effective_until.is_(None), Revision.effective_until > at)
    return (Revision.status == RevisionStatus.ISSUED) & ends


def copies_with(
    session: Session, actor: Actor, person_id: UUID, takers: tuple[Taker, ...], at: datetime
) -> Iterable[OpenItem]:
    """Yield the lines with copies that a person holds; `what` is the medium, takers have none of it yet."""
    rows = session.execute(
        held_lines(at)
        .with_only_columns(
            DistributionEntry.id,
            DistributionEntry.revision_id,
            DistributionEntry.medium,
            Document.number,
            Revision.title,
            is_insider(actor).label("seen"),
        )
        .join(Document, Document.id == Revision.document_id)
        .where(DistributionEntry.person_id == person_id)
        .order_by(Document.number, DistributionEntry.ordinal)
    ).all()
    others = session.execute(
        select(DistributionEntry.revision_id, DistributionEntry.medium, DistributionEntry.person_id).where(
            DistributionEntry.revision_id.in_({one.revision_id for one in rows}),
            DistributionEntry.person_id.is_not(None),
            DistributionEntry.removed_at.is_(None),
        )
    )
    named: dict[tuple[UUID, Medium], set[UUID]] = {}
    for other in others:
        named.setdefault((other.revision_id, other.medium), set()).add(other.person_id)
    for one in rows:
        there = named.get((one.revision_id, one.medium), set())
        href = f"/documents/revisions/{one.revision_id}/distribution" if one.seen else ""
        title = one.title if one.seen else ""
        free = tuple(each for each in takers if each.id not in there)
        yield OpenItem(OpenKind.COPY, one.id, "copy", one.number, title, None, href, free)


def readings_of(
    session: Session, actor: Actor, person_id: UUID, takers: tuple[Taker, ...], at: datetime
) -> Iterable[OpenItem]:
    """Yield what a person is asked to read and has not (D-4)."""
    rows = session.execute(
        open_readings(at)
        .with_only_columns(
            ReadTask.id,
            Revision.id.label("revision_id"),
            Document.number,
            Revision.title,
            is_insider(actor).label("seen"),
        )
        .join(Document, Document.id == Revision.document_id)
        .where(ReadTask.person_id == person_id)
        .order_by(Document.number, Revision.ordinal)
    )
    for one in rows:
        href = f"/documents/revisions/{one.revision_id}/distribution" if one.seen else ""
        title = one.title if one.seen else ""
        yield OpenItem(OpenKind.READING, one.id, "reading", one.number, title, None, href, takers)


def to_collect(session: Session, person_id: UUID, at: datetime) -> int:
    """Return how many copies of a person are called back and still out: control collects them (D-2)."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ControlledCopy)
            .join(Revision, Revision.id == ControlledCopy.revision_id)
            .where(ControlledCopy.person_id == person_id, still_out(), called(at))
        )
        or 0
    )
