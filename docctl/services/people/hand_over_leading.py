"""The units of which somebody is in charge go to another leader, or to nobody (O-3, A-16)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.models.base import new_id
from docctl.models.organisation import Unit, UnitLeader
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import Giving, Handed, changed
from docctl.services.people.leaders import end_leading
from docctl.services.trail import Subject, record


def hand_leading(session: Session, giving: Giving, items: Sequence[Handed], by: Caller) -> None:
    """End times in charge of units today; who takes one begins today, so that it is at no time without."""
    if not items:
        return
    rows = select(UnitLeader).where(UnitLeader.id.in_([one.id for one in items])).order_by(UnitLeader.id)
    times = {one.id: one for one in lock(session, Rank.PEOPLE, rows)}
    for item in items:
        time = times.get(item.id)
        if time is None or time.person_id != giving.person.id or time.until_on is not None:
            raise changed()
        taker = giving.taker(item.to)
        end_leading(session, by, time, giving.person.name, max(by.today, time.from_on), giving.reason)
        if taker is None:
            continue
        unit = session.get_one(Unit, time.unit_id)
        session.add(UnitLeader(id=new_id(), unit_id=unit.id, person_id=taker.id, from_on=by.today))
        facts = {"unit": unit.code, "leader": taker.name, "from": by.today}
        record(
            session,
            by,
            "unit.leader_named",
            Subject("unit", unit.id),
            facts=facts,
            detail={"reason": giving.reason},
        )
