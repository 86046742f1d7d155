"""Whether a step is closed late, and what is asked then (A-13)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from docctl.domain.lateness import LONGEST_REASON, is_late, may_close
from docctl.domain.verdicts import Refused

DUE = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("due", "at", "reason", "key"),
    [
        (DUE, DUE - TICK, "", ""),
        (DUE, DUE, "", "A-13.late_reason_needed"),
        (DUE, DUE, " \n", "A-13.late_reason_needed"),
        (DUE, DUE, "出差", ""),
        (DUE, DUE, "长" * LONGEST_REASON, ""),
        (DUE, DUE, "长" * (LONGEST_REASON + 1), "A-13.late_reason_too_long"),
        (None, DUE, "", ""),
    ],
)
def test_a_13_late_is_closed_with_the_reason(
    due: datetime | None, at: datetime, reason: str, key: str
) -> None:
    verdict = may_close(due, at, reason)
    assert (verdict.key if isinstance(verdict, Refused) else "") == key


def test_a_13_late_begins_with_the_end_of_the_time() -> None:
    assert not is_late(DUE, DUE - TICK)
    assert is_late(DUE, DUE)
    assert not is_late(None, DUE)
