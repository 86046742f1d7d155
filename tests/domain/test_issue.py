"""When a revision may be issued or withdrawn, and from which instant it holds (R-10, V-3, V-6, V-7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from docctl.domain.issue import IssueFacts, may_issue, may_withdraw, takes_effect
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.verdicts import Refused, Verdict

ZONE = ZoneInfo("Asia/Shanghai")
TICK = timedelta(microseconds=1)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 09:00 of that day in Shanghai
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
READY = IssueFacts(status=RevisionStatus.APPROVED, approved_on=TODAY, newest_from=None)


def code(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else "allowed"


def issue(facts: IssueFacts = READY, *, on: date = TODAY, at: datetime = NOW) -> str:
    return code(may_issue(facts, on=on, at=at, zone=ZONE))


@pytest.mark.parametrize(
    ("on", "start"),
    [
        pytest.param(TODAY - DAY, NOW, id="yesterday means now"),
        pytest.param(TODAY, NOW, id="today means now"),
        pytest.param(TODAY + DAY, datetime(2026, 3, 2, 16, tzinfo=UTC), id="tomorrow at its 00:00"),
    ],
)
def test_v_7_a_later_day_begins_at_midnight_of_the_company(on: date, start: datetime) -> None:
    assert takes_effect(on, at=NOW, zone=ZONE) == start


@pytest.mark.parametrize(
    ("at", "on", "answer"),
    [
        pytest.param(NOW, TODAY - DAY, "V-7.effective_before_issue", id="the day before"),
        pytest.param(NOW, TODAY, "allowed", id="the day itself"),
        pytest.param(NOW, TODAY + DAY, "allowed", id="the day after"),
        pytest.param(
            datetime(2026, 3, 1, 16, tzinfo=UTC) - TICK, TODAY - DAY, "allowed", id="before midnight"
        ),
        pytest.param(
            datetime(2026, 3, 1, 16, tzinfo=UTC), TODAY - DAY, "V-7.effective_before_issue", id="at midnight"
        ),
        pytest.param(NOW, date(2036, 12, 31), "allowed", id="ten years on"),
        pytest.param(NOW, date(2037, 1, 1), "V-7.effective_too_far", id="too far"),
    ],
)
def test_v_7_no_revision_takes_effect_before_its_issue(at: datetime, on: date, answer: str) -> None:
    assert issue(on=on, at=at) == answer


@pytest.mark.parametrize("status", RevisionStatus)
def test_v_6_only_an_approved_revision_is_issued(status: RevisionStatus) -> None:
    expected = "allowed" if status is RevisionStatus.APPROVED else "V-6.no_such_move"
    assert issue(replace(READY, status=status)) == expected


@pytest.mark.parametrize(
    ("newest_from", "on", "answer"),
    [
        pytest.param(NOW - TICK, TODAY, "allowed", id="the newest one is older"),
        pytest.param(NOW, TODAY, "V-3.not_after_newest", id="the same instant"),
        pytest.param(NOW + DAY, TODAY, "V-3.not_after_newest", id="one waits for later"),
        pytest.param(NOW + DAY, TODAY + 2 * DAY, "allowed", id="after the one that waits"),
    ],
)
def test_v_3_a_revision_follows_the_newest_one(newest_from: datetime, on: date, answer: str) -> None:
    assert issue(replace(READY, newest_from=newest_from), on=on) == answer


def test_r_10_a_form_is_issued_with_a_retention_class() -> None:
    assert issue(replace(READY, is_form=True, has_class=False)) == "R-10.class_needed"
    assert issue(replace(READY, is_form=True, has_class=True)) == "allowed"
    assert issue(replace(READY, is_form=False, has_class=False)) == "allowed"


@pytest.mark.parametrize(
    ("until", "answer"),
    [
        pytest.param(None, "allowed", id="no end"),
        pytest.param(NOW + TICK, "allowed", id="the last instant"),
        pytest.param(NOW, "V-6.already_superseded", id="the first instant of the next one"),
    ],
)
def test_v_6_what_is_superseded_is_not_withdrawn(until: datetime | None, answer: str) -> None:
    verdict = may_withdraw(RevisionStatus.ISSUED, effective_until=until, at=NOW, zone=ZONE)
    assert code(verdict) == answer


def test_v_6_the_refusal_names_the_day_of_the_company() -> None:
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
    verdict = may_withdraw(RevisionStatus.ISSUED, effective_until=midnight, at=NOW, zone=ZONE)
    assert isinstance(verdict, Refused)
    assert verdict.params == {"since": date(2026, 3, 2)}


@pytest.mark.parametrize("status", RevisionStatus)
def test_v_6_only_an_issued_revision_is_withdrawn(status: RevisionStatus) -> None:
    verdict = may_withdraw(status, effective_until=None, at=NOW, zone=ZONE)
    assert code(verdict) == ("allowed" if status is RevisionStatus.ISSUED else "V-6.no_such_move")
