"""Whether a revision in force may be suspended, used, or resumed (V-6)."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from typing import Final

from docctl.domain.lifecycle import (
    RevisionAction,
    RevisionDates,
    has_expired,
    in_force,
    may_move_revision,
    suspension_at,
)
from docctl.domain.validity import last_day
from docctl.domain.verdicts import Allowed, Refused, Verdict

#: A reason is read beside the state, by everybody who may read the revision.
LONGEST_REASON: Final = 2000


def may_suspend(dates: RevisionDates, *, at: datetime, zone: tzinfo) -> Verdict:
    """Say whether a revision may be suspended now: only one in force that is not (V-6)."""
    if not (verdict := _moves(dates, RevisionAction.SUSPEND, at=at, zone=zone)):
        return verdict
    if (open_one := suspension_at(dates, at)) is not None:
        return Refused("V-6", "already_suspended", {"since": _day(open_one.since, zone)})
    return Allowed()


def may_resume(dates: RevisionDates, *, at: datetime, zone: tzinfo) -> Verdict:
    """Say whether a revision may be used again: only one that is suspended now (V-6)."""
    if not (verdict := _moves(dates, RevisionAction.RESUME, at=at, zone=zone)):
        return verdict
    return Allowed() if suspension_at(dates, at) else Refused("V-6", "not_suspended")


def may_file_under(dates: RevisionDates, *, number: str, at: datetime, zone: tzinfo) -> Verdict:
    """Say whether a record may be filed under this revision of a form, in force as it is (F-1, V-6, V-8)."""
    if (open_one := suspension_at(dates, at)) is not None:
        since = _day(open_one.since, zone)
        return Refused("V-6", "form_suspended", {"number": number, "since": since})
    if has_expired(dates, at):
        last = last_day(dates.valid_until, zone)
        assert last is not None
        return Refused("V-8", "form_expired", {"number": number, "last": last})
    return Allowed()


def _moves(dates: RevisionDates, action: RevisionAction, *, at: datetime, zone: tzinfo) -> Verdict:
    if not (verdict := may_move_revision(dates.status, action)):
        return verdict
    start, end = dates.effective_from, dates.effective_until
    if in_force(dates, at):
        return Allowed()
    if end is not None and end <= at:
        return Refused("V-6", "no_longer_in_force", {"since": _day(end, zone)})
    assert start is not None
    return Refused("V-6", "not_yet_in_force", {"day": _day(start, zone)})


def _day(when: datetime, zone: tzinfo) -> date:
    return when.astimezone(zone).date()
