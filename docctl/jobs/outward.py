"""What goes to other machines over the network: apart from all other work, so that nobody waits for them.

A delivery is claimed before it is tried and noted afterwards. Whoever dies in between leaves it to be tried
again, under the same name; the receiver sees that it is the same one.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from docctl.jobs.mailing.look import Looker
from docctl.jobs.mailing.send import Wanted, send_mail
from docctl.jobs.pauses import pause_after
from docctl.models.work import Delivery
from docctl.services.deliveries.ends import EXPIRED, NOT_NEEDED, OUTWARD, REFUSED, end
from docctl.services.house import House
from docctl.services.mailing.address import KIND as MAIL
from docctl.services.mailing.server import MailFailed, MailRefused

log = logging.getLogger(__name__)

#: After a failure it is tried again after this time, then after twice as long, up to the longest; what was
#: not taken for so long is given up.
PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=2)
LONGEST_WAIT: Final = timedelta(days=3)
#: Who has claimed a delivery is done with it by then, or dead.
CLAIMED: Final = timedelta(minutes=5)
#: So many are taken up in one round.
TOGETHER: Final = 20


class Outward:
    """Looks for what people are told, and sends; keeps off a server that does not answer."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._look = Looker(house)
        self._failures, self._until = 0, float("-inf")

    def __call__(self) -> bool:
        """Do one round; say whether there is more to do."""
        busy = self._look()
        if self._house.mail is None or time.monotonic() < self._until:
            return busy
        due = _due(self._house)
        for delivery in due:
            if not self._mail(delivery):
                return busy  # the server is down: the others would fare no better
        return busy or bool(due)

    def _mail(self, wanted: _Due) -> bool:
        """Send one mail, unless another worker does; say whether the server is there."""
        house = self._house
        if not house.uow.write(lambda session: _claim(session, wanted, house.clock())):
            return True
        try:
            is_sent = send_mail(house, wanted.mail)
        except MailRefused as error:
            _end(house, wanted, REFUSED, error.reason)
            self._failures = 0
        except MailFailed as error:
            _failed(house, wanted, error.reason)
            if error.is_server:
                self._failures += 1
                self._until = time.monotonic() + min(600.0, 5.0 * 2 ** min(self._failures, 8))
                log.warning("the mail server takes nothing", extra={"reason": error.reason})
                return False
        except Exception as error:  # whatever one mail is about, the next one may be sent
            log.exception("a mail failed", extra={"delivery": str(wanted.id)})
            _failed(house, wanted, type(error).__name__)
        else:
            self._failures = 0
            _end(house, wanted, "" if is_sent else NOT_NEEDED)
        return True


class _Due:
    """A mail whose time has come, as its row was read."""

    def __init__(self, row: Delivery) -> None:
        assert row.subject_id is not None
        self.id, self.next_at, self.tries = row.id, row.next_at, row.tries
        self.mail = Wanted(row.key, row.subject_id, row.payload, row.created_at)


def _due(house: House) -> list[_Due]:
    """Return mails that are due, oldest first; a clock that was far ahead makes none wait for long (R-4)."""
    now = house.clock()
    with house.uow.read() as session:
        rows = session.scalars(
            select(Delivery)
            .where(
                Delivery.kind == MAIL,
                Delivery.done_at.is_(None),
                (Delivery.next_at <= now) | (Delivery.next_at > now + LONGEST_PAUSE + CLAIMED),
            )
            .order_by(Delivery.next_at, Delivery.id)
            .limit(TOGETHER)
        )
        return [_Due(one) for one in rows]


def _claim(session: Session, one: _Due, now: datetime) -> bool:
    """Take it, unless somebody else did; what has waited too long ends here."""
    if now - one.mail.at > LONGEST_WAIT:
        row = session.get(Delivery, one.id)
        if row is not None and row.done_at is None:
            end(row, EXPIRED, now, error=row.last_error)
        return False
    claimed = session.execute(
        update(Delivery)
        .where(Delivery.id == one.id, Delivery.next_at == one.next_at, Delivery.done_at.is_(None))
        .values(next_at=now + CLAIMED)
    )
    return bool(getattr(claimed, "rowcount", 0))


def _end(house: House, one: _Due, outcome: str, error: str = "") -> None:
    def work(session: Session) -> None:
        row = session.get(Delivery, one.id)
        if row is not None and row.done_at is None:
            row.tries += 1
            end(row, outcome, house.clock(), error=error)

    house.uow.write(work)


def _failed(house: House, one: _Due, reason: str) -> None:
    def work(session: Session) -> None:
        row = session.get(Delivery, one.id)
        if row is not None and row.done_at is None:
            row.tries, row.last_error = one.tries + 1, reason[:300]
            row.next_at = house.clock() + pause_after(row.tries, first=PAUSE, longest=LONGEST_PAUSE)

    house.uow.write(work)


__all__ = ["OUTWARD", "Outward"]
