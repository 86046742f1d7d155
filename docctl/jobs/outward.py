"""What goes to other machines over the network: apart from all other work, so that nobody waits for them.

A delivery is claimed before it is tried and noted afterwards. Whoever dies in between leaves it to be tried
again, under the same name; the receiver sees that it is the same one.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.jobs.claims import CLAIMED, claim, failed, finish
from docctl.jobs.mailing.look import Looker
from docctl.jobs.mailing.send import Wanted, send_mail
from docctl.jobs.webhooks.follow import Follower
from docctl.jobs.webhooks.send import send_webhooks
from docctl.models.work import Delivery
from docctl.services.deliveries.ends import EXPIRED, MAIL, NOT_NEEDED, REFUSED, end
from docctl.services.house import House
from docctl.services.mailing.server import MailFailed, MailRefused

log = logging.getLogger(__name__)

#: After a failure a mail is tried again after this time, then after twice as long, up to the longest; what
#: was not taken for so long is given up.
PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=2)
LONGEST_WAIT: Final = timedelta(days=3)
#: So many are taken up in one round.
TOGETHER: Final = 20


class Outward:
    """Looks for what people and programs are told, and sends; keeps off a server that does not answer."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._look = Looker(house)
        self._follow = Follower(house)
        self._failures, self._until = 0, float("-inf")

    def __call__(self) -> bool:
        """Do one round; say whether there is more to do."""
        busy = self._look()
        busy = self._mails() or busy
        busy = self._follow() or busy
        return send_webhooks(self._house) or busy

    def _mails(self) -> bool:
        if self._house.mail is None or time.monotonic() < self._until:
            return False
        due = _due(self._house)
        # Where the server is down, the others would fare no better.
        return bool(due) and all(self._mail(one) for one in due)

    def _mail(self, due: _Due) -> bool:
        """Send one mail, unless another worker does; say whether the server is there."""
        house = self._house
        if not house.uow.write(lambda session: _take(session, due, house.clock())):
            return True
        try:
            is_sent = send_mail(house, due.mail)
        except MailRefused as error:
            finish(house, due.id, REFUSED, error.reason)
            self._failures = 0
        except MailFailed as error:
            failed(house, due.id, error.reason, first=PAUSE, longest=LONGEST_PAUSE)
            if error.is_server:
                self._failures += 1
                self._until = time.monotonic() + min(600.0, 5.0 * 2 ** min(self._failures, 8))
                log.warning("the mail server takes nothing", extra={"reason": error.reason})
                return False
        except Exception as error:  # whatever one mail is about, the next one may be sent
            log.exception("a mail failed", extra={"delivery": str(due.id)})
            failed(house, due.id, type(error).__name__, first=PAUSE, longest=LONGEST_PAUSE)
        else:
            self._failures = 0
            finish(house, due.id, "" if is_sent else NOT_NEEDED)
        return True


@dataclass(frozen=True, slots=True)
class _Due:
    """A mail whose time has come, as its row was read."""

    id: UUID
    next_at: datetime
    mail: Wanted


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
        return [
            _Due(one.id, one.next_at, Wanted(one.key, one.subject_id, one.payload, one.created_at))
            for one in rows
            if one.subject_id is not None
        ]


def _take(session: Session, due: _Due, now: datetime) -> bool:
    """Take it, unless somebody else did; what has waited too long ends here."""
    if now - due.mail.at <= LONGEST_WAIT:
        return claim(session, due.id, due.next_at, now)
    row = session.get(Delivery, due.id)
    if row is not None and row.done_at is None:
        end(row, EXPIRED, now, error=row.last_error)
    return False


__all__ = ["Outward"]
