"""The search index follows the events: a cursor, batches, droppable at any time (S-4).

Each host follows by itself. What tells whether its index belongs to this trail is the newest event that it
may have taken up, kept beside it: after an older state was restored, that event is missing or another one.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.index_copies import is_purged
from docctl.jobs.copies import is_of_trail, join, tell
from docctl.jobs.entries import all_parts, record_entries, record_key, revision_entries, revision_key
from docctl.models.documents import Revision
from docctl.models.trail import AuditHead, EventRow
from docctl.queries.copies import is_followed, purge_wanted
from docctl.services.content.texts import texts_in
from docctl.services.house import House
from search.api import Entry
from search.errors import CursorMoved, IndexBusy
from storage.errors import StorageError

log = logging.getLogger(__name__)

BATCH = 500
#: Of so many items at once it is asked whether their keys are there again.
_ASKED: Final = 500
_DOCUMENTS: Final = select(Revision.id, Revision.document_id)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What changes in the index with some events, and the last of them; `missing` are items without a key."""

    upserts: list[Entry]
    removals: list[str]
    missing: frozenset[UUID]
    last: int
    digest: str


def newest(session: Session) -> int:
    """Return the number of the newest event."""
    return session.execute(select(AuditHead.seq)).scalar_one()


def lag(house: House) -> int:
    """Return how many events the index has yet to follow."""
    with house.uow.read() as session:
        return newest(session) - house.search.position()


def follow(house: House) -> bool:
    """Take up one batch of events, or texts whose keys are there again; say whether there was anything.

    Of several processes on one host one follows, the others have nothing to do. While the key store cannot be
    used the index waits: it would be without the texts.
    """
    try:
        with house.search.alone(wait=0):
            return _follow(house)
    except IndexBusy:
        return False
    except StorageError:
        log.warning("the index waits: the key store cannot be used", exc_info=True)
        return False


def rebuild(house: House) -> int:
    """Make the index anew beside the old one, swap, drop the old; return the number of entries (S-4)."""
    with house.search.alone():
        _join_first(house)
        return _make_anew(house)


def renew(house: House) -> None:
    """Make the index of this host anew where a disposal list asks for it and it was not done yet (R-7)."""
    for _ in renew_steps(house):
        pass


def renew_steps(house: House) -> Iterator[None]:
    """Do what `renew` does, some hundred entries a step; between them nobody else takes up events here."""
    with house.search.alone():
        _join_first(house)
        with house.uow.read() as session:
            wanted = purge_wanted(session)
            follows = is_of_trail(session, house.here.read(), house.search.position())
        made = house.search.generation()
        if made is not None and not made.is_alone:
            house.search.sweep()
        if made is None or not follows or not is_purged(made.made_from, wanted):
            for _ in _anew_steps(house):
                yield
        else:
            tell(house)


def _follow(house: House) -> bool:
    position = house.search.position()
    with house.uow.read() as session:
        may_write = _may_write(session, house)
        anew = _must_be_made_anew(session, house, position)
        batch = _batch(session, house, position) if may_write and not anew else None
    if not may_write:
        join(house)
        return _follow(house)
    if anew:
        _make_anew(house)
    elif (made := house.search.generation()) is not None and not made.is_alone:
        house.search.sweep()
    if batch is None:
        return anew or _come_back(house, position)
    house.here.follow(batch.last, batch.digest)  # before the index: it never stands further than this
    if batch.missing:
        house.here.wait_for(house.here.waiting() | batch.missing)
    _apply(house, batch, after=position)
    return True


def _apply(house: House, batch: _Batch, *, after: int) -> bool:
    try:
        house.search.apply(batch.upserts, batch.removals, position=batch.last, after=after)
    except (CursorMoved, IndexBusy):
        return False
    return True


def _come_back(house: House, position: int) -> bool:
    """Take up the texts of some items whose keys are there again; say whether there were any (S-4)."""
    waiting = house.here.waiting()
    asked = random.sample(sorted(waiting), min(len(waiting), _ASKED))  # so that each has its turn
    if not asked:
        return False
    with house.uow.read() as session:
        back = set(asked) - texts_in(session).standing(asked).away
        if not back:
            return False
        revisions = dict(session.execute(_DOCUMENTS.where(Revision.id.in_(back))).all())
        records = back - revisions.keys()
        upserts, removals, missing = _changes(session, house, set(revisions.values()), records)
    if _apply(house, _Batch(upserts, removals, missing, position, ""), after=position):
        house.here.wait_for(waiting - back | missing)
    return True


def _join_first(house: House) -> None:
    with house.uow.read() as session:
        may_write = _may_write(session, house)
    if not may_write:
        join(house)


def _may_write(session: Session, house: House) -> bool:
    """Say whether files of an index may be written here: lists of several hosts must know of them (R-7)."""
    if not house.is_shared:
        return True
    here = house.here.read()
    return here is not None and is_followed(session, here.id)


def _must_be_made_anew(session: Session, house: House, position: int) -> bool:
    """Say whether taking up events is not enough: broken, long behind, purged, or of another trail."""
    if house.search.state not in {"ready", "empty"}:
        return True
    at = newest(session)
    if position == 0 and at > BATCH:
        return True
    made = house.search.generation()
    if made is None:
        return False
    if not is_purged(made.made_from, purge_wanted(session)):
        return True
    if not is_of_trail(session, house.here.read(), position):
        log.warning("the index is ahead of the trail", extra={"fields": {"index": position, "trail": at}})
        return True
    return False


def _make_anew(house: House) -> int:
    return sum(_anew_steps(house))


def _anew_steps(house: House) -> Iterator[int]:
    """Make the index anew; yield how many entries each step has added.

    No reading goes on between steps. What changes meanwhile has events behind the position, and is followed.
    """
    with house.uow.read() as session:
        at = newest(session)
        digest = session.scalar(select(EventRow.hash).where(EventRow.seq == at))
        parts = all_parts(session)
    missing: set[UUID] = set()
    with house.search.rebuild(position=at) as fresh:
        for part in parts:
            count = 0
            with house.uow.read() as session:
                for entry in part(session, house.zone, missing):
                    fresh.add([entry])
                    count += 1
            yield count
        with house.uow.read() as session:
            away = texts_in(session).standing(missing).away
        house.here.wait_for(house.here.waiting() | away)
    house.here.wait_for(away)
    house.here.follow(at, digest or "")
    tell(house)


def _batch(session: Session, house: House, position: int) -> _Batch | None:
    events = session.execute(
        select(EventRow.seq, EventRow.subject_kind, EventRow.subject_id, EventRow.hash)
        .where(EventRow.seq > position)
        .order_by(EventRow.seq)
        .limit(BATCH)
    ).all()
    if not events:
        return None
    upserts, removals, missing = _changes(
        session,
        house,
        {one.subject_id for one in events if one.subject_kind == "document"},
        {one.subject_id for one in events if one.subject_kind == "record"},
    )
    return _Batch(upserts, removals, missing, events[-1].seq, events[-1].hash)


def _changes(
    session: Session, house: House, documents: set[UUID], records: set[UUID]
) -> tuple[list[Entry], list[str], frozenset[UUID]]:
    missing: set[UUID] = set()
    upserts = [
        *revision_entries(session, sorted(documents), house.zone, missing),
        *record_entries(session, sorted(records), house.zone, missing),
    ]
    there = {one.id for one in upserts}
    known = {record_key(one) for one in records} | {
        revision_key(one)
        for one in session.scalars(select(Revision.id).where(Revision.document_id.in_(sorted(documents))))
    }
    away = texts_in(session).standing(missing).away if missing else frozenset()
    return upserts, sorted(known - there), away
