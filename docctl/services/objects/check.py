"""Comparing store and rows in the background, and keeping what was found in the trail (T-3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.models.work import Delivery
from docctl.services.caller import Caller
from docctl.services.jobs import want
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

#: The delivery that compares.
KIND: Final = "check_objects"
#: So many findings of each sort stand in the trail; the counts are whole.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class AskCheck:
    """A wish to compare the store with the rows."""


@use_case("objects.check")
def ask_check(session: Session, cmd: AskCheck, by: Caller) -> bool:  # noqa: ARG001 - a wish has no details
    """Ask for a comparison in the background; False where one is under way already (T-3)."""
    authorise(by.actor, "objects.check", Facts())
    if session.scalar(select(Delivery.id).where(Delivery.kind == KIND, Delivery.done_at.is_(None))):
        return False
    want(session, KIND, key=by.at.isoformat(), payload={}, at=by.at)
    record(session, by, "objects.compare_asked", Subject("objects", None), facts={})
    return True


@dataclass(frozen=True, slots=True)
class NoteCheck:
    """What a comparison found: problems of rows, keys without a row, what lies beside objects."""

    checked: int
    problems: tuple[dict[str, Any], ...]
    without_row: tuple[str, ...]
    strays: tuple[dict[str, Any], ...]


@use_case("system.operate")
def note_check(session: Session, cmd: NoteCheck, by: Caller) -> None:
    """Record what a comparison of store and rows has found (T-1, T-3)."""
    authorise(by.actor, "system.operate", Facts())
    record(
        session,
        by,
        "objects.compared",
        Subject("objects", None),
        facts={
            "checked": cmd.checked,
            "problem_count": len(cmd.problems),
            "problems": list(cmd.problems[:MOST]),
            "without_row_count": len(cmd.without_row),
            "without_row": list(cmd.without_row[:MOST]),
            "stray_count": len(cmd.strays),
            "strays": list(cmd.strays[:MOST]),
        },
    )
