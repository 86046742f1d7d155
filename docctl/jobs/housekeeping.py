"""What is cleared away once its time is over: uploads, sessions, answered requests."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import delete
from sqlalchemy.orm import Session

from docctl.jobs.imports.folders import clear_ended
from docctl.jobs.imports.run_keys import destroy_ended_keys
from docctl.jobs.imports.untouched import end_untouched_imports
from docctl.models.organisation import SessionRow, SignInAttempt
from docctl.models.work import AnsweredRequest, Delivery
from docctl.services.caller import the_system
from docctl.services.deliveries.ends import OUTWARD
from docctl.services.house import House
from docctl.services.uploads import KEPT, DropExpired, drop_expired

#: A request is answered again for this long.
REMEMBERED: Final = timedelta(days=30)

#: What went to people and programs elsewhere is listed for this long.
SENT_KEPT: Final = timedelta(days=90)

#: No work file is in use for longer than this, in hours.
SCRATCH_HOURS: Final = 1


def tidy(house: House) -> None:
    """Forget expired uploads, ended sessions and old answers, and what lies about on this host."""
    now = house.clock()
    while drop_expired(DropExpired(before=now), by=the_system(now), house=house) == 500:
        pass
    if end_untouched_imports(house):
        destroy_ended_keys(house)  # also where no host has anything to import
    tidy_host(house)

    def forget(session: Session) -> None:
        session.execute(delete(AnsweredRequest).where(AnsweredRequest.answered_at < now - REMEMBERED))
        session.execute(delete(SessionRow).where(SessionRow.expires_at < now))
        session.execute(
            delete(Delivery).where(Delivery.kind.in_(sorted(OUTWARD)), Delivery.done_at < now - SENT_KEPT)
        )
        session.execute(delete(SignInAttempt).where(SignInAttempt.since < now - timedelta(days=1)))

    house.uow.write(forget)


def tidy_host(house: House) -> None:
    """Remove uploads and work files of this host whose time is over: nobody else sees its folders (R-7)."""
    for path in house.staging.strays():
        if _age(path) > KEPT.total_seconds():
            path.unlink(missing_ok=True)
    for path in house.scratch.iterdir():
        if _age(path) > SCRATCH_HOURS * 3600:
            shutil.rmtree(path, ignore_errors=True)
    clear_ended(house)


def _age(path: Path) -> float:
    """Return how long ago something was written, in seconds; what has just gone is not old."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
