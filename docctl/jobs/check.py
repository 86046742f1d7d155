"""Reads every stored file again, compares store and rows, and notes what was found (T-3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docctl.queries.objects import ObjectReport, check_objects
from docctl.services.caller import the_system
from docctl.services.house import House
from docctl.services.objects.check import NoteCheck, note_check


def run_check(house: House, _payload: Mapping[str, Any]) -> None:
    """Compare once; a store that does not answer ends it, and it is tried again."""
    with house.uow.read() as session:
        report = check_objects(session, house.objects, at=house.clock(), zone=house.zone)
    keep_report(house, report)


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
