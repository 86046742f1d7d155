"""Controlled settings as they are shown: revisions, what changed, what one may do (V-2, V-3)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.controlled import (
    SettingFacts,
    in_force_at,
    may_approve_setting,
    may_discard_setting,
    may_return_setting,
    may_submit_setting,
    may_withdraw_setting,
    newest_approved,
    setting_state,
)
from docctl.domain.lifecycle import Computed, SettingStatus
from docctl.domain.permissions import Actor, Facts, allows, why_not
from docctl.domain.setting_kinds import KINDS, Difference, Kind, differences, kind_named
from docctl.domain.step_limits import revision_of_calendar
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, Verdict
from docctl.models.controlled import ControlledSetting, SettingRevision
from docctl.models.organisation import Person
from docctl.queries.document_actions import Offered


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """A revision in the history; `state` as at the instant of the page; "" for nobody."""

    ordinal: int
    state: str
    reason: str
    prepared_by: str
    submitted_at: datetime | None
    approved_by: str
    approved_at: datetime | None
    wanted_from: datetime | None
    effective_from: datetime | None
    ended_by: str
    ended_at: datetime | None
    end_reason: str
    returned_reason: str
    content_sha256: str
    #: Until when its approval should be there, while it waits, and by which calendar (A-4, W-2).
    due_on: date | None
    is_overdue: bool
    calendar: int | None
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class SettingPage:
    """A setting with one revision opened: its content, what differs from `against`, what one may do with it.

    `open` is the number of the draft or submitted revision, 0 for none.
    """

    kind: Kind
    setting_id: UUID
    shown: RevisionLine
    row_version: int
    manifest_sha256: str
    content: Mapping[str, Any]
    against: int
    changes: tuple[Difference, ...]
    history: tuple[RevisionLine, ...]
    open: int
    in_force: int
    actions: tuple[Offered, ...]
    edit: Offered | None


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """What a setting says at an instant, and which revision says so."""

    kind: str
    ordinal: int
    content_sha256: str
    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How a clock or an event names it: kind, revision, hash of the content."""
        return f"{self.kind} {self.ordinal} {self.content_sha256[:12]}"


def setting_at(session: Session, kind: str, at: datetime) -> SettingInForce:
    """Return the revision in force at an instant; raise NotFound where none was yet (V-3)."""
    _, rows = _load(session, kind)
    found = in_force_at((one.facts() for one in rows), at)
    if found is None:
        raise NotFound("setting_revision")
    row = next(one for one in rows if one.ordinal == found.ordinal)
    return SettingInForce(kind, row.ordinal, row.content_sha256, json.loads(row.content))


def setting_of(session: Session, revision_id: UUID) -> tuple[str, int]:
    """Return kind and number of a revision; raise NotFound for none."""
    query = (
        select(ControlledSetting.kind, SettingRevision.ordinal)
        .join(SettingRevision, SettingRevision.setting_id == ControlledSetting.id)
        .where(SettingRevision.id == revision_id)
    )
    found = session.execute(query).first()
    if found is None:
        raise NotFound("setting_revision")
    return found.kind, found.ordinal


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind in the list of settings: which revision is in force, which waits, which is being worked on."""

    kind: str
    in_force: RevisionLine | None
    waiting: RevisionLine | None
    open: RevisionLine | None


def setting_list(session: Session, at: datetime) -> tuple[KindLine, ...]:
    """Return every kind of controlled setting (V-2)."""
    found = []
    for name in KINDS:
        _, rows = _load(session, name)
        lines = _lines(session, rows, at)
        by_state = {one.state: one for one in lines}
        draft = by_state.get(SettingStatus.DRAFT) or by_state.get(SettingStatus.IN_REVIEW)
        found.append(KindLine(name, by_state.get(Computed.IN_FORCE), by_state.get(Computed.WAITING), draft))
    return tuple(found)


def setting_page(
    session: Session,
    actor: Actor,
    kind: str,
    *,
    at: datetime,
    ordinal: int | None = None,
    against: int | None = None,
) -> SettingPage:
    """Return a setting with a revision opened, by default the one in force.

    It is compared with `against`, by default the one that was in force before it. Raises NotFound for a kind
    or revision that there is not, RuleRefused where none was in force yet.
    """
    setting, rows = _load(session, kind)
    facts = [one.facts() for one in rows]
    now = in_force_at(facts, at)
    open_ = next((one for one in rows if one.status in {SettingStatus.DRAFT, SettingStatus.IN_REVIEW}), None)
    row = _of(rows, ordinal) if ordinal is not None else _of(rows, _in_force(facts, now))
    other = _of(rows, against) if against else _before(rows, row)
    described, lines = kind_named(kind), _lines(session, rows, at)
    return SettingPage(
        kind=described,
        setting_id=setting.id,
        shown=next(one for one in lines if one.ordinal == row.ordinal),
        row_version=row.row_version,
        manifest_sha256=row.manifest_sha256 or "",
        content=json.loads(row.content),
        against=other.ordinal if other else 0,
        changes=differences(described, json.loads(other.content), json.loads(row.content)) if other else (),
        history=tuple(reversed(lines)),
        open=open_.ordinal if open_ else 0,
        in_force=now.ordinal if now else 0,
        actions=_actions(actor, row, facts, at),
        edit=_edit(actor, open_),
    )


def _load(session: Session, kind: str) -> tuple[ControlledSetting, list[SettingRevision]]:
    setting = session.scalars(select(ControlledSetting).where(ControlledSetting.kind == kind)).first()
    if setting is None or kind not in KINDS:
        raise NotFound("setting")
    rows = session.scalars(
        select(SettingRevision)
        .where(SettingRevision.setting_id == setting.id)
        .order_by(SettingRevision.ordinal)
    )
    return setting, list(rows)


def _in_force(facts: Collection[SettingFacts], now: SettingFacts | None) -> int:
    """Return the revision in force; raise RuleRefused where there was none yet, never show another (V-3)."""
    if now is not None:
        return now.ordinal
    first = min(one.effective_from for one in facts if one.effective_from is not None)
    raise RuleRefused(Refused("V-3", "setting_none_yet", {"first": first}))


def _of(rows: Collection[SettingRevision], ordinal: int) -> SettingRevision:
    found = next((one for one in rows if one.ordinal == ordinal), None)
    if found is None:
        raise NotFound("setting_revision")
    return found


def _before(rows: Collection[SettingRevision], row: SettingRevision) -> SettingRevision | None:
    """Return the approved revision before this one, which it replaces or would replace."""
    earlier = [one for one in rows if one.ordinal < row.ordinal and one.status is SettingStatus.APPROVED]
    return max(earlier, key=lambda one: one.ordinal, default=None)


def _lines(session: Session, rows: Collection[SettingRevision], at: datetime) -> list[RevisionLine]:
    facts = [one.facts() for one in rows]
    ids = {who for one in rows for who in (one.submitted_by or one.created_by, one.approved_by, one.ended_by)}
    found = session.execute(select(Person.id, Person.name).where(Person.id.in_({who for who in ids if who})))
    names = {person_id: name for person_id, name in found}  # noqa: C416  # rows are no pairs to mypy
    return [
        RevisionLine(
            ordinal=one.ordinal,
            state=setting_state(one.facts(), facts, at).value,
            reason=one.reason,
            prepared_by=_named(names, one.submitted_by or one.created_by),
            submitted_at=one.submitted_at,
            approved_by=_named(names, one.approved_by),
            approved_at=one.approved_at,
            wanted_from=one.wanted_from,
            effective_from=one.effective_from,
            ended_by=_named(names, one.ended_by),
            ended_at=one.ended_at,
            end_reason=one.end_reason,
            returned_reason=one.returned_reason,
            content_sha256=one.content_sha256,
            due_on=one.due_on,
            is_overdue=one.due_at is not None and at >= one.due_at,
            calendar=revision_of_calendar(one.calendar),
            is_provisional=one.is_provisional,
        )
        for one in rows
    ]


def _named(names: Mapping[UUID, str], who: UUID | None) -> str:
    return names.get(who, "") if who else ""


def _actions(
    actor: Actor, row: SettingRevision, facts: Collection[SettingFacts], at: datetime
) -> tuple[Offered, ...]:
    """Return what to offer for the revision shown: what a rule forbids with the reason (A-2, V-7, X-1)."""
    mine, before = row.facts(), newest_approved(one for one in facts if one.ordinal != row.ordinal)
    me = actor.person_id
    offered: list[tuple[str, str, Verdict]] = []
    if row.status is SettingStatus.DRAFT:
        offered.append(("submit", "settings.propose", may_submit_setting(mine, before=before, at=at)))
        offered.append(("discard", "settings.propose", may_discard_setting(mine)))
    if row.status is SettingStatus.IN_REVIEW and me is not None:
        verdict = may_approve_setting(mine, by=me, before=before, at=at)
        offered.append(("approve", "settings.approve", verdict))
        offered.append(("return", "settings.return", may_return_setting(mine)))
    if row.status is SettingStatus.APPROVED and mine.effective_from and mine.effective_from > at:
        offered.append(("withdraw", "settings.approve", may_withdraw_setting(mine, at=at)))
    shown = []
    for name, permission, verdict in offered:
        refused = why_not(actor, permission, Facts())
        if refused is None and isinstance(verdict, Refused):
            refused = verdict
        if name in {"submit", "approve"} or allows(actor, permission, Facts()):
            shown.append(Offered(name, refused, name in {"submit", "approve"} and refused is None))
    return tuple(shown)


def _edit(actor: Actor, open_: SettingRevision | None) -> Offered | None:
    if not allows(actor, "settings.propose", Facts()):
        return None
    if open_ is not None and open_.status is SettingStatus.IN_REVIEW:
        return Offered("edit", Refused("V-2", "setting_in_review", {"revision": open_.ordinal}))
    return Offered("edit")
