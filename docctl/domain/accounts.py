"""What may be done to an account: nobody sets another's password, a second person confirms a reset (A-15)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict

#: How long a one-time link works.
LINK_LASTS: Final = timedelta(hours=72)
#: For how long a reset is shown to those it concerns (A-15).
RESET_SHOWN: Final = timedelta(days=30)

_USERNAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,39}")


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account as the rules see it; `has_password` once the person has set one."""

    person_id: UUID
    disabled: bool
    has_password: bool
    reset_by: UUID | None = None
    confirm_needed: bool = False


def may_name_account(username: str, *, taken: bool) -> Verdict:
    """Say whether a user name may be given."""
    if not _USERNAME.fullmatch(username):
        return Refused("person", "username_unfit")
    return Refused("person", "username_taken", {"username": username}) if taken else Allowed()


def may_disable(account: AccountFacts, *, by: UUID | None) -> Verdict:
    """Say whether `by` may close an account: never the own one, so that somebody is left (A-15)."""
    if account.disabled:
        return Refused("A-15", "already_disabled")
    return Refused("A-15", "own_account") if account.person_id == by else Allowed()


def may_reset(account: AccountFacts, *, by: UUID | None) -> Verdict:
    """Say whether `by` may replace a password by a one-time link; one's own needs the old (A-15)."""
    if account.disabled:
        return Refused("A-15", "already_disabled")
    return Refused("A-15", "own_reset") if account.person_id == by else Allowed()


def may_confirm_reset(account: AccountFacts, *, by: UUID) -> Verdict:
    """Say whether `by` is the second person after a reset, once the signer has a password again (A-15)."""
    if account.disabled:
        return Refused("A-15", "already_disabled")
    if not account.confirm_needed:
        return Refused("A-15", "no_reset_open")
    if account.person_id == by:
        return Refused("A-15", "own_reset_confirmed")
    if account.reset_by == by:
        return Refused("A-15", "second_person_needed")
    return Allowed() if account.has_password else Refused("A-15", "link_unused")


def may_use_link(*, used: bool, expires_at: datetime, disabled: bool, at: datetime) -> Verdict:
    """Say whether a one-time link still works: once, and until its time is over (A-15)."""
    return Refused("A-15", "link_over") if used or disabled or at >= expires_at else Allowed()
