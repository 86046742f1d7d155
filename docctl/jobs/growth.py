"""How the tree over the trail grows: from the newest signed head, held against the data now (T-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.epochs import epoch_at
from docctl.domain.events import GENESIS
from docctl.domain.heads import Head, KeyRow, head_of
from docctl.domain.merkle import Frontier, leaf_hash
from docctl.domain.notes import HEAD_KIND
from docctl.models.organisation import LegalEntity
from docctl.models.seals import AuditTreeHead, keys_in_order, newest_seal
from docctl.models.trail import AuditHead, EventRow
from docctl.queries.epochs import epochs_of
from docctl.services.audit.faults import SealFault
from docctl.services.audit.keys import is_signed
from docctl.services.house import House
from storage.api import Area

BATCH: Final = 5000


@dataclass(frozen=True, slots=True)
class Sealed:
    """The newest head, and whether it was signed just now; `size` 0: nothing was there to seal."""

    size: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A head that is ready to be signed, with the tree below its newest leaf."""

    before: int
    head_prev: str
    earliest: datetime | None
    origin: str
    size: int
    root: str
    below: Frontier
    keys: tuple[KeyRow, ...]
    epoch: int = 0


def plan_head(session: Session, house: House) -> Plan | Sealed:
    """Compare the trail with the newest head and grow the tree to the newest event."""
    row = newest_seal(session)
    keys = keys_in_order(session)
    entity = session.scalars(select(LegalEntity.id).order_by(LegalEntity.id)).first()
    newest = session.execute(select(AuditHead)).scalar_one()
    if entity is None or newest.seq == 0:
        return Sealed(0, is_new=False)
    origin = f"docctl:{entity}"
    head: Head | None = None
    below, tree, last = Frontier(), Frontier(), GENESIS
    if row is None:
        if next(iter(house.objects.list(Area.RECORDS, f"{HEAD_KIND}/")), None) is not None:
            raise SealFault("heads_lost")  # there were heads once: a trail is not begun a second time
    else:
        head = _checked(row, keys, origin)
        tree, last = _taken_up(session, row, head)
        if newest.seq == head.size:
            if newest.hash != last:
                raise SealFault("head")
            return Sealed(head.size, is_new=False)
    below, root = _grown(session, tree, last, newest)
    return Plan(
        before=head.size if head else 0,
        head_prev=head.digest if head else GENESIS,
        earliest=head.at if head else None,
        origin=origin,
        size=newest.seq,
        root=root,
        below=below,
        keys=keys,
        epoch=epoch_at(newest.seq, epochs_of(session)),
    )


def _checked(row: AuditTreeHead, keys: tuple[KeyRow, ...], origin: str) -> Head:
    try:
        head = head_of(row.body)
    except ValueError as error:
        raise SealFault("head_forged") from error
    key = next((one for one in keys if one.key_id == head.key_id), None)
    if key is None or head.size != row.size or not is_signed(key.public, row.signature, head.signed):
        raise SealFault("head_forged")
    if head.origin != origin:
        raise SealFault("head_origin")
    return head


def _taken_up(session: Session, row: AuditTreeHead, head: Head) -> tuple[Frontier, str]:
    """Return the tree of the newest head with its newest leaf as the database holds it now.

    Whoever computes the chain anew changes the hash of that event too: then the root is another one.
    """
    found = session.scalar(select(EventRow.hash).where(EventRow.seq == head.size))
    if found is None:
        raise SealFault("truncated")
    try:
        tree = Frontier(head.size - 1, [bytes.fromhex(one) for one in row.frontier.split()])
        tree.append(leaf_hash(bytes.fromhex(found)))
    except ValueError as error:
        raise SealFault("recomputed") from error
    if tree.root().hex() != head.root:
        raise SealFault("recomputed")
    return tree, found


def _grown(session: Session, tree: Frontier, last: str, newest: AuditHead) -> tuple[Frontier, str]:
    """Add the events after the tree; return it without the newest leaf, and the root with it."""
    below = tree
    while tree.size < newest.seq:
        rows = session.execute(
            select(EventRow.seq, EventRow.prev_hash, EventRow.hash)
            .where(EventRow.seq > tree.size)
            .order_by(EventRow.seq)
            .limit(BATCH)
        ).all()
        if not rows:
            raise SealFault("missing")
        for seq, prev, found in rows:
            if seq != tree.size + 1:
                raise SealFault("missing")
            if prev != last:
                raise SealFault("order")
            if seq == newest.seq:
                below = Frontier(tree.size, tree.hashes)
            try:
                tree.append(leaf_hash(bytes.fromhex(found)))
            except ValueError as error:
                raise SealFault("changed") from error
            last = found
    if last != newest.hash:
        raise SealFault("head")
    return below, tree.root().hex()
