"""Which revision a person is shown instead of one that is not for them (V-4, X-3)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import in_force
from docctl.domain.permissions import Actor
from docctl.domain.verdicts import NotFound
from docctl.models.documents import Revision
from docctl.queries.document_opened import headed, revisions_seen


def in_force_instead(session: Session, actor: Actor, revision_id: UUID, *, at: datetime) -> UUID | None:
    """Return the revision in force for a link to one that was before it and is not for this person (V-4).

    None where the person sees the one asked for, or may not know that it ever was (X-3).
    """
    document_id = session.scalar(select(Revision.document_id).where(Revision.id == revision_id))
    try:
        head = headed(session, actor, document_id, at=at)
        known = revisions_seen(session, head, at)
    except NotFound:
        return None
    asked = next((one for one in known if one.id == revision_id), None)
    if head.insider or asked is None or asked.id in head.told:
        return None
    if asked.effective_from == asked.effective_until:
        return None
    return next((one.id for one in known if one.id != revision_id and in_force(one.dates(), at)), None)
