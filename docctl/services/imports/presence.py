"""Whether the host that has the files of a run works on it: a lease that it renews meanwhile (I-1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy.orm import Session

from docctl.models.work import Lease

#: A host that works on imports has renewed its lease within this time.
LENGTH: Final = timedelta(minutes=1)
#: It renews it so often while a step takes long.
EVERY: Final = timedelta(seconds=10)
#: A lease that ends later was taken by a clock that was wrong: it says nothing.
_SKEW: Final = timedelta(minutes=5)


def is_at_work(session: Session, host: str, at: datetime) -> bool:
    """Say whether a worker or a command of a host works on its imports."""
    row = session.get(Lease, _name(host), populate_existing=True)
    return row is not None and at < row.until <= at + LENGTH + _SKEW


def renew(session: Session, host: str, at: datetime) -> None:
    """Renew the lease of a host. Several of its processes may: nobody is kept from working by it."""
    row = session.get(Lease, _name(host), with_for_update=True)
    if row is None:
        session.add(Lease(name=_name(host), holder=host[:80], until=at + LENGTH))
    else:
        row.until = at + LENGTH


def is_fresh(session: Session, host: str, at: datetime) -> bool:
    """Say whether it was renewed just now."""
    row = session.get(Lease, _name(host))
    return row is not None and at + LENGTH - EVERY < row.until <= at + LENGTH


def _name(host: str) -> str:
    """Return the name of a host's lease; hosts have longer names than leases."""
    return f"imports:{sha256(host.encode()).hexdigest()[:30]}"


__all__ = ["EVERY", "LENGTH", "is_at_work", "is_fresh", "renew"]
