"""How a command answers: lines for people or JSON for scripts, and one line for what went wrong."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import click

#: Exit codes, fixed: scripts depend on them.
WRONG_CALL: Final = 2
REFUSED: Final = 3
NOT_FOUND: Final = 4
CONFLICT: Final = 5
FAILED: Final = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found or did: `data` for `--json`, `lines` for people; a finding has a `code`."""

    data: Any
    lines: Sequence[str] = ()
    code: int = 0


class Failure(click.ClickException):
    """A call that did not do what was asked: one line on stderr, and an exit code."""

    def __init__(
        self,
        code: int,
        rule: str,
        what: str,
        message: str,
        params: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click reads it from the instance
        self.rule, self.what, self.params = rule, what, params or {}

    def format_message(self) -> str:
        """Return the line: the key of the sentence, and the sentence."""
        return f"{self.rule}.{self.what}: {one_line(self.message)}"

    def as_data(self) -> dict[str, Any]:
        """Return what `--json` writes to stderr."""
        return {"rule": self.rule, "code": self.what, "params": self.params, "message": self.message}


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows for people; the first row of labels is the head."""

    head: Sequence[str]
    rows: Sequence[Sequence[object]] = ()

    def lines(self) -> list[str]:
        """Return the rows in columns; a Chinese character is two wide."""
        if not self.rows:
            return []
        cells = [[one_line(cell(one)) for one in row] for row in (self.head, *self.rows)]
        widths = [max(width(row[place]) for row in cells) for place in range(len(self.head))]
        return ["  ".join(_padded(row, widths)).rstrip() for row in cells]


def pairs(facts: Iterable[tuple[str, object]]) -> list[str]:
    """Return labels and values below each other; what is empty is left out."""
    kept = [(label, one_line(cell(value))) for label, value in facts if cell(value)]
    wide = max((width(label) for label, _ in kept), default=0)
    return [f"{label}{' ' * (wide - width(label))}  {value}" for label, value in kept]


def cell(value: object) -> str:
    """Return a value as people read it; instants come in the company's time zone already."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def one_line(text: str) -> str:
    """Return a text on one line, without the signs that move a terminal's cursor."""
    plain = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    return " ".join(plain.split())


def as_json(data: Any) -> str:
    """Return the JSON that scripts read; names and times as text."""
    return json.dumps(data, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [text + " " * (wide - width(text)) for text, wide in zip(row, widths, strict=True)]
