"""What a rehearsal finds: counts, problems, notes (T-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from docctl.jobs.backup.seen import Seen


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that would be missing or wrong after a restore; it has a sentence of its own."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Rehearsal:
    """What a rehearsal found. `keys` were tried, of `items`; `opened` files were decrypted."""

    made_at: datetime
    company: str
    events: int = 0
    heads: int = 0
    objects: int = 0
    rows: int = 0
    items: int = 0
    keys: int = 0
    opened: int = 0
    schema: str = ""
    schema_after: str = ""
    seen: Seen | None = None
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether a restore would bring back all that the backup promises."""
        return not self.problems

    def wrong(self, code: str, **params: Any) -> None:
        """Note a problem; a hundred of a kind are enough."""
        if sum(one.code == code for one in self.problems) < 100:
            self.problems.append(Problem(code, params))
