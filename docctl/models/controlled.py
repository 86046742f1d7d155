"""Controlled settings and their revisions: rules of a company that are data (V-2, V-3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from docctl.domain.controlled import SettingFacts
from docctl.domain.lifecycle import SettingStatus
from docctl.models.base import Base, Identified, Versioned, checked
from docctl.models.clocks import Clocked

_APPROVED = text("status = 'approved'")
_OPEN = text("status IN ('draft', 'in_review')")


class ControlledSetting(Identified, Base):
    """A setting of one kind of one legal entity; what it says stands in its revisions (V-2, O-4)."""

    __tablename__ = "controlled_setting"
    __table_args__ = (UniqueConstraint("entity_id", "kind"),)

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("legal_entity.id"))
    kind: Mapped[str] = mapped_column(String(40))


class SettingRevision(Identified, Versioned, Clocked, Base):
    """A revision of a setting. In force at t: of the approved ones that begin at or before t the last (V-3).

    No two approved ones begin at the same instant, so there is at most one. The first one came with the
    company: nobody made or approved it. The clock is that of its approval, while it is in review (A-4).
    """

    __tablename__ = "setting_revision"
    __table_args__ = (
        UniqueConstraint("setting_id", "ordinal"),
        CheckConstraint(
            "status NOT IN ('approved', 'withdrawn') OR effective_from IS NOT NULL", name="begins_somewhen"
        ),
        CheckConstraint(
            "ordinal = 1 OR status NOT IN ('approved', 'withdrawn') OR approved_by IS NOT NULL",
            name="approved",
        ),
        CheckConstraint("approved_by <> created_by AND approved_by <> submitted_by", name="two_people"),
        CheckConstraint("approved_at <= effective_from", name="approved_before_effect"),
        CheckConstraint("status <> 'withdrawn' OR ended_at < effective_from", name="withdrawn_before_effect"),
        Index(
            "uq_setting_revision_begins",
            "setting_id",
            "effective_from",
            unique=True,
            sqlite_where=_APPROVED,
            postgresql_where=_APPROVED,
        ),
        Index(
            "uq_setting_revision_open",
            "setting_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    setting_id: Mapped[UUID] = mapped_column(ForeignKey("controlled_setting.id"))
    ordinal: Mapped[int]
    status: Mapped[SettingStatus] = mapped_column(checked(SettingStatus), default=SettingStatus.DRAFT)
    #: Canonical JSON, as its kind reads it.
    content: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    #: From when it shall be in force; empty: from its approval on.
    wanted_from: Mapped[datetime | None]
    #: Canonical JSON of what the approval signs, and its hash; once it was submitted.
    manifest: Mapped[str | None] = mapped_column(Text)
    manifest_sha256: Mapped[str | None] = mapped_column(String(64))
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    #: All who changed the draft: who has worked on it does not approve it (A-2).
    editors: Mapped[list[Any]] = mapped_column(default=list)
    submitted_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    #: Why it came back last, while it is a draft again (A-9).
    returned_reason: Mapped[str] = mapped_column(Text, default="")
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    effective_from: Mapped[datetime | None]
    #: Discarded as a draft, or withdrawn before it began: by whom, when, why.
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(Text, default="")

    def facts(self) -> SettingFacts:
        """Return the revision as the rules see it."""
        return SettingFacts(
            ordinal=self.ordinal,
            status=self.status,
            content_sha256=self.content_sha256,
            reason=self.reason,
            editors=frozenset(map(UUID, self.editors)),
            wanted_from=self.wanted_from,
            effective_from=self.effective_from,
        )
