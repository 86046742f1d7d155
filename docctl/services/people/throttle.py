"""How fast passwords may be tried: by name and by address, growing pauses (reliability, brute force)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from docctl.domain.verdicts import Allowed, Refused, Verdict
from docctl.models.organisation import SignInAttempt

FREE: Final = 5
WINDOW: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(minutes=15)


def may_try(session: Session, keys: tuple[str, ...], *, at: datetime) -> Verdict:
    """Say whether a password may be tried now for these names and addresses."""
    until = [
        row.blocked_until
        for key in keys
        if (row := session.get(SignInAttempt, key)) and row.blocked_until and row.blocked_until > at
    ]
    if until:
        return Refused("A-3", "too_many_tries", {"minutes": max(1, round((max(until) - at).seconds / 60))})
    return Allowed()


def note_failure(session: Session, keys: tuple[str, ...], *, at: datetime) -> None:
    """Count a wrong password; from the sixth on each one doubles the pause."""
    for key in keys:
        row = session.get(SignInAttempt, key)
        if row is None or row.since + WINDOW < at:
            if row is None:
                row = SignInAttempt(key=key, failures=0, since=at)
                session.add(row)
            row.failures, row.since, row.blocked_until = 0, at, None
        row.failures += 1
        free = FREE if key.startswith("name:") else FREE * 6
        if row.failures >= free:
            pause = min(LONGEST, timedelta(seconds=15 * 2 ** (row.failures - free)))
            row.blocked_until = at + pause


def note_success(session: Session, keys: tuple[str, ...]) -> None:
    """Forget the failures of a name once its right password was given."""
    for key in keys:
        if (row := session.get(SignInAttempt, key)) and key.startswith("name:"):
            session.delete(row)
