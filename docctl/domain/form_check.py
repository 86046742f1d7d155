"""Decides what a formal check (形式审查) asks, and when it is passed (A-9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from docctl.domain.verdicts import Allowed, Refused, Verdict

MOST_POINTS: Final = 30
LONGEST_POINT: Final = 200
LONGEST_REMARK: Final = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the checker says of a point: in order, missing, or nothing yet; with a remark where wanted."""

    in_order: bool | None
    remark: str = ""


def may_have_points(points: Sequence[str], *, is_check: bool, route: str) -> Verdict:
    """Say whether a step of a route may have these points, which are stripped: only a check has (A-9)."""
    if not is_check:
        return Refused("A-9", "points_elsewhere", {"name": route}) if points else Allowed()
    if not points:
        return Refused("A-9", "points_needed", {"name": route})
    if len(points) > MOST_POINTS:
        return Refused("A-9", "too_many_points", {"name": route, "most": MOST_POINTS})
    for one in points:
        if len(one) > LONGEST_POINT or not one.isprintable():
            return Refused("A-9", "point_unfit", {"name": route, "point": one[:40], "longest": LONGEST_POINT})
        if points.count(one) > 1:
            return Refused("A-9", "point_twice", {"name": route, "point": one[:40]})
    return Allowed()


def may_pass(points: Sequence[str], answers: Sequence[Answer]) -> Verdict:
    """Say whether a formal check is passed: each of its points is in order (A-9)."""
    if not (verdict := _all_answered(points, answers)):
        return verdict
    missing = sum(one.in_order is False for one in answers)
    return Refused("A-9", "points_missing", {"count": missing}) if missing else Allowed()


def may_fail(points: Sequence[str], answers: Sequence[Answer], *, more: bool = False) -> Verdict:
    """Say whether a formal check returns the item: every point is answered, one at least is missing (A-9).

    Or there is `more` on the list: what is wrong with it need not be one of the points.
    """
    if not (verdict := _all_answered(points, answers)):
        return verdict
    if more or any(one.in_order is False for one in answers):
        return Allowed()
    return Refused("A-9", "nothing_missing")


def _all_answered(points: Sequence[str], answers: Sequence[Answer]) -> Verdict:
    answered = sum(one.in_order is not None for one in answers)
    if len(answers) != len(points) or answered < len(points):
        return Refused("A-9", "points_open", {"count": max(len(points) - answered, 1)})
    for one in answers:
        if len(one.remark) > LONGEST_REMARK:
            return Refused("A-9", "remark_too_long", {"longest": LONGEST_REMARK, "length": len(one.remark)})
    return Allowed()


def missing_of(points: Sequence[str], answers: Sequence[Answer]) -> tuple[str, ...]:
    """Return what is missing as items of the list that goes back, with the remark (A-9)."""
    return tuple(
        f"{point} — {answer.remark}" if answer.remark else point
        for point, answer in zip(points, answers, strict=True)
        if answer.in_order is False
    )
