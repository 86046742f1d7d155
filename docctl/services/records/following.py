"""That what runs follows a revision of the classes is wished for, and asked for until it is done (R-3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from docctl.models.controlled import SettingRevision
from docctl.models.work import Delivery, DueJob
from docctl.services.jobs import want

#: What is wanted when a revision of the classes begins: what runs is kept longer where it must be.
CLASSES: Final = "classes.begins"

#: By then every transaction has ended that began before a revision did.
SETTLED: Final = timedelta(minutes=5)


def want_following(session: Session, revision_id: UUID, begins: datetime) -> None:
    """Let records follow a revision from its instant on, and once more when what was under way has ended."""
    for name, at in (("begins", begins), ("settled", begins + SETTLED)):
        payload = {"revision_id": str(revision_id)}
        want(session, CLASSES, key=f"{revision_id}:{name}", payload=payload, at=at)


def still_following(session: Session, at: datetime) -> bool:
    """Say whether a revision that has begun is not followed to its end: last days may yet move (R-3, R-4)."""
    told = select(Delivery.id).where(
        Delivery.kind == CLASSES, Delivery.done_at.is_(None), Delivery.created_at <= at
    )
    # Written by a version that had them fall due.
    fallen = select(DueJob.id).where(DueJob.kind == CLASSES, DueJob.done_at.is_(None), DueJob.due_at <= at)
    return session.scalar(select(or_(told.exists(), fallen.exists()))) is True


def follows_after(session: Session, revision_id: UUID) -> bool:
    """Say whether a revision that began earlier has yet to be followed: a longer one in between counts."""
    own = session.get_one(SettingRevision, revision_id)
    earlier = select(SettingRevision.id).where(
        SettingRevision.setting_id == own.setting_id, SettingRevision.effective_from < own.effective_from
    )
    keys = [f"{CLASSES}:{one}:begins" for one in session.scalars(earlier)]
    wanted = select(Delivery.id).where(Delivery.key.in_(keys), Delivery.done_at.is_(None))
    return session.scalars(wanted.limit(1)).first() is not None
