"""What a unit may be called, where it may stand, and from which day on (O-1, O-2)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from docctl.domain.units import LONGEST_NAME, last_day_before, may_call, may_change, may_stand
from docctl.domain.verdicts import Refused

TODAY = date(2026, 3, 2)
SINCE = date(2025, 6, 1)
DAY = timedelta(days=1)


def code(verdict: object) -> str | None:
    return verdict.key if isinstance(verdict, Refused) else None


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("质", None),
        ("质" * LONGEST_NAME, None),
        ("质" * (LONGEST_NAME + 1), "O-1.name_unfit"),
        ("", "O-1.name_unfit"),
        ("质\u200b检", "O-1.name_unfit"),
    ],
)
def test_o_1_a_unit_has_a_name_of_some_length(name: str, refused: str | None) -> None:
    assert code(may_call(name)) == refused


@pytest.mark.parametrize(
    ("from_on", "since", "refused"),
    [
        (TODAY, SINCE, None),
        (TODAY + DAY, SINCE, "O-2.day_to_come"),
        (SINCE, SINCE, None),
        (SINCE - DAY, SINCE, "O-2.day_before"),
        (date(1900, 1, 1), None, None),
        (date(1899, 12, 31), None, "O-2.day_before"),
    ],
)
def test_o_2_a_change_begins_between_the_last_one_and_today(
    from_on: date, since: date | None, refused: str | None
) -> None:
    assert code(may_change(from_on, today=TODAY, since=since)) == refused


def test_o_2_a_change_from_the_very_first_day_puts_right_what_was_entered() -> None:
    assert last_day_before(SINCE, since=SINCE) is None
    assert last_day_before(SINCE + DAY, since=SINCE) == SINCE
    assert last_day_before(SINCE, since=None) == SINCE - DAY


def test_o_1_a_unit_stands_under_no_unit_below_it_and_no_closed_one() -> None:
    unit, parent, top = uuid4(), uuid4(), uuid4()
    assert may_stand(unit, parent, above={top}, closed=False)
    assert code(may_stand(unit, unit, above=set(), closed=False)) == "O-1.parent_below"
    assert code(may_stand(unit, parent, above={top, unit}, closed=False)) == "O-1.parent_below"
    assert code(may_stand(unit, parent, above={top}, closed=True)) == "O-1.parent_closed"
