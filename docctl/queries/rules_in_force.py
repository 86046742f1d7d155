"""Which revision of the number and label rules is in force, in one statement (N-2, V-1, V-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.label_content import LabelRules, labels_in
from docctl.domain.lifecycle import SettingStatus
from docctl.domain.number_rules import NumberRules, rules_in
from docctl.domain.verdicts import NotFound
from docctl.models.controlled import ControlledSetting, SettingRevision

_Rules = TypeVar("_Rules")


@dataclass(frozen=True, slots=True)
class InForce(Generic[_Rules]):
    """Rules, and how an event names the revision that says them: kind, revision, hash of the content."""

    rules: _Rules
    name: str


def revision_name(kind: str, ordinal: int, content_sha256: str) -> str:
    """Return how an event names a revision of a setting."""
    return f"{kind} {ordinal} {content_sha256[:12]}"


def number_rules_at(session: Session, at: datetime) -> InForce[NumberRules]:
    """Return the number rules in force at an instant; raise NotFound where there were none yet (N-2)."""
    name, content = _in_force(session, "numbers", at)
    return InForce(rules_in(content), name)


def label_rules_at(session: Session, at: datetime) -> InForce[LabelRules]:
    """Return the label rules in force at an instant; raise NotFound where there were none yet (V-1)."""
    name, content = _in_force(session, "labels", at)
    return InForce(labels_in(content), name)


def _in_force(session: Session, kind: str, at: datetime) -> tuple[str, str]:
    query = (
        select(SettingRevision.ordinal, SettingRevision.content_sha256, SettingRevision.content)
        .join(ControlledSetting, ControlledSetting.id == SettingRevision.setting_id)
        .where(
            ControlledSetting.kind == kind,
            SettingRevision.status == SettingStatus.APPROVED,
            SettingRevision.effective_from <= at,
        )
        .order_by(SettingRevision.effective_from.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFound("setting_revision")
    return revision_name(kind, found.ordinal, found.content_sha256), found.content
