"""What is still open in a unit, and keeps it from being closed (O-1)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import UNDER_WAY, RevisionStatus
from docctl.domain.units import StillOpen
from docctl.models.documents import Document, Revision
from docctl.models.organisation import Person, Post, PostHolder, RoleGrant, Unit


def open_in(session: Session, unit_id: UUID) -> StillOpen:
    """Count the units below, people, documents, posts held and roles of a unit, no obsolete documents."""
    below = select(func.count()).where(Unit.parent_id == unit_id, Unit.valid_until.is_(None))
    people = select(func.count()).where(Person.unit_id == unit_id, Person.disabled_at.is_(None))
    live = or_(
        Revision.status.in_(UNDER_WAY),
        (Revision.status == RevisionStatus.ISSUED) & Revision.effective_until.is_(None),
    )
    documents = (
        select(func.count(Document.id.distinct()))
        .join(Revision, Revision.document_id == Document.id)
        .where(Document.unit_id == unit_id, live)
    )
    posts = (
        select(func.count())
        .select_from(PostHolder)
        .join(Post, Post.id == PostHolder.post_id)
        .where(Post.unit_id == unit_id, PostHolder.until_on.is_(None))
    )
    roles = select(func.count()).where(RoleGrant.unit_id == unit_id, RoleGrant.revoked_at.is_(None))
    return StillOpen(*(session.scalar(one) or 0 for one in (below, people, documents, posts, roles)))
