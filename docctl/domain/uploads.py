"""How many uploads of one person may wait for their form: bounded in number and in bytes (F-3)."""

from __future__ import annotations

from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: What one person prepares before filing it; a file that was filed waits no longer and does not count.
MOST_FILES: Final = 200

#: Times the largest single upload: a form full of large scans, but not the disk.
MOST_TIMES: Final = 10


def may_stage(*, files: int, size: int, limit: int) -> Verdict:
    """Say whether so many uploads of so many bytes may wait for one person; `limit` is the largest one."""
    if files > MOST_FILES:
        return Refused("upload", "too_many_waiting", {"most": MOST_FILES})
    if size > MOST_TIMES * limit:
        return Refused("upload", "too_much_waiting", {"limit_mb": MOST_TIMES * limit >> 20})
    return Allowed()
