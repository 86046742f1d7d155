"""What people of the sample company did once, and the rules that they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Act:
    """Something that one person does at one moment, with what they say about it."""

    at: datetime
    by: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A revision of a controlled setting: what it adds to the content that came with the company (V-2)."""

    kind: str
    reason: str
    proposed: Act
    content: Mapping[str, Any]
    approved: Act | None = None
    near_due: bool = False
