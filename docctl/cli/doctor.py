"""`docctl doctor`: the state of the installation on one page, with what to do about it."""

from __future__ import annotations

import click

from docctl.cli.answers import FAILED, Answer
from docctl.cli.command import Action
from docctl.cli.desk import Desk


@click.command("doctor", cls=Action, permission="system.operate", who="operator")
def doctor(desk: Desk) -> Answer:
    """Look at every part; exit with 1 where something is wrong."""
    from docctl.checks.check import FAILED_ITSELF, Bench, Finding, Grade
    from docctl.checks.doctor import findings

    def said(one: Finding) -> str:
        if one.code == FAILED_ITSELF:
            return desk.words.t("doctor.failed", **one.params)
        return desk.words.t(f"doctor.says.{one.name}.{one.code}", default=None, **one.params)

    def todo(one: Finding) -> str:
        if one.grade is Grade.OK:
            return ""
        if one.code == FAILED_ITSELF:
            return desk.words.t("doctor.look_at_log")
        return desk.words.t(f"doctor.todo.{one.name}.{one.code}", default=None, **one.params)

    found = findings(Bench(desk.house, desk.machine.settings))
    lines: list[str] = []
    for one in found:
        grade = desk.words.t(f"doctor.grade.{one.grade.value}")
        name = desk.words.t(f"doctor.name.{one.name}")
        lines.append(f"{grade}  {name}: {said(one)}")
        if one.grade is not Grade.OK:
            lines.append(f"      → {todo(one)}")
    is_well = all(one.grade is not Grade.WRONG for one in found)
    data = {
        "ok": is_well,
        "checks": [
            {
                "name": one.name,
                "grade": one.grade.value,
                "code": one.code,
                "params": dict(one.params),
                "says": said(one),
                "todo": todo(one),
            }
            for one in found
        ],
    }
    return Answer(data, lines, 0 if is_well else FAILED)
