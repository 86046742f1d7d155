"""Until when a revision is valid, on both sides of its end (V-8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from docctl.domain.issue import IssueFacts, may_issue
from docctl.domain.lifecycle import (
    Computed,
    RevisionDates,
    RevisionStatus,
    Suspension,
    has_expired,
    in_force,
    revision_state,
)
from docctl.domain.suspension import may_file_under
from docctl.domain.validity import Validity, asked_at, ends_at, last_day, may_be_valid, may_begin
from docctl.domain.verdicts import Allowed, Refused

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 2)
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
END = datetime(2026, 12, 31, 16, tzinfo=UTC)  # 00:00 of the new year in Shanghai
TICK = timedelta(microseconds=1)
DATES = RevisionDates(RevisionStatus.ISSUED, START, None, valid_until=END)


@pytest.mark.parametrize(
    ("validity", "verdict"),
    [
        pytest.param(Validity(), Allowed(), id="without an end"),
        pytest.param(Validity(TODAY), Allowed(), id="until today"),
        pytest.param(
            Validity(date(2026, 3, 1)), Refused("V-8", "end_passed", {"today": TODAY}), id="until yesterday"
        ),
        pytest.param(Validity(date(2036, 12, 31)), Allowed(), id="the farthest day"),
        pytest.param(
            Validity(date(2037, 1, 1)),
            Refused("V-8", "end_too_far", {"latest": date(2036, 12, 31)}),
            id="the day after it",
        ),
        pytest.param(Validity(date(2026, 12, 31), is_trial=True), Allowed(), id="a trial with its end"),
        pytest.param(Validity(is_trial=True), Refused("V-8", "end_needed"), id="a trial without one"),
    ],
)
def test_v_8_a_trial_ends_and_the_end_lies_ahead(validity: Validity, verdict: object) -> None:
    assert may_be_valid(validity, today=TODAY) == verdict


@pytest.mark.parametrize(
    ("at", "state"),
    [
        pytest.param(START - TICK, Computed.WAITING, id="just before it takes effect"),
        pytest.param(START, Computed.IN_FORCE, id="the first instant"),
        pytest.param(END - TICK, Computed.IN_FORCE, id="the last instant of its last day"),
        pytest.param(END, Computed.EXPIRED, id="the first instant of the day after"),
    ],
)
def test_v_8_after_its_last_day_a_revision_has_expired(at: datetime, state: Computed) -> None:
    assert revision_state(DATES, at) is state


def test_v_8_an_expired_revision_is_in_force_until_it_is_replaced() -> None:
    assert in_force(DATES, END)
    replaced = RevisionDates(RevisionStatus.ISSUED, START, END + timedelta(days=3), valid_until=END)
    assert has_expired(replaced, END + timedelta(days=3) - TICK)
    assert revision_state(replaced, END + timedelta(days=3)) is Computed.SUPERSEDED
    assert not has_expired(replaced, END + timedelta(days=3))


def test_v_8_a_suspension_goes_before() -> None:
    paused = RevisionDates(RevisionStatus.ISSUED, START, None, (Suspension(START),), valid_until=END)
    assert revision_state(paused, END) is Computed.SUSPENDED


def test_v_8_days_and_instants_are_those_of_the_company() -> None:
    assert ends_at(date(2026, 12, 31), ZONE) == END
    assert last_day(END, ZONE) == date(2026, 12, 31)
    assert (ends_at(None, ZONE), last_day(None, ZONE)) == (None, None)


@pytest.mark.parametrize(
    ("on", "verdict"),
    [
        pytest.param(date(2026, 12, 31), Allowed(), id="on its last day"),
        pytest.param(
            date(2027, 1, 1),
            Refused("V-8", "ends_before_effect", {"last": date(2026, 12, 31)}),
            id="the day after",
        ),
    ],
)
def test_v_8_nothing_takes_effect_after_its_validity(on: date, verdict: object) -> None:
    assert may_begin(date(2026, 12, 31), on=on) == verdict
    facts = IssueFacts(RevisionStatus.APPROVED, TODAY, None, valid_until=END)
    assert may_issue(facts, on=on, at=START, zone=ZONE) == verdict


def test_v_8_no_record_is_filed_under_an_expired_form() -> None:
    assert may_file_under(DATES, number="QR-1", at=END - TICK, zone=ZONE)
    assert may_file_under(DATES, number="QR-1", at=END, zone=ZONE) == Refused(
        "V-8", "form_expired", {"number": "QR-1", "last": date(2026, 12, 31)}
    )


@pytest.mark.parametrize(
    ("issued", "asked"),
    [
        pytest.param(END - timedelta(days=200), END - timedelta(days=30), id="long before"),
        pytest.param(END - timedelta(days=5), END - timedelta(days=5), id="issued shortly before the end"),
    ],
)
def test_v_8_the_owner_is_asked_thirty_days_before(issued: datetime, asked: datetime) -> None:
    assert asked_at(END, issued=issued) == asked
