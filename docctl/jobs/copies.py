"""The copy of the index on this host: it joins the list of copies and tells how far it is (R-7, S-4).

Where one host works alone nobody else needs to know, and nothing is written.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.trail import AuditHead, EventRow
from docctl.models.work import IndexCopy
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.index.copies import JoinCopy, join_copy
from docctl.services.index.here import Here

#: What has changed is told after so many seconds, what has not after so many: that the host is there.
SOON: Final = 3.0
SELDOM: Final = 30.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How the copy of this host is."""

    state: str
    generation: str
    made_from: int
    position: int
    entries: int


def standing(house: House) -> Standing:
    """Return how the copy of this host is now."""
    engine = house.search
    made = engine.generation()
    if made is None:
        return Standing(engine.state, "", 0, 0, 0)
    # Older files may hold what was destroyed; so may files made from a trail that a restore has replaced.
    clean = made.made_from if made.is_alone and _is_of_this_trail(house) else 0
    return Standing(engine.state, made.name, clean, engine.position(), engine.count())


def is_of_trail(session: Session, here: Here | None, position: int) -> bool:
    """Say whether an index follows this trail: the newest event that it may have taken up is here."""
    if position > session.execute(select(AuditHead.seq)).scalar_one():
        return False
    if here is None or not here.seq:
        return True
    return session.scalar(select(EventRow.hash).where(EventRow.seq == here.seq)) == here.hash


def _is_of_this_trail(house: House) -> bool:
    if not house.is_shared:
        return True  # nobody asks
    with house.uow.read() as session:
        return is_of_trail(session, house.here.read(), house.search.position())


def join(house: House) -> None:
    """Put the copy of this host on the list, before its first file is written (R-7)."""
    here = house.here.make()
    join_copy(JoinCopy(here.id, here.host), by=the_system(house.clock()), house=house)


def tell(house: House) -> Standing:
    """Write down how the copy of this host is, where it is on the list."""
    now = standing(house)
    here = house.here.read()
    if not house.is_shared or here is None:
        return now

    def work(session: Session) -> None:
        row = session.get(IndexCopy, here.id, with_for_update=True)
        if row is None or row.forgotten_at is not None:  # it joins at its next round
            return
        row.host, row.seen_at = here.host, house.clock()
        row.state, row.generation, row.made_from = now.state, now.generation, now.made_from
        row.position, row.entries = now.position, now.entries

    house.uow.write(work)
    return now


class Teller:
    """Tells at once what lists wait for, soon what has changed, and now and then that the host is there."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._told: Standing | None = None
        self._at = float("-inf")

    def __call__(self) -> None:
        """Tell, where it is time to."""
        if not self._house.is_shared:
            return
        now, waited = standing(self._house), time.monotonic() - self._at
        same_files = self._told is not None and (self._told.generation, self._told.made_from) == (
            now.generation,
            now.made_from,
        )
        if same_files and waited < (SELDOM if now == self._told else SOON):
            return
        self._told = tell(self._house)
        self._at = time.monotonic()
