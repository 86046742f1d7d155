"""The revision history of a document as a printed table: columns and rows, in words of a language (V-2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from docctl.printing.columns import Column, Row
from docctl.queries.history import EarlierLine, History, HistoryLine

Words = Callable[..., str]


def history_columns(t: Words) -> list[Column]:
    """Return the columns of a printed revision history; issue and amendment stand apart (V-1)."""
    return [
        Column(t("documents.history.line"), 6, "int"),
        Column(t("documents.history.issue"), 8),
        Column(t("documents.history.amendment"), 8),
        Column(t("documents.history.what"), 34),
        Column(t("documents.history.reason"), 28),
        Column(t("documents.page.prepared"), 14),
        Column(t("documents.page.reviewed"), 14),
        Column(t("documents.page.approved"), 14),
        Column(t("documents.page.issued"), 12, "date"),
        Column(t("documents.page.effective"), 12, "date"),
        Column(t("documents.history.remarks"), 24),
    ]


def history_rows(found: History, t: Words) -> Iterator[Row]:
    """Yield the lines: first what the paper tells of before, then each revision from line 0 (V-2)."""
    yield from (_earlier(one, t) for one in found.earlier)
    yield from (_line(one, t) for one in found.lines)


def _earlier(one: EarlierLine, t: Words) -> Row:
    on_paper = t("documents.history.on_paper")
    return (None, one.label, "", one.what, "", one.who, "", "", None, one.day, on_paper)


def _line(one: HistoryLine, t: Words) -> Row:
    return (
        one.line,
        one.issue_label,
        one.amendment_label,
        one.what or (t("documents.history.first") if one.line == 0 else ""),
        " · ".join(filter(None, (one.reason, one.basis))),
        _signed(one.prepared_by, one.prepared_on),
        _signed(one.reviewed_by, one.reviewed_on),
        _signed(one.approved_by, one.approved_on),
        one.issued_on,
        one.effective_on,
        _remarks(one, t),
    )


def _signed(name: str, day: date | None) -> str:
    return f"{name}\n{day.isoformat() if day else ''}".strip()


def _remarks(one: HistoryLine, t: Words) -> str:
    """Return the state, and what else happened to a revision."""
    said = [t(f"shell.state.{one.state}")]
    if one.withdrawn_on:
        said.append(t("documents.history.withdrawn", day=one.withdrawn_on, reason=one.withdraw_reason))
    elif one.until:
        said.append(t("documents.page.until", day=one.until))
    for since, until in one.suspended:
        key = "suspended" if until else "suspended_since"
        said.append(t(f"documents.history.{key}", since=since, until=until))
    if one.valid_to:
        said.append(t(f"documents.validity.{'trial' if one.is_trial else 'until'}", day=one.valid_to))
    if one.is_imported:
        said.append(t("documents.history.imported"))
    return " · ".join(said)
