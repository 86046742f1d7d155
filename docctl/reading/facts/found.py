"""What a fact is: its value, how it was written, where it stood, how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

#: How sure a place makes of what stands in it, in percent.
SURE: Final = {"page_header": 95, "table": 93, "label": 90, "cover": 85, "line": 70, "name": 55, "text": 50}


@dataclass(frozen=True, slots=True)
class Found:
    """One fact: `value` as understood, `shown` as read, half-open offsets into the text, or -1 for the name.

    `source` is a key of `SURE`; `confidence` is in percent.
    """

    value: str
    shown: str
    start: int
    end: int
    source: str
    confidence: int

    def as_json(self) -> dict[str, Any]:
        """Return the fact as JSON can carry it."""
        return {
            "value": self.value,
            "shown": self.shown,
            "start": self.start,
            "end": self.end,
            "source": self.source,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed on paper, in which role, and when if it is said; never a signature here (I-10)."""

    role: str
    name: str
    signed_on: str
    at: Found

    def as_json(self) -> dict[str, Any]:
        """Return the signer as JSON can carry it."""
        return {"role": self.role, "name": self.name, "signed_on": self.signed_on, "at": self.at.as_json()}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at: a placeholder, noise, a gap (I-5, I-6, I-8, I-9).

    `code` has a sentence in the translations under `I-x.code`; `is_grave` makes the file a draft to check.
    """

    rule: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)
    start: int = -1
    end: int = -1
    is_grave: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the finding as JSON can carry it."""
        return {
            "rule": self.rule,
            "code": self.code,
            "params": self.params,
            "start": self.start,
            "end": self.end,
            "is_grave": self.is_grave,
        }
