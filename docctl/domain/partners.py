"""Decides what people of outside organisations may do, for which purpose, and until when (O-7, X-1, X-3).

They do only what stands here, on what was granted to them, and nothing once their last day is over.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from docctl.domain.lifecycle import RecordStatus
from docctl.domain.verdicts import Allowed, Refused, Verdict

LONGEST_PURPOSE: Final = 200
#: Nobody is bound for longer at once; who stays is bound anew.
LONGEST_TIME: Final = timedelta(days=732)

#: What people of an outside organisation may do at all; whatever is not named is denied.
PARTNERS_MAY: Final = frozenset(
    {
        "account.own",
        "inbox.view",
        "outside.own",
        "document.view",
        "revision.read",
        "revision.copy",
        "reading.acknowledge",
        "copy.view",
        "copy.receive",
        "copy.return",
        "copy.lose",
        "record.file",
        "record.list",
        "record.view",
        "record.read",
        "record.download",
        "upload.stage",
        "search.query",
    }
)

#: Pages that show them nothing but what was granted; every other one is refused, new ones too.
PARTNERS_SEE: Final = frozenset(
    {
        "account.show",
        "account.password",
        "account.end_others",
        "entrance.do_sign_out",
        "inbox.page",
        "outside.own",
        "documents.page",
        "revisions.page",
        "copies.show",
        "copies.reading",
        "copies.copy",
        "copies.download",
        "controlled_copies.show",
        "controlled_copies.receive",
        "controlled_copies.give_back",
        "controlled_copies.lose",
        "distribution.read",
        "records.register",
        "records.choose",
        "records.file",
        "records.page",
        "record_files.show",
        "record_files.download",
        "record_files.reading",
        "record_files.slip",
        "uploads.stage",
        "search.page",
        "search.suggest",
    }
)


def may_bind(purpose: str, until_on: date, *, is_outside: bool, today: date) -> Verdict:
    """Say whether somebody may be bound to a purpose until a day: from outside, and not for ever (O-7)."""
    if not is_outside:
        return Refused("O-7", "not_outside")
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        return Refused("O-7", "purpose_needed", {"longest": LONGEST_PURPOSE})
    if until_on < today:
        return Refused("O-7", "day_over", {"today": today})
    if until_on > today + LONGEST_TIME:
        return Refused("O-7", "too_long", {"latest": today + LONGEST_TIME})
    return Allowed()


def is_over(ends_at: datetime | None, at: datetime) -> bool:
    """Say whether rights have ended: with the first instant after the last day, or never begun."""
    return ends_at is None or ends_at <= at


def may_change_side(*, was_outside: bool, is_outside: bool) -> Verdict:
    """Say whether a person or a unit may go over: what is outside stays so, and what is inside too (O-7)."""
    return Refused("O-7", "stays_so") if was_outside != is_outside else Allowed()


def may_stand_under(*, is_outside: bool, parent_outside: bool) -> Verdict:
    """Say whether a unit may stand there: below an outside organisation nothing is of the company (O-7)."""
    return Refused("O-7", "below_outside") if parent_outside and not is_outside else Allowed()


def may_lead_inside(name: str, *, is_outside: bool, of_outside: bool) -> Verdict:
    """Say whether somebody may head or lead a unit, or hold a post of it: of the company its own alone."""
    return Refused("O-7", "not_of_company", {"name": name}) if is_outside and not of_outside else Allowed()


def may_hold_role(*, is_outside: bool) -> Verdict:
    """Say whether somebody may hold a role of the company: nobody of an outside organisation."""
    return Refused("O-7", "no_roles") if is_outside else Allowed()


def may_own(name: str, *, is_outside: bool) -> Verdict:
    """Say whether a unit may own documents: no outside organisation does (D-9)."""
    return Refused("O-7", "owns_nothing", {"unit": name}) if is_outside else Allowed()


def may_share(there: Collection[tuple[str, object]], item: tuple[str, object]) -> Verdict:
    """Say whether an item may be shared with an organisation: it is not already."""
    return Refused("O-7", "shared_already") if item in there else Allowed()


def status_told(status: RecordStatus, *, is_outside: bool) -> RecordStatus:
    """Return the state of a record as somebody may know it: of disposal lists nobody outside (O-7, X-3)."""
    return RecordStatus.ACCEPTED if is_outside and status is RecordStatus.ON_LIST else status
