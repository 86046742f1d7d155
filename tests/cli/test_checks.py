"""`docctl checks`: findings listed and answered on the command line (D-12)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal
from tests.findings import drafted
from tests.world import World


def test_d_12_findings_are_listed_and_answered(terminal: Terminal, world: World, tmp_path: Path) -> None:
    drafted(world)
    told = terminal.ok("checks", "list", "QP-01", user="chen")
    assert {one["check"] for one in told["findings"]} >= {"vague_time", "named_absent"}
    assert (told["checked"], told["holding"], told["refused"]) == (True, 0, None)

    terminal.ok("checks", "answer", "QP-01", "--check", "vague_time", "--reason", "见作业指导书", user="chen")
    short = next(one["finding"] for one in told["findings"] if one["check"] == "named_absent")[:12]
    terminal.ok("checks", "answer", "QP-01", short, "--reason", "附录另发", user="chen")
    sheet = tmp_path / "checks.xlsx"
    left = terminal.ok("checks", "list", "QP-01", "--open", "--xlsx", sheet, user="chen")
    assert not {one["check"] for one in left["findings"]} & {"vague_time", "named_absent"}
    assert sheet.stat().st_size > 1_000

    terminal.ok("checks", "answer", "QP-01", short, "--reopen", "--reason", "附录改编", user="chen")
    again = terminal.ok("checks", "list", "QP-01", "--check", "named_absent", "--open", user="chen")
    assert [one["finding"][:12] for one in again["findings"]] == [short]


def test_d_12_a_finding_that_is_none_is_not_found(terminal: Terminal, world: World) -> None:
    drafted(world)
    answer = ("checks", "answer", "QP-01", "0" * 12, "--reason", "保留")
    assert terminal.refused(*answer, user="chen")[0] == 4
