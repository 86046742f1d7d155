"""What a column of a printed table is, and how its values read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Value = str | int | date | None
Row = Sequence[Value]


class Struck(tuple[Value, ...]):
    """A row that is shown with a line through it, such as a document that is cancelled (D-7)."""

    __slots__ = ()


class Stretches(tuple[tuple[str, bool], ...]):
    """A value in stretches of text, each with whether a line goes through it: what was corrected (C-1)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its label, its width in characters (on paper a share of the width), and what it holds."""

    label: str
    width: float
    kind: Literal["text", "date", "int"] = "text"


def shown(value: Value) -> str:
    """Return a value as printed; days as 2026-11-20, whatever the language."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
