"""`docctl documents clocks|chase|lateness`: watched, reminded and counted at the terminal (A-13)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal
from tests.services.test_late_steps import TICK, overdue
from tests.services.test_reminders import watch
from tests.world import World


def test_a_13_listed_reminded_and_counted(terminal: Terminal, world: World, tmp_path: Path) -> None:
    watch(world)
    number = world.document_of(overdue(world, by=-TICK)).number
    assert terminal.refused("documents", "chase", number, user="zhou") == (3, "A-13.nothing_overdue")
    world.clock.forward(days=1)
    out = tmp_path / "clocks.xlsx"
    (step,) = terminal.ok("documents", "clocks", "--late", "--xlsx", str(out), user="zhou")["steps"]
    assert (step["assignee"], step["late"]) == ("欧阳雪", True)
    assert out.read_bytes()[:2] == b"PK"
    (issued,) = terminal.ok("documents", "chase", number, "--to", "ouyang", user="zhou")["reminders"]
    assert issued["ordinal"] == 1
    assert terminal.refused("documents", "chase", number, user="wang")[0] == 4
    (unit,) = terminal.ok("documents", "lateness", user="zhou")["units"]
    assert (unit["unit"], unit["reminders"], unit["closed_late"]) == ("品质部", 1, 0)
