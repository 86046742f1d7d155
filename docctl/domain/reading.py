"""Whether a reader may say now that they have read a revision (D-4)."""

from __future__ import annotations

from datetime import datetime

from docctl.domain.lifecycle import RevisionDates, in_force
from docctl.domain.verdicts import Allowed, Refused, Verdict


def may_acknowledge(
    dates: RevisionDates, *, acknowledged_at: datetime | None, ended_at: datetime | None = None, at: datetime
) -> Verdict:
    """Say whether a reading may be acknowledged: once, and of a revision in force (D-4).

    Before its day it cannot be read yet; afterwards it is not what has to be known. Whoever need not read
    it any more acknowledges nothing.
    """
    if acknowledged_at is not None:
        return Refused("D-4", "acknowledged_already")
    if ended_at is not None:
        return Refused("D-4", "reading_ended")
    if not in_force(dates, at):
        return Refused("D-4", "not_in_force")
    return Allowed()
