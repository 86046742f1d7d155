"""Who is the leader in charge of a unit from a day on, and until when (O-3)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from docctl.domain.leading import Led, last_day_from, may_drop, may_lead, may_stop
from docctl.domain.verdicts import Refused

TODAY, DAY = date(2026, 3, 2), timedelta(days=1)
ZHAO, LI = uuid4(), uuid4()


def code(verdict: object) -> str | None:
    return verdict.key if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    ("times", "from_on", "refused"),
    [
        ((), TODAY, None),
        ((), TODAY + 366 * DAY, None),
        ((), TODAY + 367 * DAY, "O-3.day_unlikely"),
        ((), date(1949, 12, 31), "O-3.day_unlikely"),
        ((Led(LI, "李秀兰", TODAY - DAY),), TODAY, None),
        ((Led(LI, "李秀兰", TODAY),), TODAY, "O-3.leader_later"),
        ((Led(LI, "李秀兰", TODAY + DAY),), TODAY, None),
        ((Led(LI, "李秀兰", TODAY + DAY),), TODAY + DAY, "O-3.leader_later"),
        ((Led(LI, "李秀兰", TODAY),), TODAY - DAY, "O-3.leader_later"),
        ((Led(ZHAO, "赵敏", TODAY + 2 * DAY),), TODAY + DAY, None),
        ((Led(ZHAO, "赵敏", TODAY - DAY),), TODAY, "O-3.leads_already"),
        ((Led(ZHAO, "赵敏", TODAY - 2 * DAY, TODAY - DAY),), TODAY, None),
        ((Led(ZHAO, "赵敏", TODAY - 2 * DAY, TODAY),), TODAY, "O-3.leads_already"),
    ],
)
def test_o_3_a_unit_has_one_leader_in_charge_at_a_time(
    times: tuple[Led, ...], from_on: date, refused: str | None
) -> None:
    assert code(may_lead("SC", times, ZHAO, from_on, today=TODAY)) == refused


def test_o_3_a_time_ends_before_the_next_one_to_come() -> None:
    times = (Led(LI, "李秀兰", TODAY + 9 * DAY), Led(ZHAO, "赵敏", TODAY + 5 * DAY), Led(LI, "李秀兰", TODAY))
    assert last_day_from(times, TODAY) == TODAY + 4 * DAY
    assert last_day_from(times, TODAY + 5 * DAY) == TODAY + 8 * DAY
    assert last_day_from(times, TODAY + 9 * DAY) is None


def test_o_3_a_last_day_is_moved_until_it_is_over_and_up_to_the_next_leader() -> None:
    def stop(time: Led, until_on: date, *others: Led) -> str | None:
        return code(may_stop("SC", time, until_on, others=others, today=TODAY))

    assert stop(Led(LI, "李秀兰", TODAY), TODAY) is None
    assert stop(Led(LI, "李秀兰", TODAY), TODAY - DAY) == "O-3.ends_before_it_begins"
    assert stop(Led(LI, "李秀兰", TODAY - DAY, TODAY - DAY), TODAY) == "O-3.led_until"
    planned, coming = Led(LI, "李秀兰", TODAY - DAY, TODAY), Led(ZHAO, "赵敏", TODAY + 3 * DAY)
    assert stop(planned, TODAY + 9 * DAY) is None
    assert stop(planned, TODAY + 2 * DAY, coming) is None
    assert stop(planned, TODAY + 3 * DAY, coming) == "O-3.leader_next"


def test_o_3_only_what_has_not_begun_is_dropped() -> None:
    assert may_drop(Led(LI, "李秀兰", TODAY + DAY), today=TODAY)
    assert code(may_drop(Led(LI, "李秀兰", TODAY), today=TODAY)) == "O-3.leads_since"
