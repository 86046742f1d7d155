"""Decides of what a person is told now: their inbox as it is, without what they were told before (A-4).

What waits is computed, and much of it begins with a day rather than with a change. So no transaction asks
for the mail: the worker looks, and notes what it found together with the wish for the mail.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from docctl.domain.mailing import KINDS, Known, News, When, digest_is_due, is_untold, news_of, verb_of
from docctl.domain.verdicts import NotFound
from docctl.models.base import new_id
from docctl.models.mailing import MailAddress, MailTold
from docctl.models.work import Delivery
from docctl.queries.inbox import Inbox, Task, inbox
from docctl.queries.mailing import Post, post_of, reachable_people, told_of
from docctl.services.house import House
from docctl.services.mailing.address import KIND
from docctl.services.people.actors import actor_of

log = logging.getLogger(__name__)

#: Everybody is looked at so often, in seconds; one round of looking gives way after so long.
EVERY: Final = 60.0
SLICE: Final = 1.0
#: So many tasks of one kind are looked at: more than anybody reads.
MOST: Final = 500


class Looker:
    """Goes round the people whose address is confirmed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._left: list[UUID] = []
        self._began = float("-inf")

    def __call__(self) -> bool:
        """Look at some of the people; say whether there is more to do, or mail to send."""
        if self._house.mail is None:
            return False
        if not self._left:
            if time.monotonic() - self._began < EVERY:
                return False
            self._began = time.monotonic()
            with self._house.uow.read() as session:
                self._left = reachable_people(session)
        wanted, until = False, time.monotonic() + SLICE
        while self._left and time.monotonic() < until:
            person_id = self._left.pop()
            try:
                wanted = look_at(self._house, person_id) or wanted
            except Exception:  # one person's inbox keeps nobody else from being told
                log.exception("an inbox could not be looked at", extra={"person": str(person_id)})
        return wanted or bool(self._left)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is to be noted for a person, and what of it goes into which mail."""

    noted: tuple[News, ...]
    gone: frozenset[str]
    at_once: tuple[News, ...]
    daily: tuple[News, ...]
    has_digest: bool


def look_at(house: House, person_id: UUID) -> bool:
    """Note what is new for a person and want the mail that tells it; say whether one is wanted."""
    with house.uow.read() as session:
        row = session.get(MailAddress, person_id)
        post = post_of(session, person_id)
        if row is None or post.state != "confirmed":
            return False
        hour = house.mail_hour if row.hour is None else row.hour
        is_due = digest_is_due(house.clock(), house.zone, hour=hour, last=row.digest_on)
        try:
            work = waiting(session, house, person_id)
        except NotFound:  # disabled meanwhile
            return False
        found = _sorted(house, post, work, told_of(session, person_id), digest=is_due)
    if not (found.noted or found.gone or found.has_digest):
        return False
    return house.uow.write(lambda session: _note(session, house, person_id, found))


def waiting(session: Session, house: House, person_id: UUID) -> Inbox:
    """Return what waits for a person now; raise NotFound for one who is disabled."""
    actor = actor_of(session, person_id, house.clock())
    return inbox(session, actor, at=house.clock(), zone=house.zone, most=MOST)


def known(task: Task) -> Known:
    """Return a task as the rules see it."""
    return Known(task.verb, task.id, task.part_id, task.since, task.is_overdue, task.is_reminded)


def when_told(house: House, post: Post) -> Mapping[str, When]:
    """Return for every kind when the person is told: as they chose, else as the installation says."""
    return {kind: post.chosen.get(kind, house.mail_default) for kind in KINDS}


def _sorted(house: House, post: Post, work: Inbox, told: Mapping[str, Any], *, digest: bool) -> _Found:
    when = when_told(house, post)
    news = list(news_of(known(one) for one in work.tasks))
    untold = [one for one in news if is_untold(one, told, at=house.clock())]
    by = {each: tuple(one for one in untold if when[one.kind] is each) for each in When}
    # What nobody is told of counts as told: choosing it later brings what is new from then on.
    noted = (*by[When.NONE], *by[When.AT_ONCE], *(by[When.DAILY] if digest else ()))
    # Of a kind that has more than is looked at, nobody knows what is gone: it comes to light again.
    cut = {verb for verb, count in work.counts.items() if count > MOST}
    gone = frozenset(key for key in told if verb_of(key) not in cut) - {one.key for one in news}
    return _Found(noted, gone, by[When.AT_ONCE], by[When.DAILY] if digest else (), digest)


def _note(session: Session, house: House, person_id: UUID, found: _Found) -> bool:
    """Write it down once, whoever else looked at the same moment."""
    now = house.clock()
    mine = select(MailAddress).where(MailAddress.person_id == person_id)
    row = session.scalars(mine.with_for_update().execution_options(populate_existing=True)).one()
    there = told_of(session, person_id)
    fresh = {one.key for one in found.noted if is_untold(one, there, at=now)}
    stale = found.gone | fresh
    if stale:
        old = MailTold.key.in_(sorted(stale))
        session.execute(delete(MailTold).where(MailTold.person_id == person_id, old))
    session.add_all(MailTold(person_id=person_id, key=key, told_at=now) for key in sorted(fresh))
    wanted = False
    if found.has_digest:
        today = now.astimezone(house.zone).date()
        if row.digest_on == today:  # another one was first
            return False
        row.digest_on = today
    for what, news in (("tasks", found.at_once), ("digest", found.daily)):
        keys = [one.key for one in news if one.key in fresh]
        if keys:
            key = f"{KIND}:{new_id()}"
            payload = {"what": what, "keys": keys}
            session.add(
                Delivery(
                    kind=KIND, key=key, subject_id=person_id, payload=payload, created_at=now, next_at=now
                )
            )
            wanted = True
    return wanted
