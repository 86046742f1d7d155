"""What a new company starts with: the first revision of every controlled setting, as shipped (V-2, W-2)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.controlled import content_of
from docctl.domain.lifecycle import SettingStatus
from docctl.domain.setting_kinds import KINDS
from docctl.models.controlled import ControlledSetting, SettingRevision


def begin_settings(session: Session, entity_id: UUID, *, at: datetime) -> dict[str, str]:
    """Add each kind's shipped content, in force from `at`; return kind → hash of the content."""
    found = {}
    for kind in KINDS.values():
        row = ControlledSetting(entity_id=entity_id, kind=kind.name)
        session.add(row)
        session.flush()  # its revision refers to it
        content, digest = content_of(kind.shipped())
        session.add(
            SettingRevision(
                setting_id=row.id,
                ordinal=1,
                status=SettingStatus.APPROVED,
                content=content,
                content_sha256=digest,
                created_at=at,
                effective_from=at,
            )
        )
        found[kind.name] = digest
    return found
