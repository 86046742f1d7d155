"""`docctl continuity`: declared, missing, explained, ended from the terminal (N-8)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.cli.terminal import Terminal
from tests.filing import a_form
from tests.web.test_record_export import cells
from tests.world import World


def test_n_8_a_form_is_declared_missed_explained_and_ended(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    a_form(world)
    form = "QR-1102"
    made = terminal.ok("continuity", "declare", form, "day", "--unit", "SC", user="chen")
    assert (made["place"], made["each"], made["from"]) == ("生产部", "day", "2026-03-02")
    again = ("continuity", "declare", form, "day", "--unit", "SC")
    assert terminal.refused(*again, user="chen") == (3, "N-8.declared_already")
    shift = ("continuity", "declare", form, "shift", "--unit", "SC")
    assert terminal.refused(*shift, user="chen") == (3, "N-8.shifts_needed")
    assert terminal.refused(*shift, "--shifts", "八点", user="chen") == (3, "N-8.shift_unreadable")
    assert terminal.refused(*shift, "--post", "班长", user="chen")[0] == 4
    world.clock.now += timedelta(days=2)
    target = tmp_path / "缺期.xlsx"
    found = terminal.ok("continuity", "list", "--xlsx", target, user="li")
    assert [one["period"] for one in found["periods"]] == ["2026-03-03", "2026-03-02"]
    assert "2026-03-03" in cells(target.read_bytes())
    explain = ("continuity", "explain", form, "day", "2026-03-02", "--unit", "SC", "--reason", "停电")
    terminal.ok(*explain, user="li")
    assert terminal.refused(*explain, user="li") == (3, "N-8.explained_already")
    assert terminal.ok("continuity", "list", "--explained", user="li")["periods"][0]["reason"] == "停电"
    assert terminal.ok("continuity", "list", "--each", "week", user="li")["total"] == 0
    assert terminal.ok("continuity", "list", "--unit", "SC", "--text", "QR", user="li")["total"] == 1
    assert terminal.ok("continuity", "list", "--since", "2026-03-04", user="li")["total"] == 0
    other = ("continuity", "end", form, "week", "--unit", "SC", "--reason", "停线")
    assert terminal.refused(*other, user="chen")[0] == 4
    end = ("continuity", "end", form, "day", "--unit", "SC", "--reason", "停线")
    assert terminal.ok(*end, user="chen")["until"] == "2026-03-04"
    assert terminal.ok("continuity", "rules", user="wang")["rules"][0]["until"] == "2026-03-04"
