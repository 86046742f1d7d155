"""Who calls a use case, through which channel, at which instant, with which proof of identity."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from uuid import UUID

from docctl.domain.permissions import OPERATOR, Actor


@dataclass(frozen=True, slots=True)
class Proof:
    """That a person's password was checked just now, before the transaction (A-3)."""

    person_id: UUID
    password_version: int


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or the system, as known when the call began; refreshed inside the transaction.

    `password` is what the person typed to sign; it is checked once and never kept or logged.
    `session` is the hash of the browser's session: wrong passwords count there.
    """

    actor: Actor
    at: datetime
    channel: str
    request_id: str = ""
    system_user: str = ""
    password: str | None = field(default=None, repr=False)
    proof: Proof | None = None
    session: str = field(default="", repr=False)
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        """The day it is in the company's time zone."""
        return self.at.astimezone(self.zone).date()

    @property
    def person_id(self) -> UUID:
        """The person's id; raise ValueError for the system itself."""
        if self.actor.person_id is None:
            raise ValueError("the system is no person")
        return self.actor.person_id


def the_system(at: datetime, *, channel: str = "system") -> Caller:
    """Return the worker as a caller."""
    return Caller(actor=OPERATOR, at=at, channel=channel)
