"""Which events of the trail go to which endpoint: put into the outbox in the order of the trail (T-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from docctl.domain.webhooks import wants
from docctl.models.base import new_id
from docctl.models.trail import AuditHead, EventRow
from docctl.models.webhooks import WebhookEndpoint
from docctl.models.work import Delivery
from docctl.services.deliveries.ends import WEBHOOK
from docctl.services.house import House

#: So many events are looked at in one step; so many of one endpoint wait in the outbox at most.
STEP: Final = 500
MOST_WAITING: Final = 500


@dataclass(frozen=True, slots=True)
class _At:
    """An endpoint and how far it has come."""

    id: UUID
    cursor: int
    events: tuple[str, ...]


class Follower:
    """Follows the trail for every endpoint that is on; where nothing is for it, nothing is written.

    How far it looked it remembers for itself. The row says how far what was wanted is in the outbox, so a new
    follower looks at some events again and misses none.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._seen: dict[UUID, int] = {}

    def __call__(self) -> bool:
        """Take one step for each endpoint; say whether there is more to look at."""
        with self._house.uow.read() as session:
            head = session.scalars(select(AuditHead.seq)).one()
            rows = session.scalars(select(WebhookEndpoint).where(is_active()))
            found = [_At(one.id, one.cursor, tuple(one.events)) for one in rows]
        busy = False
        for one in found:
            if max(one.cursor, self._seen.get(one.id, 0)) < head:
                busy = self._step(one, head) or busy
        return busy

    def _step(self, one: _At, head: int) -> bool:
        begin = max(one.cursor, self._seen.get(one.id, 0))
        until = min(head, begin + STEP)
        with self._house.uow.read() as session:
            rows = session.execute(
                select(EventRow.seq, EventRow.action)
                .where(EventRow.seq > begin, EventRow.seq <= until)
                .order_by(EventRow.seq)
            )
            wanted = [seq for seq, action in rows if wants(one.events, action)]
            if wanted and _waiting(session, one.id) >= MOST_WAITING:
                return False  # it takes nothing: what comes later waits in the trail
        if wanted or until - one.cursor >= 10 * STEP:
            house = self._house
            house.uow.write(lambda session: _put(session, house, one, wanted, until))
        self._seen[one.id] = until
        return bool(wanted) or until < head


def is_active() -> ColumnElement[bool]:
    """Return the condition under which an endpoint gets anything."""
    row = WebhookEndpoint
    return row.is_on & row.paused_at.is_(None) & row.deleted_at.is_(None)


def _waiting(session: Session, endpoint_id: UUID) -> int:
    query = select(func.count()).where(Delivery.subject_id == endpoint_id, Delivery.done_at.is_(None))
    return session.scalar(query) or 0


def _put(session: Session, house: House, one: _At, wanted: list[int], until: int) -> None:
    """Put events into the outbox and move the cursor past them, unless another worker was first."""
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == one.id).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one()
    if row.cursor != one.cursor or row.deleted_at is not None:
        return
    now = house.clock()
    session.add_all(
        Delivery(
            id=new_id(),
            kind=WEBHOOK,
            key=f"{WEBHOOK}:{one.id}:{seq:015d}",
            subject_id=one.id,
            payload={"what": "event", "seq": seq},
            created_at=now,
            next_at=now,
        )
        for seq in wanted
    )
    row.cursor = until
