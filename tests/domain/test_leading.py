"""Who is the leader in charge of a unit from a day on, and until when (O-3)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from docctl.domain.leading import Led, may_lead, may_stop
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
        ((Led(LI, "李秀兰", TODAY + DAY),), TODAY, "O-3.leader_later"),
        ((Led(ZHAO, "赵敏", TODAY - DAY),), TODAY, "O-3.leads_already"),
        ((Led(ZHAO, "赵敏", TODAY - 2 * DAY, TODAY - DAY),), TODAY, None),
        ((Led(ZHAO, "赵敏", TODAY - 2 * DAY, TODAY),), TODAY, "O-3.leads_already"),
    ],
)
def test_o_3_a_unit_has_one_leader_in_charge_at_a_time(
    times: tuple[Led, ...], from_on: date, refused: str | None
) -> None:
    assert code(may_lead("SC", times, ZHAO, from_on, today=TODAY)) == refused


def test_o_3_a_time_in_charge_ends_once_and_not_before_it_begins() -> None:
    assert may_stop(Led(LI, "李秀兰", TODAY), TODAY)
    assert code(may_stop(Led(LI, "李秀兰", TODAY), TODAY - DAY)) == "O-3.ends_before_it_begins"
    assert code(may_stop(Led(LI, "李秀兰", TODAY, TODAY), TODAY)) == "O-3.led_until"
