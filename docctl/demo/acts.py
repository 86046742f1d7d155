"""What people of the sample company did once, and the rules that they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Act:
    """Something that one person does at one moment, with what they say about it."""

    at: datetime
    by: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A revision of a controlled setting: what it adds to the content that came with the company (V-2).

    Or what it says instead, `typed` as in the fields of its editor.
    """

    kind: str
    reason: str
    proposed: Act
    content: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    approved: Act | None = None
    near_due: bool = False


@dataclass(frozen=True, slots=True)
class Deed:
    """Something else that a person does: which use case, of which document, with what it needs.

    `ago`: told so many days before the sample is made, where that is later than `at`, so that what runs or is
    due then does so whenever it is made.
    """

    at: datetime
    by: str
    do: str
    document: str = ""
    revision: str = ""
    ago: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def told_at(self, today: date) -> datetime:
        """Return when it is told in a sample that is made on a day."""
        if self.ago is None:
            return self.at
        day = today - timedelta(days=self.ago)
        return max(self.at, self.at.replace(year=day.year, month=day.month, day=day.day))
