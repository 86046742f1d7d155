"""Decisions of the second person on a controlled setting: approved, returned, withdrawn (A-2, V-3, V-7)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from docctl.domain.approval import Meaning
from docctl.domain.controlled import (
    begins_at,
    may_approve_setting,
    may_return_setting,
    may_withdraw_setting,
)
from docctl.domain.lifecycle import SETTING_MOVES, SettingAction
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.services import clocks
from docctl.services.caller import Caller
from docctl.services.jobs import due
from docctl.services.registry import use_case
from docctl.services.settings.classes import put_classes, withdraw_classes
from docctl.services.settings.fitting import require_fitting
from docctl.services.settings.load import lock_setting, require_fits, tell
from docctl.services.signing import sign

#: What falls due when a revision of the working calendar begins: running clocks are counted again (W-2).
CALENDAR: Final = "calendar.begins"


@dataclass(frozen=True, slots=True)
class ApproveSetting:
    """The approval of exactly the revision shown."""

    kind: str
    ordinal: int
    row_version: int
    seen_sha256: str


@use_case("settings.approve", signs=True)
def approve_setting(session: Session, cmd: ApproveSetting, by: Caller) -> int:
    """Approve a revision that others prepared; in force from its instant, or from now (A-2, V-3, V-7)."""
    authorise(by.actor, "settings.approve", Facts())
    loaded = lock_setting(session, cmd.kind)
    row = loaded.revision(cmd.ordinal, cmd.row_version)
    facts = row.facts()
    require(may_approve_setting(facts, by=by.person_id, before=loaded.newest(), at=by.at))
    require_fitting(session, cmd.kind, row.content)
    require_fits(session, loaded.kind, json.loads(row.content), by)
    assert row.manifest_sha256 is not None  # fixed when it was submitted
    signed = sign(
        session,
        by,
        kind="setting",
        subject_id=loaded.row.id,
        meaning=Meaning.APPROVE,
        content_sha256=row.manifest_sha256,
        seen_sha256=cmd.seen_sha256,
        round_number=row.ordinal,
    )
    row.status = SETTING_MOVES[row.status, SettingAction.APPROVE]
    row.approved_by, row.approved_at = by.person_id, by.at
    row.effective_from = begins_at(facts, at=by.at)
    clocks.stop(row)
    if loaded.kind.name == "calendar":
        due(session, CALENDAR, subject_id=row.id, at=row.effective_from)
    if loaded.kind.name == "classes":
        put_classes(session, row, by.at)
    tell(
        session,
        by,
        "setting.approved",
        loaded,
        row,
        facts={
            "manifest": row.manifest_sha256,
            "effective_from": row.effective_from,
            "seal": signed.seal,
        },
    )
    return row.ordinal


@dataclass(frozen=True, slots=True)
class DecideSetting:
    """A revision that goes back to its draft, or is withdrawn before it begins, with the reason."""

    kind: str
    ordinal: int
    row_version: int
    reason: str


@use_case("settings.return")
def return_setting(session: Session, cmd: DecideSetting, by: Caller) -> int:
    """Give a submitted revision back with the reason; it is a draft again (A-9)."""
    authorise(by.actor, "settings.return", Facts())
    loaded = lock_setting(session, cmd.kind)
    row = loaded.revision(cmd.ordinal, cmd.row_version)
    require(may_return_setting(row.facts(), cmd.reason))
    row.status = SETTING_MOVES[row.status, SettingAction.RETURN]
    clocks.stop(row)
    row.returned_reason = cmd.reason.strip()
    row.manifest = row.manifest_sha256 = None
    tell(session, by, "setting.returned", loaded, row, detail={"reason": row.returned_reason})
    return row.ordinal


@use_case("settings.approve")
def withdraw_setting(session: Session, cmd: DecideSetting, by: Caller) -> int:
    """Withdraw an approved revision that has yet to begin; what is in force then stays so (V-3, V-6)."""
    authorise(by.actor, "settings.approve", Facts())
    loaded = lock_setting(session, cmd.kind)
    row = loaded.revision(cmd.ordinal, cmd.row_version)
    require(may_withdraw_setting(row.facts(), at=by.at))
    if not cmd.reason.strip():
        raise RuleRefused(Refused("V-2", "setting_reason_needed"))
    row.status = SETTING_MOVES[row.status, SettingAction.WITHDRAW]
    row.ended_by, row.ended_at, row.end_reason = by.person_id, by.at, cmd.reason.strip()
    if loaded.kind.name == "classes":
        withdraw_classes(session, row, by.at)
    tell(session, by, "setting.withdrawn", loaded, row, detail={"reason": row.end_reason})
    return row.ordinal
