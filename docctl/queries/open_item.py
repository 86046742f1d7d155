"""One thing that is open with a person, with who may take it (A-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from docctl.domain.leaving import MAY_BE_EMPTY, OpenKind
from docctl.domain.verdicts import Refused


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who may take it."""

    id: UUID
    words: str


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One thing that is open with a person; of a document that the reader may not see the number alone (X-3).

    `what` is the meaning of a step, else the kind; `href` leads there, for who may go. `barred` hold the
    role, but may not decide so much, and why (A-7).
    """

    kind: OpenKind
    id: UUID
    what: str
    number: str
    title: str
    due_on: date | None
    href: str
    takers: tuple[Taker, ...]
    barred: tuple[tuple[Taker, Refused], ...] = ()

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.kind.value}:{self.id}"

    @property
    def may_go(self) -> bool:
        """Whether it may also go to nobody."""
        return self.kind in MAY_BE_EMPTY
