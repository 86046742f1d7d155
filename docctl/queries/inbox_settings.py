"""Controlled settings that wait for a second person, or came back to who prepared them (A-2, A-4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, cast, or_

from docctl.domain.lifecycle import SettingStatus
from docctl.domain.permissions import Actor, Facts, allows
from docctl.models.controlled import ControlledSetting, SettingRevision
from docctl.models.organisation import Person
from docctl.queries.inbox_row import work


def setting_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return what the person must approve or rework, by verb; who worked on it approves nothing (A-2)."""
    found = {}
    if allows(actor, "settings.approve", Facts()):
        found["approve_setting"] = _work(SettingRevision.submitted_at).where(
            SettingRevision.status == SettingStatus.IN_REVIEW,
            cast(SettingRevision.editors, String).not_like(f"%{actor.person_id}%"),
        )
    if allows(actor, "settings.propose", Facts()):
        found["rework_setting"] = _work(SettingRevision.submitted_at).where(
            SettingRevision.status == SettingStatus.DRAFT,
            SettingRevision.returned_reason != "",
            or_(
                SettingRevision.created_by == actor.person_id, SettingRevision.submitted_by == actor.person_id
            ),
        )
    return found


def _work(since: Any) -> Select[*tuple[Any, ...]]:
    return (
        work(
            "setting",
            SettingRevision.id,
            number=cast(SettingRevision.ordinal, String),
            label=ControlledSetting.kind,
            whose=Person.name,
            due_on=SettingRevision.due_on,
            due_at=SettingRevision.due_at,
            calendar=SettingRevision.calendar,
            provisional=SettingRevision.is_provisional,
            since=since,
        )
        .select_from(SettingRevision)
        .join(ControlledSetting, ControlledSetting.id == SettingRevision.setting_id)
        .join(Person, Person.id == SettingRevision.submitted_by)
    )
