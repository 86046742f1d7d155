"""Decides when a revision of a controlled setting is submitted, approved, withdrawn, and which is in force.

Rules of a company that are data (its working calendar, and what follows) change by such revisions: drafted
and submitted by one person, approved by another one, in force from an instant on (V-2, V-3, V-7, A-2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from docctl.domain.canonical import canonical, sha256
from docctl.domain.lifecycle import Computed, SettingAction, SettingStatus, may_move_setting
from docctl.domain.verdicts import Allowed, Refused, Verdict

_LATER: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class SettingFacts:
    """A revision as the rules see it: `editors` changed its draft, and asked for `wanted_from`."""

    ordinal: int
    status: SettingStatus
    content_sha256: str
    reason: str
    editors: frozenset[UUID]
    wanted_from: datetime | None = None
    effective_from: datetime | None = None


def setting_manifest(
    *, kind: str, entity: str, ordinal: int, content_sha256: str, reason: str, wanted_from: datetime | None
) -> tuple[str, str]:
    """Return what an approval signs, as canonical JSON, and its SHA-256 (V-13, A-3)."""
    text = canonical(
        {
            "kind": kind,
            "entity": entity,
            "revision": ordinal,
            "content": content_sha256,
            "reason": reason,
            "effective_from": wanted_from,
        }
    )
    return text, sha256(text)


def content_of(content: Mapping[str, Any]) -> tuple[str, str]:
    """Return a content as it is stored, and its SHA-256."""
    text = canonical(content)
    return text, sha256(text)


def newest_approved(revisions: Iterable[SettingFacts]) -> SettingFacts | None:
    """Return the approved revision that is in force last: it may still wait (V-3)."""
    standing = [one for one in revisions if _stands(one)]
    return max(standing, key=_begins, default=None)


def in_force_at(revisions: Iterable[SettingFacts], at: datetime) -> SettingFacts | None:
    """Return the revision in force at an instant: of those that have begun the one that began last (V-3).

    There is at most one, because no two approved revisions begin at the same instant.
    """
    return newest_approved(one for one in revisions if _stands(one) and _begins(one) <= at)


def setting_state(
    revision: SettingFacts, revisions: Iterable[SettingFacts], at: datetime
) -> SettingStatus | Computed:
    """Return the state shown for the instant; no job switches it (V-3, V-6)."""
    if not _stands(revision):
        return revision.status
    if at < _begins(revision):
        return Computed.WAITING
    now = in_force_at(revisions, at)
    return Computed.IN_FORCE if now is not None and now.ordinal == revision.ordinal else Computed.SUPERSEDED


def may_submit_setting(draft: SettingFacts, *, before: SettingFacts | None, at: datetime) -> Verdict:
    """Say whether a draft may go to the second person: it says why, and changes something (V-2, V-7)."""
    if not (verdict := may_move_setting(draft.status, SettingAction.SUBMIT)):
        return verdict
    if not draft.reason.strip():
        return Refused("V-2", "setting_reason_needed")
    if before is not None and before.content_sha256 == draft.content_sha256:
        return Refused("V-2", "setting_unchanged", {"revision": before.ordinal})
    # Its approval comes later than this instant, and with it the beginning of one that names no time.
    return _may_begin(draft, before, at=at, begins=draft.wanted_from or at + _LATER)


def may_approve_setting(
    revision: SettingFacts, *, by: UUID, before: SettingFacts | None, at: datetime
) -> Verdict:
    """Say whether `by` may approve a revision at `at`: somebody who did not work on it (A-2, V-3, V-7)."""
    if not (verdict := may_move_setting(revision.status, SettingAction.APPROVE)):
        return verdict
    if by in revision.editors:
        return Refused("A-2", "own_setting")
    return _may_begin(revision, before, at=at, begins=begins_at(revision, at=at))


def begins_at(revision: SettingFacts, *, at: datetime) -> datetime:
    """Return from when a revision that is approved now is in force: never before its approval (V-7)."""
    return revision.wanted_from or at


def may_withdraw_setting(revision: SettingFacts, *, at: datetime) -> Verdict:
    """Say whether an approved revision may be withdrawn: only before it begins; history stays (V-2, V-3)."""
    if not (verdict := may_move_setting(revision.status, SettingAction.WITHDRAW)):
        return verdict
    if _begins(revision) <= at:
        return Refused("V-3", "setting_has_begun", {"since": _begins(revision)})
    return Allowed()


def may_return_setting(revision: SettingFacts, reason: str | None = None) -> Verdict:
    """Say whether a revision may go back to its draft, and with this reason where one is given (A-9)."""
    return _with_reason(may_move_setting(revision.status, SettingAction.RETURN), reason)


def may_discard_setting(revision: SettingFacts, reason: str | None = None) -> Verdict:
    """Say whether a draft may be discarded, and with this reason where one is given (V-6)."""
    return _with_reason(may_move_setting(revision.status, SettingAction.DISCARD), reason)


def _with_reason(verdict: Verdict, reason: str | None) -> Verdict:
    if verdict and reason is not None and not reason.strip():
        return Refused("V-2", "setting_reason_needed")
    return verdict


def _may_begin(
    revision: SettingFacts, before: SettingFacts | None, *, at: datetime, begins: datetime
) -> Verdict:
    if revision.wanted_from is not None and revision.wanted_from < at:
        return Refused("V-7", "setting_begins_before_approval", {"wanted": revision.wanted_from})
    if before is not None and begins <= _begins(before):
        return Refused(
            "V-3", "setting_not_after_newest", {"newest": _begins(before), "revision": before.ordinal}
        )
    return Allowed()


def _stands(one: SettingFacts) -> bool:
    return one.status is SettingStatus.APPROVED and one.effective_from is not None


def _begins(one: SettingFacts) -> datetime:
    assert one.effective_from is not None  # approved
    return one.effective_from
