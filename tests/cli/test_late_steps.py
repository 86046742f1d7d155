"""`docctl documents review|approve|return --late-reason`: asked once the time is over (A-13)."""

from __future__ import annotations

from tests.cli.terminal import Terminal
from tests.services.test_late_steps import overdue
from tests.world import World


def test_a_13_at_the_terminal(terminal: Terminal, world: World) -> None:
    number = world.document_of(overdue(world)).number
    assert terminal.refused("documents", "review", number, user="ouyang") == (
        3,
        "A-13.late_reason_needed",
    )
    terminal.ok("documents", "review", number, "--late-reason", "出差", user="ouyang")
