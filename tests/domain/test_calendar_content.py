"""What a working calendar may say, and that typing and writing are one another's inverse (W-2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.calendar_content import (
    MOST_DAYS,
    calendar_of,
    check_calendar,
    read_calendar,
    shipped_calendar,
    write_calendar,
)
from docctl.domain.setting_kinds import KINDS, differences
from docctl.domain.verdicts import RuleRefused
from docctl.domain.working_calendar import DayKind

CALENDAR = KINDS["calendar"]


def refused(data: object) -> str:
    with pytest.raises(RuleRefused) as error:
        check_calendar(data)
    assert "field" in error.value.refused.params
    return error.value.refused.code


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2026-02-13", DayKind.WORKING, ""),
        ("2026-02-14", DayKind.MAKE_UP, "春节"),
        ("2026-02-15", DayKind.HOLIDAY, "春节"),
        ("2026-02-23", DayKind.HOLIDAY, "春节"),
        ("2026-02-24", DayKind.WORKING, ""),
        ("2026-02-28", DayKind.MAKE_UP, "春节"),
        ("2026-03-01", DayKind.WEEKEND, ""),
        ("2026-10-07", DayKind.HOLIDAY, "国庆节"),
        ("2026-10-08", DayKind.WORKING, ""),
        ("2025-10-08", DayKind.HOLIDAY, "国庆节、中秋节"),
        ("2024-02-10", DayKind.HOLIDAY, "春节"),
        ("2024-02-09", DayKind.WORKING, ""),
    ],
)
def test_w_2_public_holidays_and_make_up_days_of_announced_years(day: str, kind: DayKind, name: str) -> None:
    found = calendar_of(shipped_calendar()).day(date.fromisoformat(day))
    assert (found.kind, found.name, found.is_provisional) == (kind, name, False)


def test_w_2_a_year_not_announced_is_provisional_and_knows_the_week_only() -> None:
    calendar = calendar_of(shipped_calendar())
    assert not calendar.day(date(2026, 12, 31)).is_provisional
    new_year = calendar.day(date(2027, 1, 1))
    assert (new_year.kind, new_year.is_provisional) == (DayKind.WORKING, True)


def test_w_2_own_days_go_before_the_holiday_and_the_holiday_before_the_week() -> None:
    data = shipped_calendar() | {
        "own_working_days": {"2026-10-01": "赶货"},
        "own_days_off": {"2026-02-14": "不补班", "2026-03-02": "盘点"},
    }
    calendar = calendar_of(check_calendar(data))
    assert calendar.day(date(2026, 10, 1)).kind is DayKind.OWN_WORKING_DAY
    assert calendar.day(date(2026, 2, 14)).kind is DayKind.OWN_DAY_OFF
    assert calendar.day(date(2026, 3, 2)).name == "盘点"
    assert calendar.day(date(2026, 3, 3)).kind is DayKind.WORKING


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"week": []}, "no_working_day"),
        ({"week": [0]}, "no_working_day"),
        ({"week": [8]}, "no_working_day"),
        ({"week": [True]}, "content_unfit"),
        ({"week": "1"}, "content_unfit"),
        ({"hours": []}, "hours_needed"),
        ({"hours": [[f"{n:02}:00", f"{n:02}:30"] for n in range(13)]}, "hours_needed"),
        ({"hours": [["08:00", "08:00"]]}, "hours_unfit"),
        ({"hours": [["09:00", "08:00"]]}, "hours_unfit"),
        ({"hours": [["08:00", "12:00"], ["11:59", "17:00"]]}, "hours_unfit"),
        ({"hours": [["08:00", "25:00"]]}, "hours_unfit"),
        ({"hours": [["8:00", "12:00"]]}, "hours_unfit"),
        ({"hours": [["08:00"]]}, "hours_unfit"),
        ({"hours": [["08:00", "12:00", "13:00"]]}, "hours_unfit"),
        ({"hours": [["T0830", "12:00"]]}, "hours_unfit"),
        ({"hours": [["08+01", "12:00"]]}, "hours_unfit"),
        ({"hours": [["0830Z", "12:00"]]}, "hours_unfit"),
        ({"hours": [["０８:00", "12:00"]]}, "hours_unfit"),
        ({"hours": [["24:00", "24:00"]]}, "hours_unfit"),
        ({"hours": [["00:00", "24:01"]]}, "hours_unfit"),
        ({"hours": [["13:00", "17:00"], ["08:00", "12:00"]]}, "hours_unfit"),
        ({"hours": [[8, 12]]}, "content_unfit"),
        ({"hours": [[["08:00"], "12:00"]]}, "content_unfit"),
        ({"own_days_off": {"2026-03-05": "至2026-03-09"}}, "name_unfit"),
        ({"own_days_off": {"2026-03-05": ".. 2026-03-09 盘点"}}, "name_unfit"),
        ({"own_days_off": {"2026-03-05": ":盘点"}}, "name_unfit"),
        ({"own_days_off": {"2026-03-05": "日 盘点"}}, "name_unfit"),
        ({"own_days_off": {"2026-03-05": "\ud800"}}, "name_unfit"),
        ({"announced": [1989]}, "content_unfit"),
        ({"announced": [2024, 2025, 2026, 2027]}, "year_without_holidays"),
        ({"announced": [2024, 2025]}, "year_not_announced"),
        ({"own_days_off": {"2026-02-30": ""}}, "day_unfit"),
        ({"own_days_off": {"20260301": ""}}, "day_unfit"),
        ({"own_days_off": {"2026-03-01": 1}}, "day_unfit"),
        ({"own_days_off": {"2026-03-01": "长" * 61}}, "name_unfit"),
        ({"own_days_off": {"2026-03-01": "\u202e倒"}}, "name_unfit"),
        ({"own_days_off": ["2026-03-01"]}, "content_unfit"),
        ({"own_days_off": {"2026-03-01": ""}, "own_working_days": {"2026-03-01": ""}}, "day_twice"),
        ({"more": 1}, "content_unfit"),
    ],
)
def test_w_2_a_calendar_that_says_something_impossible_is_refused(change: dict[str, Any], code: str) -> None:
    assert refused(shipped_calendar() | change) == code


@pytest.mark.parametrize(
    "change",
    [
        {"week": [1]},
        {"week": [1, 2, 3, 4, 5, 6, 7]},
        {"hours": [["00:00", "24:00"]]},
        {"hours": [["08:00", "12:00"], ["12:00", "17:00"]]},
        {"hours": [[f"{n:02}:00", f"{n:02}:30"] for n in range(12)]},
        {"announced": [], "days_off": {}, "make_up_days": {}},
        {"own_days_off": {"2026-03-01": "长" * 60}},
    ],
)
def test_w_2_a_calendar_at_the_edge_is_accepted(change: dict[str, Any]) -> None:
    assert check_calendar(shipped_calendar() | change)


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_w_2_a_field_names_so_many_days_at_most(more: int, fits: bool) -> None:
    days = {(date(2000, 1, 1) + timedelta(days=n)).isoformat(): "" for n in range(MOST_DAYS + more)}
    data = shipped_calendar() | {"own_days_off": days}
    if fits:
        assert check_calendar(data)
    else:
        assert refused(data) == "too_many_days"


@pytest.mark.parametrize("data", [None, [], "", 1, {}])
def test_w_2_what_is_no_calendar_is_refused(data: object) -> None:
    assert refused(data) == "content_unfit"


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("2026-03-05 盘点", {"2026-03-05": "盘点"}),
        ("2026-3-5", {"2026-03-05": ""}),
        ("2026/03/05，盘点", {"2026-03-05": "盘点"}),
        ("2026年3月5日 盘点", {"2026-03-05": "盘点"}),
        ("２０２６-03-05 盘点", {"2026-03-05": "盘点"}),
        ("2026-03-05..2026-03-06 年中 盘点", {"2026-03-05": "年中 盘点", "2026-03-06": "年中 盘点"}),
        ("2026年3月5日至2026年3月6日 盘点", {"2026-03-05": "盘点", "2026-03-06": "盘点"}),
        ("2026-03-05 ~ 2026-03-06", {"2026-03-05": "", "2026-03-06": ""}),
        ("", {}),
    ],
)
def test_w_2_days_are_read_as_people_write_them(line: str, days: dict[str, str]) -> None:
    typed = write_calendar(shipped_calendar()) | {"own_days_off": f"\n{line}\n"}
    assert read_calendar(typed)["own_days_off"] == days


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("own_days_off", "下周三", "day_unfit"),
        ("own_days_off", "2026-02-30 x", "day_unfit"),
        ("own_days_off", "2026-03-06..2026-03-05", "day_unfit"),
        ("own_days_off", "2026-03-05..2027-03-06", "day_unfit"),
        ("own_days_off", "2026-03-05 a\n2026-03-05 b", "day_twice"),
        ("hours", "八点到五点", "hours_unfit"),
        ("announced", "2026 明年", "content_unfit"),
    ],
)
def test_w_2_what_cannot_be_read_is_refused_with_its_line(field: str, text: str, code: str) -> None:
    with pytest.raises(RuleRefused) as error:
        read_calendar(write_calendar(shipped_calendar()) | {field: text})
    assert (error.value.refused.code, error.value.refused.params["field"]) == (code, field)


NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N")), max_size=12)
#: Signs that mean something in a line of days.
ODD_NAMES = st.text(st.sampled_from(" 2026-03./年月日至到~:：,，、x"), max_size=20)
DAYS = st.dictionaries(st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(date.isoformat), NAMES, max_size=30)


@given(DAYS, DAYS, st.sets(st.integers(1, 7), min_size=1))
def test_w_2_what_is_written_is_read_again_as_it_was(
    off: dict[str, str], on: dict[str, str], week: set[int]
) -> None:
    on = {day: name for day, name in on.items() if day not in off}
    content = check_calendar(
        shipped_calendar() | {"own_days_off": off, "own_working_days": on, "week": list(week)}
    )
    assert read_calendar(write_calendar(content)) == content == check_calendar(content)
    changed = differences(CALENDAR, shipped_calendar(), content)
    assert {one.line for one in changed if one.field == "own_days_off"} == set(off)
    assert differences(CALENDAR, content, content) == ()


@given(
    st.dictionaries(st.dates(date(2026, 3, 1), date(2026, 3, 9)).map(date.isoformat), ODD_NAMES, max_size=4)
)
def test_w_2_a_name_is_read_again_as_it_was_or_refused(days: dict[str, str]) -> None:
    try:
        content = check_calendar(shipped_calendar() | {"own_days_off": days})
    except RuleRefused as error:
        assert error.refused.code == "name_unfit"  # noqa: PT017  # the other branch has its own check
    else:
        assert read_calendar(write_calendar(content)) == content


def test_w_2_days_in_a_row_beyond_a_year_are_read_again_as_they_were() -> None:
    days = {(date(2026, 1, 1) + timedelta(days=n)).isoformat(): "停产" for n in range(900)}
    content = check_calendar(shipped_calendar() | {"own_days_off": days})
    assert read_calendar(write_calendar(content)) == content
