"""Drafts of controlled settings: saved, submitted, discarded (V-2, V-6)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from docctl.domain.controlled import content_of, may_discard_setting, may_submit_setting
from docctl.domain.lifecycle import SETTING_MOVES, SettingAction, SettingStatus
from docctl.domain.permissions import Facts, authorise
from docctl.domain.step_limits import USUAL
from docctl.domain.verdicts import Conflict, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.controlled import SettingRevision
from docctl.services import clocks
from docctl.services.caller import Caller
from docctl.services.registry import use_case
from docctl.services.settings.fitting import require_fitting
from docctl.services.settings.load import LoadedSetting, lock_setting, parsed, require_fits, tell

#: As long as a reason may be.
LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class SaveSetting:
    """A draft as it shall be: content as JSON, why, from when (None: from its approval on).

    `row_version` is that of the draft shown, 0 where none was.
    """

    kind: str
    content: str
    reason: str
    wanted_from: datetime | None
    row_version: int


@use_case("settings.propose")
def save_setting(session: Session, cmd: SaveSetting, by: Caller) -> int:
    """Begin or change the one draft of a setting; return its revision's number (V-2)."""
    authorise(by.actor, "settings.propose", Facts())
    loaded = lock_setting(session, cmd.kind)
    if len(cmd.reason) > LONGEST_REASON:
        raise RuleRefused(Refused("form", "too_long", {"longest": LONGEST_REASON}))
    data = parsed(loaded.kind, cmd.content)
    require_fits(session, loaded.kind, data, by)
    content, digest = content_of(data)
    row = _draft(session, loaded, cmd.row_version, by)
    before = {"content": row.content_sha256, "reason": row.reason, "wanted_from": row.wanted_from}
    row.content, row.content_sha256 = content, digest
    row.reason, row.wanted_from = cmd.reason.strip(), cmd.wanted_from
    row.editors = sorted({*row.editors, str(by.person_id)})
    after = {"content": digest, "reason": row.reason, "wanted_from": row.wanted_from}
    tell(session, by, "setting.saved", loaded, row, detail={"before": before, "after": after})
    return row.ordinal


def _draft(session: Session, loaded: LoadedSetting, row_version: int, by: Caller) -> SettingRevision:
    open_ = [one for one in loaded.revisions if one.status in {SettingStatus.DRAFT, SettingStatus.IN_REVIEW}]
    if open_:
        row = open_[0]
        if row.status is not SettingStatus.DRAFT:
            raise RuleRefused(Refused("V-2", "setting_in_review", {"revision": row.ordinal}))
        if row.row_version != row_version:
            raise Conflict(Refused("request", "changed_meanwhile"))
        return row
    if row_version:
        raise Conflict(Refused("request", "changed_meanwhile"))
    row = SettingRevision(
        id=new_id(),
        setting_id=loaded.row.id,
        ordinal=loaded.revisions[-1].ordinal + 1,
        status=SettingStatus.DRAFT,
        content="",
        content_sha256="",
        reason="",
        created_by=by.person_id,
        created_at=by.at,
        editors=[],
    )
    session.add(row)
    return row


@dataclass(frozen=True, slots=True)
class SubmitSetting:
    """A draft that goes to the second person."""

    kind: str
    ordinal: int
    row_version: int


@use_case("settings.propose")
def submit_setting(session: Session, cmd: SubmitSetting, by: Caller) -> int:
    """Submit a draft; from now on its content is fixed (V-2, V-13)."""
    authorise(by.actor, "settings.propose", Facts())
    loaded = lock_setting(session, cmd.kind)
    row = loaded.revision(cmd.ordinal, cmd.row_version)
    require(may_submit_setting(row.facts(), before=loaded.newest(), at=by.at))
    require_fitting(session, cmd.kind, row.content)
    require_fits(session, loaded.kind, json.loads(row.content), by)  # people leave
    clocks.start(session, row, USUAL, by)  # first: it reads, and what is half submitted must not be flushed
    row.status = SETTING_MOVES[row.status, SettingAction.SUBMIT]
    row.submitted_by, row.submitted_at = by.person_id, by.at
    row.editors = sorted({*row.editors, str(by.person_id)})
    row.manifest, row.manifest_sha256 = loaded.manifest(row)
    row.returned_reason = ""
    tell(
        session,
        by,
        "setting.submitted",
        loaded,
        row,
        facts={"manifest": row.manifest_sha256, "effective_from": row.wanted_from},
        detail={"reason": row.reason},
    )
    return row.ordinal


@dataclass(frozen=True, slots=True)
class DiscardSetting:
    """A draft that is given up."""

    kind: str
    ordinal: int
    row_version: int
    reason: str


@use_case("settings.propose")
def discard_setting(session: Session, cmd: DiscardSetting, by: Caller) -> int:
    """Discard a draft with the reason; its number is not given again (V-6, N-1)."""
    authorise(by.actor, "settings.propose", Facts())
    loaded = lock_setting(session, cmd.kind)
    row = loaded.revision(cmd.ordinal, cmd.row_version)
    require(may_discard_setting(row.facts(), cmd.reason))
    row.status = SETTING_MOVES[row.status, SettingAction.DISCARD]
    row.ended_by, row.ended_at, row.end_reason = by.person_id, by.at, cmd.reason.strip()
    tell(session, by, "setting.discarded", loaded, row, detail={"reason": row.end_reason})
    return row.ordinal
