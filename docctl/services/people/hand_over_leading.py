"""The units of which somebody is in charge go to another leader, or to nobody (O-3, A-16)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.leading import DAY, Led, is_over, last_day_from, may_lead
from docctl.domain.verdicts import require
from docctl.models.organisation import Unit, UnitLeader
from docctl.services.caller import Caller
from docctl.services.locks import Rank, lock
from docctl.services.people.handing import Giving, Handed, changed
from docctl.services.people.leaders import end_leading, name_leading, take_leading, times_of
from docctl.services.people.load import require_of_company


def hand_leading(session: Session, giving: Giving, items: Sequence[Handed], by: Caller) -> None:
    """Give times in charge of units to others, or to nobody, from today on, without overlap (O-3, A-16).

    A time that runs ends yesterday and the taker's begins today; one of which no day has passed goes as a
    whole. A last day that is planned stays.
    """
    if not items:
        return
    of = select(UnitLeader.unit_id).where(UnitLeader.id.in_([one.id for one in items]))
    rows = lock(session, Rank.PEOPLE, select(Unit).where(Unit.id.in_(of)).order_by(Unit.id))
    units = {one.id: one for one in rows}
    times = times_of(session, units)
    unit_of = {row.id: (row, units[unit_id]) for unit_id, there in times.items() for row in there}
    for item in items:
        if item.id not in unit_of:
            raise changed()
        row, unit = unit_of.pop(item.id)
        _hand(session, giving, item, by, unit, row, times[unit.id])


def _hand(
    session: Session,
    giving: Giving,
    item: Handed,
    by: Caller,
    unit: Unit,
    row: UnitLeader,
    times: dict[UnitLeader, Led],
) -> None:
    """Hand one time over; `times` are all those of the unit, and are what they are afterwards."""
    led = times[row]
    if led.person_id != giving.person.id or is_over(led, today=by.today):
        raise changed()
    taker, begins, until_on = giving.taker(item.to), max(by.today, led.from_on), led.until_on
    del times[row]
    if taker is not None:
        require_of_company(session, taker, unit)
        others = list(times.values())
        require(may_lead(unit.code, others, taker.id, begins, today=by.today))
        until_on = until_on or last_day_from(others, begins)
    if led.from_on < by.today:
        end_leading(session, by, unit, row, led.name, by.today - DAY, giving.reason)
    else:
        take_leading(session, by, unit, row, led.name, giving.reason)
    if taker is None:
        return
    new = name_leading(session, by, unit, taker, begins, until_on, {"reason": giving.reason})
    times[new] = Led(taker.id, taker.name, begins, until_on)
