"""Lines of a report for people: each in its columns, and under it what a rule says of it (I-1, I-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docctl.cli.answers import Table
from docctl.cli.desk import Desk


def why(desk: Desk, rule: str, code: str, params: Mapping[str, Any] | None) -> str:
    """Return the sentence of the refusal that decided a line, nothing where none did."""
    from docctl.domain.verdicts import Refused

    return desk.words.refusal(Refused(rule, code, dict(params or {}))).sentence if code else ""


def report_lines(
    desk: Desk,
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    messages: Sequence[str],
    words: str,
    totals: Mapping[str, int],
) -> list[str]:
    """Return head and rows with their messages, and the totals in words found under `words`."""
    table = Table([desk.label(name) for name in head], rows).lines()
    shown = table[:1]
    for text, message in zip(table[1:], messages, strict=True):
        shown += [text, f"    {message}"] if message else [text]
    told = (f"{desk.words.t(f'{words}.{name}')} {number}" for name, number in totals.items() if number)
    return [*shown, ", ".join(told)]
