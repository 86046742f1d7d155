"""Whether a revision may be issued or withdrawn, and from which instant it holds (V-3, V-6, V-7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from docctl.domain.calendar_dates import midnight
from docctl.domain.lifecycle import RevisionAction, RevisionStatus, may_move_revision
from docctl.domain.validity import last_day, may_begin
from docctl.domain.verdicts import Allowed, Refused, Verdict


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What the decision to issue rests on; instants in UTC."""

    status: RevisionStatus
    approved_on: date | None
    newest_from: datetime | None
    is_form: bool = False
    has_class: bool = True
    has_real_number: bool = True
    valid_until: datetime | None = None


def takes_effect(on: date, *, at: datetime, zone: tzinfo) -> datetime:
    """Return the instant from which a revision holds: now if `on` is today, else 00:00 of that day.

    Days are those of the company's time zone; the answer is UTC (V-7).
    """
    if on <= at.astimezone(zone).date():
        return at
    return midnight(on, zone)


def may_issue(facts: IssueFacts, *, on: date, at: datetime, zone: tzinfo) -> Verdict:
    """Say whether an approved revision may be issued at `at`, to take effect `on` a day (V-3, V-7, V-8)."""
    if not (verdict := may_move_revision(facts.status, RevisionAction.ISSUE)):
        return verdict
    today = at.astimezone(zone).date()
    if facts.is_form and not facts.has_class:
        return Refused("R-10", "class_needed")
    if not facts.has_real_number:
        return Refused("N-11", "number_needed")
    if on < today:
        return Refused("V-7", "effective_before_issue", {"issued_on": today})
    if not (verdict := may_begin(last_day(facts.valid_until, zone), on=on)):
        return verdict
    if on.year > today.year + 10:
        return Refused("V-7", "effective_too_far", {"latest": date(today.year + 10, 12, 31)})
    if facts.newest_from is not None and takes_effect(on, at=at, zone=zone) <= facts.newest_from:
        return Refused("V-3", "not_after_newest", {"newest": facts.newest_from.astimezone(zone).date()})
    return Allowed()


def may_withdraw(
    status: RevisionStatus, *, effective_until: datetime | None, at: datetime, zone: tzinfo
) -> Verdict:
    """Say whether an issued revision may be withdrawn now: not once it is superseded (V-6)."""
    if not (verdict := may_move_revision(status, RevisionAction.WITHDRAW)):
        return verdict
    if effective_until is not None and effective_until <= at:
        return Refused("V-6", "already_superseded", {"since": effective_until.astimezone(zone).date()})
    return Allowed()
