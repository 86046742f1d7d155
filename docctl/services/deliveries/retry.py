"""Whether a delivery that failed is tried again now: at a person's word, once its fault was mended."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.deliveries.ends import OUTWARD
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class RetryDelivery:
    """A delivery that failed and waits for its next try."""

    delivery_id: UUID


@use_case("delivery.retry")
def retry_delivery(session: Session, cmd: RetryDelivery, by: Caller) -> UUID:
    """Let the worker try at once; the pause after a further failure goes on doubling (T-1).

    Raises NotFound for one that is done, or that never failed: it is on its way by itself.
    """
    authorise(by.actor, "delivery.retry", Facts())
    row = session.get(Delivery, cmd.delivery_id)
    if row is None or row.done_at is not None or row.tries == 0 or row.kind in OUTWARD:
        raise NotFound("delivery")
    row.next_at = min(row.next_at, by.at)
    record(
        session,
        by,
        "delivery.retried",
        Subject("delivery", row.id),
        facts={"kind": row.kind, "tries": row.tries, "error": row.last_error},
    )
    return row.id
