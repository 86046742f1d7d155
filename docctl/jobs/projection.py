"""The search index follows the events: a cursor, batches, droppable at any time (S-4)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.jobs.entries import all_entries, record_entries, record_key, revision_entries, revision_key
from docctl.models.documents import Revision
from docctl.models.trail import AuditHead, EventRow
from docctl.services.house import House
from search.api import CursorMoved, Entry, IndexBusy

BATCH = 500


def newest(session: Session) -> int:
    """Return the number of the newest event."""
    return session.execute(select(AuditHead.seq)).scalar_one()


def lag(house: House) -> int:
    """Return how many events the index has yet to follow."""
    with house.uow.read() as session:
        return newest(session) - house.search.position()


def follow(house: House) -> bool:
    """Take up one batch of events; say whether there was anything.

    Another follower at the same time does no harm: the batch that comes second is dropped.
    """
    if house.search.state not in {"ready", "empty"}:
        rebuild(house)
        return True
    position = house.search.position()
    with house.uow.read() as session:
        if position == 0 and newest(session) > BATCH:
            behind = True
        else:
            behind = False
            events = session.execute(
                select(EventRow.seq, EventRow.subject_kind, EventRow.subject_id)
                .where(EventRow.seq > position)
                .order_by(EventRow.seq)
                .limit(BATCH)
            ).all()
            if not events:
                return False
            upserts, removals = _changes(
                session,
                house,
                {one.subject_id for one in events if one.subject_kind == "document"},
                {one.subject_id for one in events if one.subject_kind == "record"},
            )
            last = events[-1].seq
    if behind:
        rebuild(house)
        return True
    try:
        house.search.apply(upserts, removals, position=last, after=position)
    except (CursorMoved, IndexBusy):
        return True
    return True


def rebuild(house: House) -> int:
    """Make the index anew beside the old one, swap, drop the old; return the number of entries (S-4)."""
    count = 0
    with house.uow.read() as session, house.search.rebuild(position=newest(session)) as fresh:
        for entry in all_entries(session, house.zone):
            fresh.add([entry])
            count += 1
    return count


def purge(house: House) -> None:
    """Make the index anew so that no file of it holds text of what was destroyed (R-7)."""
    with house.uow.read() as session:
        house.search.purge(lambda: all_entries(session, house.zone), position=newest(session))


def _changes(
    session: Session, house: House, documents: set[UUID], records: set[UUID]
) -> tuple[list[Entry], list[str]]:
    upserts = [
        *revision_entries(session, sorted(documents), house.zone),
        *record_entries(session, sorted(records), house.zone),
    ]
    there = {one.id for one in upserts}
    known = {record_key(one) for one in records} | {
        revision_key(one)
        for one in session.scalars(select(Revision.id).where(Revision.document_id.in_(sorted(documents))))
    }
    return upserts, sorted(known - there)
