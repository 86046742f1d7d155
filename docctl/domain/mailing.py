"""What is told by e-mail, when, and to which address: kinds of work, choices, addresses (A-4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from uuid import UUID

from docctl.domain.verdicts import Allowed, Refused, Verdict


class When(StrEnum):
    """When a person is told of a kind of work by e-mail."""

    NONE = "none"
    AT_ONCE = "at_once"
    DAILY = "daily"


#: Kinds of work a person chooses for; each has the kinds of the inbox. What is late has no verb alone:
#: a reminder or a day that is over is told under it, whatever the work is.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "sign": ("form_check", "review", "approve", "approve_change"),
    "drafts": ("rework", "rework_change", "issue", "renew"),
    "late": ("see_reminder", "chase", "chase_change", "chase_readers"),
    "reading": ("read", "take_note"),
    "copies": (
        *("receive_copy", "put_up", "give_back", "take_down", "collect"),
        *("receive_blanks", "give_back_blanks", "collect_blanks"),
    ),
    "reviews": ("review_document", "carry_out"),
    "requests": ("decide_request", "rework_request", "answer_request", "see_request"),
    "imports": ("check_import", "end_import", "end_record_import", "see_failed_import", "see_import"),
    "records": ("accept", "decide"),
    "disposal": ("check", "settle", "approve_list", "execute", "witness", "resume"),
    "rules": ("approve_setting", "rework_setting"),
    "system": ("mend", "see_delegation", "confirm_role", "confirm_reset", "hand_over", "see_webhook"),
}
KIND_OF: Final = {verb: kind for kind, verbs in KINDS.items() for verb in verbs}

#: How long the link in a confirmation works, and how often one may be asked for.
CODE_LASTS: Final = timedelta(hours=24)
ASKED_WITHIN: Final = timedelta(days=1)
MOST_ASKED: Final = 5

_LONGEST: Final = 200
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN: Final = re.compile(
    r"(?=.{1,190}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


def may_be_address(address: str) -> Verdict:
    """Say whether mail can be sent there: one plain address, ASCII, no name, no second one."""
    local, at, domain = address.rpartition("@")
    fits = len(address) <= _LONGEST and len(local) <= 64 and at
    if fits and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain):
        return Allowed()
    return Refused("mail", "address_unfit", {"longest": _LONGEST})


def may_ask_code(*, asked: int, since: datetime | None, at: datetime) -> Verdict:
    """Say whether one more link may be sent: whoever types foreign addresses floods nobody."""
    if since is None or at >= since + ASKED_WITHIN or asked < MOST_ASKED:
        return Allowed()
    return Refused("mail", "asked_too_often", {"most": MOST_ASKED, "at": since + ASKED_WITHIN})


def may_confirm(*, matches: bool, until: datetime | None, at: datetime) -> Verdict:
    """Say whether a code confirms an address: the newest one, of this person, in time."""
    if not matches or until is None or at >= until:
        return Refused("mail", "code_over")
    return Allowed()


@dataclass(frozen=True, slots=True)
class Known:
    """A task of the inbox as the rules here see it."""

    verb: str
    id: UUID
    part_id: UUID | None
    since: datetime
    is_overdue: bool
    is_reminded: bool


@dataclass(frozen=True, slots=True)
class News:
    """Something about a task that a person is told once: `kind` decides when."""

    task: Known
    mark: str
    kind: str

    @property
    def key(self) -> str:
        """Name it among all that one person is told."""
        return f"{self.task.verb}:{self.task.id}:{self.task.part_id or ''}:{self.mark}"


def verb_of(key: str) -> str:
    """Return the kind of work that a key of news names."""
    return key.partition(":")[0]


def news_of(tasks: Iterable[Known]) -> Iterator[News]:
    """Yield all there is to tell about what waits: that it waits, and that it is late (A-4)."""
    for one in tasks:
        yield News(one, "new", KIND_OF[one.verb])
        if one.is_overdue:
            yield News(one, "overdue", "late")
        elif one.is_reminded:
            yield News(one, "reminded", "late")


def is_untold(one: News, told: Mapping[str, datetime], *, at: datetime) -> bool:
    """Say whether it was not told yet at an instant; work that came back after it was told is new again.

    What began later than now did not come back: else it would be told at every look until it begins.
    """
    before = told.get(one.key)
    return before is None or (one.mark == "new" and before < one.task.since <= at)


def digest_is_due(at: datetime, zone: tzinfo, *, hour: int, last: date | None) -> bool:
    """Say whether the digest of the day goes now: from its hour on, once a day, also late in the day."""
    local = at.astimezone(zone)
    return local.hour >= hour and (last is None or last < local.date())


__all__ = [
    "ASKED_WITHIN",
    "CODE_LASTS",
    "KINDS",
    "KIND_OF",
    "MOST_ASKED",
    "Known",
    "News",
    "When",
    "digest_is_due",
    "is_untold",
    "may_ask_code",
    "may_be_address",
    "may_confirm",
    "news_of",
    "verb_of",
]
