"""`docctl documents acknowledge|told`: copy-to steps at the terminal (A-10)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal
from tests.services.test_copy_steps import copied
from tests.world import World


def test_a_10_listed_shown_and_acknowledged(terminal: Terminal, world: World, tmp_path: Path) -> None:
    number = world.document_of(copied(world)).number
    listed = terminal.ok("documents", "told", user="chen")
    assert [(one["number"], one["to"]) for one in listed["copies"]] == [(number, "王强")]
    out = tmp_path / "told.xlsx"
    terminal.ok("documents", "told", "--xlsx", str(out), user="chen")
    assert out.read_bytes()[:2] == b"PK"
    assert terminal.refused("documents", "acknowledge", number, user="chen") == (3, "A-10.not_told")
    terminal.ok("documents", "acknowledge", number, "--remark", "知道了", user="wang")
    shown = terminal.ok("documents", "show", number, user="chen")["copied_to"]
    assert [(one["to"], one["remark"]) for one in shown] == [("王强", "知道了"), ("张伟", "")]
    assert "抄送" in terminal.run("documents", "show", number, "--as", "chen").stdout
    again = terminal.refused("documents", "acknowledge", number, user="wang")
    assert again == (3, "A-10.acknowledged_already")
    assert terminal.ok("documents", "told", user="chen")["total"] == 0
