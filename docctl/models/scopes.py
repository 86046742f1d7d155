"""Where revisions apply (适用范围): units, sites, posts; later changes keep what was (D-8)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.scope import Place, ScopeKind
from docctl.models.base import Base, Identified, checked


class RevisionScope(Identified, Base):
    """A unit or post to which a revision applies; one without any applies everywhere.

    `reason` is empty for what stood there when the revision was submitted, and was signed with it.
    """

    __tablename__ = "revision_scope"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'unit') = (unit_id IS NOT NULL) AND (kind = 'post') = (post_id IS NOT NULL)",
            name="one_place",
        ),
        CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason = '')",
            name="removed_whole",
        ),
        Index("ix_revision_scope_revision", "revision_id"),
        Index("ix_revision_scope_unit", "unit_id"),
    )

    revision_id: Mapped[UUID] = mapped_column(ForeignKey("revision.id"))
    kind: Mapped[ScopeKind] = mapped_column(checked(ScopeKind))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    #: What it was called when it was named.
    name: Mapped[str] = mapped_column(String(420))
    added_at: Mapped[datetime]
    added_by: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(500), default="")
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None]
    removed_reason: Mapped[str] = mapped_column(String(500), default="")

    def place(self) -> Place:
        """Return the place as the rules see it."""
        found = self.unit_id or self.post_id
        assert found is not None  # the database lets exactly one be there
        return Place(self.kind, found)
