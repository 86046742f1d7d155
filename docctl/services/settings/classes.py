"""What an approved revision of the retention classes adds to the schedule: rows, no changes in place (R-3).

They come with the approval and are in force from the revision's instant on. One that is withdrawn before it
begins never was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.class_content import Use, data_of_line
from docctl.models.controlled import SettingRevision
from docctl.models.retention import RetentionClassRow
from docctl.services.records.following import want_following

#: What makes a revision of a class; where it stands in the list does not.
_SAID: Final = ("name", "basis", "is_catch_all", "is_closed", "data")


def begin_classes(session: Session, content: Mapping[str, Any]) -> None:
    """Write the classes that a new company starts with."""
    for ordinal, line in enumerate(content["classes"]):
        session.add(RetentionClassRow(code=line["code"], ordinal=ordinal, **_said(line)))


def put_classes(session: Session, revision: SettingRevision, at: datetime) -> None:
    """Add a row for each class that a revision changes, in force from its instant; the rest falls due (R-3).

    A class differs where it does from what is in force, or from what waits: that may yet be withdrawn. One
    that is left out is closed.
    """
    assert revision.effective_from is not None  # approved
    there = _standing(session, at)
    numbers = _numbers(session)
    given = json.loads(revision.content)["classes"]
    places = {one["code"]: place for place, one in enumerate(given)}
    lines = {one["code"]: _said(one) for one in given}
    gone = {
        code: {**_values(rows[-1]), "is_closed": True, "is_catch_all": False}
        for code, rows in there.items()
        if code not in lines
    }
    for code, said in {**lines, **gone}.items():
        if code in there and all(_values(one) == said for one in there[code]):
            continue
        session.add(
            RetentionClassRow(
                code=code,
                revision=numbers.get(code, 0) + 1,
                schedule=revision.ordinal,
                effective_from=revision.effective_from,
                ordinal=places.get(code, len(given)),
                **said,
            )
        )
    want_following(session, revision.id, revision.effective_from)


def withdraw_classes(session: Session, revision: SettingRevision, at: datetime) -> None:
    """Mark the rows of a revision that is withdrawn before it begins (V-3)."""
    rows = select(RetentionClassRow).where(
        RetentionClassRow.schedule == revision.ordinal, RetentionClassRow.effective_from.is_not(None)
    )
    for row in session.scalars(rows):
        row.withdrawn_at = at


def _standing(session: Session, at: datetime) -> dict[str, list[RetentionClassRow]]:
    """Return the row in force of each class and behind it those that wait, oldest first."""
    found: dict[str, list[RetentionClassRow]] = {}
    rows = select(RetentionClassRow).where(RetentionClassRow.withdrawn_at.is_(None))
    for row in session.scalars(rows.order_by(RetentionClassRow.code, RetentionClassRow.revision)):
        has_begun = row.effective_from is None or row.effective_from <= at
        found[row.code] = [row] if has_begun else [*found.get(row.code, []), row]
    return found


def _numbers(session: Session) -> dict[str, int]:
    """Return the last revision of each code, those that were withdrawn as well: no number comes twice."""
    rows: Iterable[Any] = session.execute(
        select(RetentionClassRow.code, RetentionClassRow.revision).order_by(RetentionClassRow.revision)
    )
    return {one.code: one.revision for one in rows}


def _said(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": line["name"],
        "basis": line["basis"],
        "is_catch_all": line["use"] == Use.CATCH_ALL,
        "is_closed": line["use"] == Use.CLOSED,
        "data": data_of_line(line),
    }


def _values(row: RetentionClassRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _SAID}
