"""Whether a file can be a revision of a document that is there, and which one: next or earlier (I-4, V-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from docctl.domain.imports import InSeries
from docctl.domain.labels import read as read_label
from docctl.domain.normal_form import normal
from docctl.domain.verdicts import Param, Refused


class Joins(StrEnum):
    """Where in the history of a document a file goes."""

    NEXT = "next"
    EARLIER = "earlier"


@dataclass(frozen=True, slots=True)
class Standing:
    """A revision that is there, discarded ones left out; `effective` is None before it is issued.

    `until` is the first day on which it no longer holds, `effective` itself for one that never began. Days
    are the company's.
    """

    label: str
    effective: date | None
    until: date | None = None
    is_withdrawn: bool = False
    is_under_way: bool = False


def joins(file: InSeries, there: Sequence[Standing], *, in_force: bool) -> Joins | Refused:
    """Say which revision of a document a file becomes, or why none (V-1, V-2, V-3, V-6).

    `there` in the order of the history. `in_force`: it holds from its day on; else it is a draft.
    """
    twice = next((one for one in there if file.label and normal(one.label) == normal(file.label)), None)
    if twice is not None:
        return Refused("V-1", "label_twice", {"label": twice.label})
    began = [one for one in there if one.effective is not None and one.effective != one.until]
    if in_force and began and file.effective is not None:
        first, newest = began[0], began[-1]
        if first.effective is not None and file.effective < first.effective:
            return _earlier(file, first)
        if newest.effective is not None and file.effective <= newest.effective:
            return _within(file.effective, began)
    return _next(file, there, began, in_force=in_force)


def _earlier(file: InSeries, first: Standing) -> Joins | Refused:
    if comes_after(file.label, first.label):
        return Refused("V-1", "label_not_before", {"label": file.label, "first": first.label})
    return Joins.EARLIER


def _within(day: date, began: Sequence[Standing]) -> Refused:
    """Say why a day that lies in the history is refused: what held is not changed afterwards."""
    holder = next(one for one in reversed(began) if one.effective is not None and one.effective <= day)
    params: dict[str, Param] = {"label": holder.label, "effective": day}
    if holder.effective == day:
        return Refused("V-3", "same_day", params)
    return Refused("V-3", "day_within", params)


def _next(
    file: InSeries, there: Sequence[Standing], began: Sequence[Standing], *, in_force: bool
) -> Joins | Refused:
    if any(one.is_under_way for one in there):
        return Refused("V-2", "revision_under_way")
    if in_force and began and began[-1].is_withdrawn:
        return Refused("V-6", "withdrawn_before", {"label": began[-1].label})
    if there and comes_after(there[-1].label, file.label):
        return Refused("V-1", "label_not_after", {"label": file.label, "newest": there[-1].label})
    return Joins.NEXT


def comes_after(later: str, earlier: str) -> bool:
    """Say whether a label clearly comes after another; of two kinds of labels nobody can say (V-1)."""
    one, other = read_label(later) if later else None, read_label(earlier) if earlier else None
    if one is None or other is None or one.issue.isdigit() != other.issue.isdigit():
        return False
    return _place(one.issue, one.amendment) > _place(other.issue, other.amendment)


def _place(issue: str, amendment: int | None) -> tuple[int, str, int]:
    return (int(issue), "", amendment or 0) if issue.isdigit() else (len(issue), issue, amendment or 0)
