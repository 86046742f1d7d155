"""When a copy of the search index counts as silent, as purged, and when it may be forgotten (R-7, S-4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: A copy that has not told anything for longer than this is silent: its host is off or cut off.
SILENT: Final = timedelta(minutes=5)
#: Only what has been silent for so long may be forgotten: who is away for a night comes back.
FORGETTABLE: Final = timedelta(hours=24)
#: A copy may have followed a little further than it could tell before its host went away.
UNTOLD: Final = timedelta(hours=1)


def is_silent(seen_at: datetime, at: datetime) -> bool:
    """Say whether a copy has told nothing for longer than `SILENT`."""
    return at - seen_at > SILENT


def is_purged(made_from: int, purge_from: int) -> bool:
    """Say whether files made as of event `made_from` cannot hold what was gone at `purge_from` (R-7)."""
    return made_from >= purge_from


def may_forget(seen_at: datetime, at: datetime) -> Verdict:
    """Allow it where the copy has not been seen for `FORGETTABLE` (R-7)."""
    if at - seen_at < FORGETTABLE:
        return Refused("R-7", "copy_seen_lately", {"hours": FORGETTABLE // timedelta(hours=1)})
    return Allowed()
