"""Which revision of the number, label and check rules is in force, in one statement (N-2, V-1, V-3, D-12)."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from docctl.domain.check_content import check_rules
from docctl.domain.draft_checks import CheckRules
from docctl.domain.label_content import LabelRules, labels_in
from docctl.domain.lifecycle import SettingStatus
from docctl.domain.number_rules import NumberRules, rules_in
from docctl.domain.request_content import needs_request
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


def number_rules_then(session: Session, instants: Iterable[datetime]) -> Mapping[datetime, NumberRules]:
    """Return the number rules in force at each instant; of one before all rules there is nothing."""
    begun = session.execute(
        _of_numbers(SettingRevision.effective_from, SettingRevision.id).order_by(
            SettingRevision.effective_from
        )
    ).all()
    starts = [one.effective_from for one in begun]
    found = {at: begun[place - 1].id for at in set(instants) if (place := bisect_right(starts, at))}
    query = select(SettingRevision.id, SettingRevision.content)
    rows = session.execute(query.where(SettingRevision.id.in_(set(found.values()))))
    contents = {one.id: one.content for one in rows}
    return {at: rules_in(contents[one]) for at, one in found.items()}


def all_number_rules(session: Session, at: datetime) -> Iterator[NumberRules]:
    """Yield the number rules in force, then those that were in force before, the newest first (N-5)."""
    query = _of_numbers(SettingRevision.content).where(SettingRevision.effective_from <= at)
    for content in session.scalars(query.order_by(SettingRevision.effective_from.desc())):
        yield rules_in(content)


def check_rules_at(session: Session, at: datetime) -> InForce[CheckRules]:
    """Return the checks in force at an instant; raise NotFound where there were none yet (D-12)."""
    name, content = _in_force(session, "checks", at)
    return InForce(check_rules(json.loads(content)), name)


def request_needed(session: Session, type_code: str, at: datetime) -> bool:
    """Say whether a change of documents of a type needs an accepted request, by the rule in force (V-2)."""
    _name, content = _in_force(session, "requests", at)
    return needs_request(json.loads(content), type_code)


def label_rules_at(session: Session, at: datetime) -> InForce[LabelRules]:
    """Return the label rules in force at an instant; raise NotFound where there were none yet (V-1)."""
    name, content = _in_force(session, "labels", at)
    return InForce(labels_in(content), name)


def _of_numbers(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join(ControlledSetting, ControlledSetting.id == SettingRevision.setting_id)
        .where(
            ControlledSetting.kind == "numbers",
            SettingRevision.status == SettingStatus.APPROVED,
            SettingRevision.effective_from.is_not(None),
        )
    )


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
