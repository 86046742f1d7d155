"""What a rule answers: `Allowed`, or `Refused` with the rule, a code and the values concerned.

The sentence for a refusal stands in the translations under `rule.code`, so that the page, the command
line and the tests show one reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

#: What a refusal may carry. Values of items hidden from the reader never become params (X-3).
Param = str | int | date | datetime


@dataclass(frozen=True, slots=True)
class Allowed:
    """The rule lets it happen."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """The rule forbids it: `rule` as in the catalogue, `code` for the case, `params` for the sentence."""

    rule: str
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def __bool__(self) -> Literal[False]:
        return False

    @property
    def key(self) -> str:
        """The key of its sentence in the translations, such as `R-4.kept_until`."""
        return f"{self.rule}.{self.code}"


Verdict = Allowed | Refused


class DomainError(Exception):
    """Base of all errors that docctl raises on purpose."""


class RuleRefused(DomainError):
    """A rule refused; `refused` says which and why."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.key)
        self.refused = refused


class Conflict(RuleRefused):
    """Somebody else changed the item meanwhile, or the request came twice with other content."""


class NotFound(DomainError):
    """There is no such item, or it may not be seen: the answer is the same (X-3)."""


def require(verdict: Verdict) -> None:
    """Raise `RuleRefused` unless the verdict is `Allowed`."""
    if isinstance(verdict, Refused):
        raise RuleRefused(verdict)
