"""What is known of the time after a backup: events, numbers, files, destructions (T-2, N-1, R-7)."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.epochs import Epoch, Place, lost_count, place_of
from docctl.domain.heads import Head
from docctl.domain.lifecycle import RecordStatus
from docctl.domain.notes import KEPT_KINDS, counters_of, note_of
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.jobs.backup.absent import Absent, absent_lines
from docctl.jobs.backup.manifest import Manifest
from docctl.models.content import ItemFile
from docctl.models.numbers import Counter, NumberEntry, NumberState
from docctl.models.organisation import LegalEntity
from docctl.models.records import Record
from docctl.models.seals import AuditTreeHead
from docctl.models.trail import AuditHead
from docctl.queries.epochs import epochs_of
from docctl.services.epochs.start import LostNumber
from storage.keys import Key

_BATCH: Final = 500
#: Two writers at once may take numbers and write their events in another order.
_MARGIN: Final = timedelta(days=1)
#: Where a number is unique.
_PLACE: Final = (NumberEntry.entity_id, NumberEntry.normal)


@dataclass(slots=True)
class Seen:
    """What lies beyond the restored state."""

    end: int
    end_hash: str
    epochs: tuple[Epoch, ...]
    lost: dict[int, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    #: Up to which event of an epoch the counters are known; None where all of them are.
    counted: dict[int, int] | None = field(default_factory=dict)
    counted_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    numbers: tuple[LostNumber, ...] = ()
    objects: list[str] = field(default_factory=list)
    items: int = 0
    destroyed: set[UUID] = field(default_factory=set)
    #: Which of them the restored state still has as they were.
    again: list[UUID] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    @property
    def lost_events(self) -> int:
        """How many events are known to be lost."""
        return lost_count(end=self.end, lost=self.lost.items())

    @property
    def bound(self) -> int:
        """How many more numbers of a counter may have been given than the counters tell of, at most (N-1)."""
        if self.counted is None:
            return 0
        counted = self.counted
        left = [(of, to) for of, to in self.lost.items() if to > counted.get(of, 0)]
        ends = {of: max(self.end, counted.get(of, 0)) for of, _ in left}
        lost = sum(lost_count(end=ends[of], lost=((of, to),)) for of, to in left)
        return lost + self.items

    def note(self, epoch: int, size: int) -> None:
        """Take up that an epoch was seen up to an event."""
        place = place_of(epoch, size, self.epochs)
        if place is Place.UNKNOWN or (place is Place.HERE and size > self.end):
            self.lost[epoch] = max(size, self.lost.get(epoch, 0))


def begin(session: Session) -> Seen:
    """Return what a restored state says of itself."""
    head = session.execute(select(AuditHead)).scalar_one()
    return Seen(head.seq, head.hash, epochs_of(session))


def look_at_heads(seen: Seen, texts: Iterable[str], *, origin: str, source: str) -> None:
    """Take up signed heads that lie in the store or at the witness; of others' trails they say nothing."""
    count = 0
    for text in texts:
        if (head := _head(text)) is not None and head.origin == origin:
            seen.note(head.epoch, head.size)
            count += 1
    if count:
        seen.sources.append(source)


def _head(text: str) -> Head | None:
    try:
        return note_of(text)[0]
    except ValueError:
        return None


def look_at_present(seen: Seen, restored: Session, present: Session) -> None:
    """Take up what the system has as it is now, which the restored state will replace.

    Raise RuleRefused where it is another company's.
    """
    ours = restored.scalars(select(LegalEntity.id).order_by(LegalEntity.id)).first()
    theirs = present.scalars(select(LegalEntity.id).order_by(LegalEntity.id)).first()
    if theirs is None:
        return
    if ours != theirs:
        raise RuleRefused(Refused("restore", "other_company"))
    head = present.execute(select(AuditHead)).scalar_one()
    epochs = epochs_of(present)
    newest = max((one.number for one in epochs), default=0)
    seen.note(newest, head.seq)
    for body in present.scalars(select(AuditTreeHead.body)):
        found = json.loads(body)
        seen.note(int(found.get("epoch", 0)), int(found["size"]))
    rows = present.execute(select(Counter.scope, Counter.value)).all()
    seen.counters, seen.counted = {one.scope: one.value for one in rows}, None
    seen.numbers = tuple(_lost_numbers(restored, present))
    seen.destroyed |= _destroyed(present) - _destroyed(restored)
    seen.sources.append("database")


def _destroyed(session: Session) -> set[UUID]:
    query = select(Record.id).where(Record.status.in_((RecordStatus.DESTROYING, RecordStatus.DESTROYED)))
    return set(session.scalars(query))


def _lost_numbers(restored: Session, present: Session) -> Iterator[LostNumber]:
    """Yield the numbers that were given after the backup, and reserved ones that were used or voided."""
    newest = restored.execute(select(AuditHead.recorded_at)).scalar_one()
    rows = present.scalars(
        select(NumberEntry).where(NumberEntry.taken_at >= newest - _MARGIN).order_by(NumberEntry.id)
    ).all()
    for first in range(0, len(rows), _BATCH):
        some = rows[first : first + _BATCH]
        query = select(*_PLACE).where(NumberEntry.normal.in_([one.normal for one in some]))
        there = {tuple(one) for one in restored.execute(query)}
        yield from (_lost(one) for one in some if (one.entity_id, one.normal) not in there)
    state = NumberEntry.state
    open_ = restored.execute(select(*_PLACE).where(state == NumberState.RESERVED)).all()
    for first in range(0, len(open_), _BATCH):
        places = {tuple(one) for one in open_[first : first + _BATCH]}
        names = {form for _, form in places}
        closed = select(NumberEntry).where(NumberEntry.normal.in_(names), state != NumberState.RESERVED)
        found = present.scalars(closed.order_by(NumberEntry.id))
        yield from (_lost(one) for one in found if (one.entity_id, one.normal) in places)


def _lost(one: NumberEntry) -> LostNumber:
    return LostNumber(
        one.entity_id, one.shown, one.normal, one.kind, one.scheme_code, one.scope, one.sequence
    )


def look_at_objects(seen: Seen, restored: Session, keys: Iterable[Key]) -> None:
    """Take up stored files that no row of the restored state names: they are kept and listed (T-3)."""
    waiting: list[Key] = []
    items: set[UUID] = set()
    noted_ms = seen.counted_at.timestamp() * 1000  # what was filed later, no note of the counters knows

    def flush() -> None:
        names = {str(one) for one in waiting}
        named = set(restored.scalars(select(ItemFile.object_key).where(ItemFile.object_key.in_(names))))
        for one in waiting:
            if str(one) not in named and one.item_id not in seen.destroyed:
                seen.objects.append(str(one))
                if one.uid.int >> 80 > noted_ms:
                    items.add(one.item_id)  # records, documents, lists: each may have taken a number
        waiting.clear()

    for key in keys:
        if key.kind not in KEPT_KINDS:
            waiting.append(key)
            if len(waiting) == _BATCH:
                flush()
    flush()
    seen.items = len(items)


def look_at_destructions(seen: Seen, texts: Iterable[str], *, source: str) -> None:
    """Take up notes of destroyed records: from the store, from the witness, from a file."""
    count = 0
    for text in texts:
        for one in _records_in(text):
            seen.destroyed.add(one)
            count += 1
    if count:
        seen.sources.append(source)


def look_at_absent(seen: Seen, manifest: Manifest) -> None:
    """Take up what was destroyed while the backup was made (R-7)."""
    gone = {one.key.item_id for one in absent_lines(manifest) if one.why == Absent.DESTROYED}
    if gone:
        seen.destroyed |= gone
        seen.sources.append("backup")


def _records_in(text: str) -> Iterator[UUID]:
    try:
        found = json.loads(text)
        yield from (UUID(one["id"]) for one in found["records"])
    except (ValueError, TypeError, KeyError):
        return


def register_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file with the register of destruction; raise RuleRefused for others."""
    try:
        lines = path.read_text("utf-8").splitlines()
        for line in lines:
            json.loads(line)["records"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RuleRefused(Refused("restore", "no_register", {"name": path.name})) from error
    yield from lines


def look_at_counters(seen: Seen, texts: Iterable[str], *, source: str) -> None:
    """Take up where counters stood at a head, unless they are known exactly (N-1)."""
    count = 0
    for text in texts:
        try:
            epoch, size, at, values = counters_of(text)
        except ValueError:
            continue
        count += 1
        if seen.counted is not None:
            seen.counted[epoch] = max(size, seen.counted.get(epoch, 0))
            seen.counted_at = max(at, seen.counted_at)
            for scope, value in values.items():
                seen.counters[scope] = max(value, seen.counters.get(scope, 0))
    if count:
        seen.sources.append(source)


def still_there(session: Session, ids: Collection[UUID]) -> list[UUID]:
    """Return which of these records a restored state still has as they were before their destruction."""
    found: list[UUID] = []
    wanted = sorted(ids)
    for first in range(0, len(wanted), _BATCH):
        query = select(Record.id).where(
            Record.id.in_(wanted[first : first + _BATCH]),
            Record.status.not_in((RecordStatus.DESTROYING, RecordStatus.DESTROYED)),
        )
        found += session.scalars(query)
    return found
