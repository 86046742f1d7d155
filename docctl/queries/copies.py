"""How far the copies of the search index are, and which of them a disposal list waits for (R-7, S-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from docctl.domain.index_copies import UNTOLD, is_purged, is_silent
from docctl.domain.lifecycle import ListStatus
from docctl.models.records import Record
from docctl.models.retention import DisposalItem, DisposalList, ItemStatus
from docctl.models.trail import AuditHead, EventRow
from docctl.models.work import IndexCopy


@dataclass(frozen=True, slots=True)
class CopyState:
    """A copy as its host told last; `behind` counts events, `behind_since` is when the first of them came.

    `is_awaited`: a disposal list waits until it is made anew.
    """

    id: UUID
    host: str
    state: str
    entries: int
    position: int
    behind: int
    behind_since: datetime | None
    seen_at: datetime
    is_silent: bool
    is_awaited: bool
    forgotten_at: datetime | None

    @property
    def note(self) -> str:
        """What is to be said of it, as a word: `forgotten`, `silent`, `awaited`, or nothing."""
        if self.forgotten_at is not None:
            return "forgotten"
        if self.is_silent:
            return "silent"
        return "awaited" if self.is_awaited else ""

    def lag(self, at: datetime) -> float:
        """Return for how many seconds the first event not taken up has been there, 0 for none."""
        return max(0.0, (at - self.behind_since).total_seconds()) if self.behind_since else 0.0


def purge_wanted(session: Session) -> int:
    """Return the event as of which every index must have been made, 0 where no list has asked yet (R-7)."""
    return session.scalar(select(func.max(DisposalList.purge_from))) or 0


def copies(session: Session, *, at: datetime) -> list[CopyState]:
    """Return all copies, those forgotten last; none where one host keeps its index by itself."""
    newest = session.execute(select(AuditHead.seq)).scalar_one()
    awaited = session.scalar(
        select(func.max(DisposalList.purge_from)).where(DisposalList.status == ListStatus.EXECUTING)
    )
    rows = session.execute(
        select(IndexCopy, EventRow.recorded_at)
        .outerjoin(EventRow, EventRow.seq == IndexCopy.position + 1)
        .order_by(IndexCopy.forgotten_at.is_not(None), IndexCopy.host, IndexCopy.id)
    )
    return [
        CopyState(
            id=row.id,
            host=row.host,
            state=row.state,
            entries=row.entries,
            position=row.position,
            behind=max(0, newest - row.position),
            behind_since=since,
            seen_at=row.seen_at,
            is_silent=is_silent(row.seen_at, at),
            is_awaited=not is_purged(row.made_from, awaited or 0) and row.forgotten_at is None,
            forgotten_at=row.forgotten_at,
        )
        for row, since in rows
    ]


def came_after(session: Session, position: int) -> datetime | None:
    """Return when the first event after a position came, None where none did."""
    return session.scalar(select(EventRow.recorded_at).where(EventRow.seq == position + 1))


def copies_awaited(session: Session, list_id: UUID) -> list[str]:
    """Return the hosts whose copy a list waits for; none before its last item is settled (R-7)."""
    return list(
        session.scalars(
            select(IndexCopy.host)
            .join(DisposalList, DisposalList.purge_from > IndexCopy.made_from)
            .where(DisposalList.id == list_id, IndexCopy.forgotten_at.is_(None))
            .order_by(IndexCopy.host)
        )
    )


@dataclass(frozen=True, slots=True)
class CopiesProof:
    """What a certificate says of the copies: hosts made anew; forgotten ones that may hold words (R-7)."""

    anew: tuple[str, ...]
    forgotten: tuple[tuple[str, datetime, datetime], ...]


def copies_proof(session: Session, list_id: UUID) -> CopiesProof:
    """Return which copies were made anew, and which were forgotten with when they were last seen.

    A forgotten copy counts where an item of the list was there before it was last seen.
    """
    anew = session.scalars(
        select(IndexCopy.host)
        .join(DisposalList, DisposalList.purge_from <= IndexCopy.made_from)
        .where(DisposalList.id == list_id)
        .order_by(IndexCopy.host)
    ).all()
    first_filed = session.scalar(
        select(func.min(Record.filed_at))
        .join(DisposalItem, DisposalItem.record_id == Record.id)
        .where(DisposalItem.list_id == list_id, DisposalItem.status == ItemStatus.DESTROYED)
    )
    if first_filed is None:
        return CopiesProof(tuple(anew), ())
    forgotten = session.execute(
        select(IndexCopy.host, IndexCopy.seen_at, IndexCopy.forgotten_at)
        .join(DisposalList, DisposalList.purge_from > IndexCopy.made_from)
        .where(
            DisposalList.id == list_id,
            IndexCopy.forgotten_at.is_not(None),
            IndexCopy.seen_at >= first_filed - UNTOLD,
        )
        .order_by(IndexCopy.host)
    ).all()
    return CopiesProof(tuple(anew), tuple((host, seen, gone) for host, seen, gone in forgotten if gone))


def is_followed(session: Session, copy_id: UUID) -> bool:
    """Say whether a copy is on the list and not forgotten: it may write files."""
    return bool(
        session.scalar(select(exists().where(IndexCopy.id == copy_id, IndexCopy.forgotten_at.is_(None))))
    )
