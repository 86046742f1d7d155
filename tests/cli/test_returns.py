"""`docctl documents form-check|return|mend|returns`: checked, returned with a list, mended, counted (A-9)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal
from tests.returning import check_routes
from tests.web.test_record_export import cells
from tests.world import World


def test_a_9_from_the_formal_check_to_the_sums(terminal: Terminal, world: World, tmp_path: Path) -> None:
    check_routes(world)
    revision_id = world.submitted(world.draft())
    check = ("documents", "form-check", "QP-01")
    assert terminal.refused(*check, "--in-order", "1,2", user="wang") == (3, "A-9.points_open")
    missing = ("--in-order", "1,2", "--missing", "3=QP-09 已作废")
    assert terminal.refused(*check, *missing, user="wang") == (3, "A-9.points_missing")
    terminal.ok("documents", "return", "QP-01", *missing, "--item", "封面签字栏", user="wang")
    (back,) = terminal.ok("documents", "show", "QP-01", user="chen")["returns"]
    assert [one["text"] for one in back["items"]] == ["引用文件现行有效 — QP-09 已作废", "封面签字栏"]
    assert (back["times"], back["step"], back["by"]) == (1, "form_check", "王强")
    assert "第 1 次退回" in terminal.run("documents", "show", "QP-01", "--as", "chen").stdout
    (task,) = terminal.ok("inbox", user="chen")["tasks"]
    assert (task["verb"], task["times_returned"]) == ("rework", 1)
    assert "第 1 次退回" in terminal.run("inbox", "--as", "chen").stdout
    assert terminal.refused("documents", "mend", "QP-01", "3", user="chen")[0] == 4
    terminal.ok("documents", "mend", "QP-01", "1", "2", user="chen")
    terminal.ok("documents", "mend", "QP-01", "2", "--undone", user="chen")
    (back,) = terminal.ok("documents", "show", "QP-01", user="chen")["returns"]
    assert [one["done"] for one in back["items"]] == [True, False]
    world.submitted(revision_id)
    assert terminal.refused("documents", "mend", "QP-01", "2", user="chen") == (3, "A-9.not_being_mended")
    terminal.ok(*check, "--in-order", "all", user="wang")
    assert terminal.refused("documents", "return", "QP-01", user="ouyang") == (3, "V-6.reason_needed")
    out = tmp_path / "returns.xlsx"
    listed = terminal.ok("documents", "returns", "--xlsx", str(out), user="chen")
    assert [(one["number"], one["items"], one["done"]) for one in listed["returns"]] == [("QP-01", 2, 1)]
    assert "形式审查" in cells(out.read_bytes())
    (line,) = terminal.ok("documents", "returns", "--sums", user="chen")["sums"]
    assert (line["unit"], line["type"], line["returns"], line["items"]) == ("品质部", "程序文件", 1, 2)
    assert terminal.ok("documents", "returns", "--from", "2026-03-03", user="chen")["total"] == 0
    assert terminal.ok("documents", "returns", user="zhang")["total"] == 0


def test_a_9_a_point_that_there_is_not_is_a_wrong_call(terminal: Terminal, world: World) -> None:
    check_routes(world)
    world.submitted(world.draft())
    for words in (("--missing", "4"), ("--in-order", "1,x"), ("--in-order", "1", "--missing", "1")):
        assert terminal.run("documents", "form-check", "QP-01", *words, "--as", "wang").exit_code == 2
