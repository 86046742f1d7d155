"""Reads every stored file again, compares store and rows, and notes what was found (T-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import select

from docctl.models.content import FileProblem, ItemFile
from docctl.queries.objects import Comparison, ObjectReport
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.objects.check import NoteCheck, note_check
from docctl.services.objects.fixity import NoteFixity, note_fixity

#: Files that are named in one transaction.
_TOGETHER: Final = 500


def check_steps(house: House, _payload: Mapping[str, Any]) -> Iterator[None]:
    """Compare once, in steps; a store that does not answer ends it, and it is tried again from the start."""
    comparison = Comparison(house.uow.read, house.objects, clock=house.clock, zone=house.zone)
    yield from comparison.steps()
    keep_report(house, comparison.report())


def keep_report(house: House, report: ObjectReport) -> None:
    """Put a report into the trail, from where the page of the store shows it."""
    note_check(
        NoteCheck(
            checked=report.checked,
            problems=tuple(
                {"problem": one.problem, "kind": one.kind, "number": one.number, "key": one.key}
                for one in report.problems
            ),
            without_row=report.without_row,
            strays=tuple(
                {"kind": one.kind.value, "area": one.area.value, "name": one.name, "version": one.version}
                for one in report.strays
            ),
        ),
        by=the_system(house.clock()),
        house=house,
    )
    _name_files(house, report)


def _name_files(house: House, report: ObjectReport) -> None:
    """Name files that are not sound to those who keep the records, as the rolling check does (T-3)."""
    problems = {one.key: one.problem for one in report.problems if one.problem in set(FileProblem)}
    keys = sorted(problems)
    for first in range(0, len(keys), _TOGETHER):
        with house.uow.read() as session:
            rows = session.execute(
                select(ItemFile.id, ItemFile.object_key).where(
                    ItemFile.object_key.in_(keys[first : first + _TOGETHER])
                )
            ).all()
        found = tuple((one.id, problems[one.object_key]) for one in rows)
        note_fixity(NoteFixity(found), by=the_system(house.clock()), house=house)
