"""When a revision in force may be suspended, used and resumed, and what that makes of its state (V-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from docctl.domain.lifecycle import (
    Computed,
    RevisionDates,
    RevisionStatus,
    Suspension,
    in_force,
    is_obsolete,
    revision_state,
)
from docctl.domain.suspension import may_file_under, may_resume, may_suspend
from docctl.domain.verdicts import Refused, Verdict

ZONE = ZoneInfo("Asia/Shanghai")
TICK = timedelta(microseconds=1)
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SINCE, RESUMED = START + timedelta(days=10), START + timedelta(days=20)
END = START + timedelta(days=30)

IN_USE = RevisionDates(RevisionStatus.ISSUED, START, None)
OPEN = replace(IN_USE, suspensions=(Suspension(SINCE),))
PAST = replace(IN_USE, effective_until=END, suspensions=(Suspension(SINCE, RESUMED),))
NEVER_RESUMED = replace(IN_USE, effective_until=END, suspensions=(Suspension(SINCE),))
TWICE = replace(IN_USE, suspensions=(Suspension(SINCE, RESUMED), Suspension(RESUMED)))


def key(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else "allowed"


@pytest.mark.parametrize(
    ("dates", "at", "state"),
    [
        pytest.param(PAST, SINCE - TICK, Computed.IN_FORCE, id="just before"),
        pytest.param(PAST, SINCE, Computed.SUSPENDED, id="its first instant"),
        pytest.param(PAST, RESUMED - TICK, Computed.SUSPENDED, id="its last instant"),
        pytest.param(PAST, RESUMED, Computed.IN_FORCE, id="resumed"),
        pytest.param(PAST, END, Computed.SUPERSEDED, id="superseded"),
        pytest.param(NEVER_RESUMED, END - TICK, Computed.SUSPENDED, id="suspended to its end"),
        pytest.param(NEVER_RESUMED, END, Computed.SUPERSEDED, id="superseded while suspended"),
        pytest.param(TWICE, RESUMED, Computed.SUSPENDED, id="suspended again at once"),
    ],
)
def test_v_6_suspended_is_read_from_dates_at_any_instant(
    dates: RevisionDates, at: datetime, state: Computed
) -> None:
    assert revision_state(dates, at) is state


def test_v_6_a_withdrawal_ends_a_suspension() -> None:
    withdrawn = replace(NEVER_RESUMED, status=RevisionStatus.WITHDRAWN)
    assert revision_state(withdrawn, END - TICK) is Computed.SUSPENDED
    assert revision_state(withdrawn, END) is RevisionStatus.WITHDRAWN


def test_v_3_a_suspended_revision_stays_the_one_in_force_and_is_not_obsolete() -> None:
    assert in_force(OPEN, SINCE)
    assert not is_obsolete(Computed.SUSPENDED)


@pytest.mark.parametrize(
    ("dates", "at", "suspend", "resume"),
    [
        pytest.param(IN_USE, START, "allowed", "V-6.not_suspended", id="in force"),
        pytest.param(OPEN, SINCE, "V-6.already_suspended", "allowed", id="suspended"),
        pytest.param(PAST, RESUMED, "allowed", "V-6.not_suspended", id="resumed"),
        pytest.param(IN_USE, START - TICK, *["V-6.not_yet_in_force"] * 2, id="before its day"),
        pytest.param(NEVER_RESUMED, END - TICK, "V-6.already_suspended", "allowed", id="its last instant"),
        pytest.param(NEVER_RESUMED, END, *["V-6.no_longer_in_force"] * 2, id="superseded"),
    ],
)
def test_v_6_only_what_is_in_force_is_suspended_and_only_what_is_suspended_resumed(
    dates: RevisionDates, at: datetime, suspend: str, resume: str
) -> None:
    assert key(may_suspend(dates, at=at, zone=ZONE)) == suspend
    assert key(may_resume(dates, at=at, zone=ZONE)) == resume


@pytest.mark.parametrize("status", sorted(set(RevisionStatus) - {RevisionStatus.ISSUED}))
def test_v_6_only_an_issued_revision_is_suspended_or_resumed(status: RevisionStatus) -> None:
    dates = replace(OPEN, status=status)
    assert key(may_suspend(dates, at=SINCE, zone=ZONE)) == "V-6.no_such_move"
    assert key(may_resume(dates, at=SINCE, zone=ZONE)) == "V-6.no_such_move"


def test_v_6_no_record_is_filed_under_a_form_while_it_is_suspended() -> None:
    assert may_file_under(PAST, number="QR-1", at=SINCE - TICK, zone=ZONE)
    refused = may_file_under(PAST, number="QR-1", at=SINCE, zone=ZONE)
    assert refused == Refused("V-6", "form_suspended", {"number": "QR-1", "since": date(2026, 3, 12)})
    assert may_file_under(PAST, number="QR-1", at=RESUMED, zone=ZONE)
