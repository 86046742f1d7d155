"""Whether the signed heads hold: keys, signatures, order, and the roots that the events must give (T-2)."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from docctl.domain.epochs import Epoch, Place, epoch_at, place_of
from docctl.domain.events import Break, Checked
from docctl.domain.heads import Head, KeyRow, head_of, key_id_of, why_not_next
from docctl.domain.merkle import Frontier, leaf_hash
from docctl.domain.notes import note_of
from docctl.models.seals import AuditKey, AuditTreeHead, keys_in_order
from docctl.queries.epochs import epochs_of

_BATCH: Final = 1000

#: Says whether a signature (hexadecimal) over a message is that of a public key.
IsSigned = Callable[[str, str, bytes], bool]

#: Notes of heads that lie elsewhere, smallest first: size and text.
Notes = Iterable[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Seals:
    """What lies outside the database: names of the keys in the file, heads of store and witness."""

    is_signed: IsSigned
    key_ids: frozenset[str] = frozenset()
    stored: Notes = ()
    witness: Notes = ()


class HeadBroken(Exception):
    """A head, or the events under it, do not hold; `found` names where and why."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.found = Break(seq, reason)


@dataclass(slots=True)
class Counted:
    """How many heads were checked, by where they lie."""

    heads: int = 0
    stored: int = 0
    witness: int = 0
    #: Heads of what an accepted epoch names as lost.
    lost: int = 0


@dataclass(slots=True)
class HeadsCheck:
    """Follows a walk over the events and holds each head against the tree at its size (T-2)."""

    session: Session
    seals: Seals | None
    counted: Counted = field(default_factory=Counted)
    _good: int = 0
    _before: Head | None = None
    _epochs: tuple[Epoch, ...] = ()

    def along(self, events: Iterator[Checked]) -> Iterator[Checked]:
        """Yield the events; raise HeadBroken where a head does not fit those seen so far.

        An event goes into the tree only after the one who walks has found it sound.
        """
        self._epochs = epochs_of(self.session)
        heads = heapq.merge(*self._sources(), key=lambda one: one[0])
        waiting = next(heads, None)
        tree = Frontier()
        for one in events:
            yield one
            tree.append(leaf_hash(bytes.fromhex(one.hash)))
            while waiting is not None and waiting[0] <= tree.size:
                self._compare(waiting, tree)
                waiting = next(heads, None)
        if waiting is not None:
            raise HeadBroken(tree.size + 1, "truncated")
        if not self.counted.heads and (self.counted.stored or self.counted.witness):
            raise HeadBroken(1, "heads_lost")

    def _compare(self, waiting: tuple[int, str, Head], tree: Frontier) -> None:
        size, where, head = waiting
        if size < tree.size or tree.root().hex() != head.root:
            raise HeadBroken(self._good + 1, "recomputed" if where == "heads" else f"{where}_differs")
        self._good = max(self._good, size)
        setattr(self.counted, where, getattr(self.counted, where) + 1)

    def _sources(self) -> list[Iterator[tuple[int, str, Head]]]:
        keys = {one.key_id: one for one in self._keys()}
        found = [self._rows(keys)]
        if self.seals is not None:
            found.append(self._notes("stored", self.seals.stored, keys))
            found.append(self._notes("witness", self.seals.witness, keys))
        return found

    def _keys(self) -> tuple[KeyRow, ...]:
        """Return the keys; raise HeadBroken unless each was signed for by the one before."""
        rows = keys_in_order(self.session)
        if len(rows) != (self.session.scalar(select(func.count()).select_from(AuditKey)) or 0):
            raise HeadBroken(0, "key_chain")
        origin = self._origin()
        for before, row in zip((None, *rows), rows, strict=False):
            fits = key_id_of(row.public) == row.key_id
            if fits and before is not None and self.seals is not None:
                fits = self.seals.is_signed(before.public, row.signature, row.signed(origin))
            if not fits:
                raise HeadBroken(0, "key_chain")
        known = self.seals.key_ids if self.seals is not None else frozenset()
        if rows and known and rows[-1].key_id not in known:
            raise HeadBroken(0, "key_unknown")
        return rows

    def _origin(self) -> str:
        first = self.session.scalar(select(AuditTreeHead.body).order_by(AuditTreeHead.size).limit(1))
        try:
            return "" if first is None else head_of(first).origin
        except ValueError as error:
            raise HeadBroken(0, "head_forged") from error

    def _rows(self, keys: dict[str, KeyRow]) -> Iterator[tuple[int, str, Head]]:
        last = 0
        while True:
            rows = self.session.execute(
                select(AuditTreeHead.size, AuditTreeHead.body, AuditTreeHead.signature)
                .where(AuditTreeHead.size > last)
                .order_by(AuditTreeHead.size)
                .limit(_BATCH)
            ).all()
            if not rows:
                return
            for size, body, signature in rows:
                head = self._head(size, body, signature, keys, "head_forged")
                if (reason := why_not_next(self._before, head)) is not None:
                    raise HeadBroken(size, reason)
                if head.epoch != epoch_at(size, self._epochs):
                    raise HeadBroken(size, "head_epoch")
                self._before = head
                yield size, "heads", head
            last = rows[-1].size

    def _notes(self, where: str, notes: Notes, keys: dict[str, KeyRow]) -> Iterator[tuple[int, str, Head]]:
        for size, text in notes:
            try:
                head, signature, _public = note_of(text)
            except ValueError as error:
                raise HeadBroken(size, f"{where}_differs") from error
            place = place_of(head.epoch, size, self._epochs)
            if place is Place.UNKNOWN:
                raise HeadBroken(size, "truncated")
            if place is Place.LOST:  # of another trail: its key may be one that was lost with it
                self.counted.lost += 1
                continue
            yield size, where, self._head(size, head.body, signature, keys, f"{where}_differs")

    def _head(self, size: int, body: str, signature: str, keys: dict[str, KeyRow], reason: str) -> Head:
        try:
            head = head_of(body)
        except ValueError as error:
            raise HeadBroken(size, reason) from error
        key = keys.get(head.key_id)
        fits = key is not None and head.size == size
        if fits and key is not None and self.seals is not None:
            fits = self.seals.is_signed(key.public, signature, head.signed)
        if fits and self._before is not None:
            fits = head.origin == self._before.origin or reason == "head_forged"
        if not fits:
            raise HeadBroken(size, reason)
        return head
