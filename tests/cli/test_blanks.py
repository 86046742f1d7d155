"""`docctl blanks`: numbers of prints from the terminal, each until it has ended (D-10)."""

from __future__ import annotations

from pathlib import Path

from tests import printed as p
from tests.cli.terminal import Terminal
from tests.web.test_record_export import cells
from tests.world import World


def test_d_10_a_print_is_told_from_the_terminal_until_nothing_is_open(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    p.form_revision(world)
    form = "QR-3301"
    made = terminal.ok("blanks", "register", form, "XJ-0001", "XJ-0010", "--book-size", "5", user="chen")
    assert (made["printed"], made["store"], made["adds_up"]) == (10, 10, True)
    again = ("blanks", "register", form, "XJ-0010", "XJ-0011")
    assert terminal.refused(*again, user="chen") == (3, "D-10.overlaps")
    part = ("blanks", "issue", form, "1", "4", "--unit", "SC")
    assert terminal.refused(*part, user="chen") == (3, "D-10.book_whole")
    sent = terminal.ok(*("blanks", "issue", form, "1", "5", "--unit", "SC", "--person", "wang"), user="chen")
    assert (sent["issues"][0]["blanks"], sent["issues"][0]["person"]) == ("XJ-0001 – XJ-0005", "王强")
    assert terminal.ok("inbox", user="wang")["total"] == 1
    assert terminal.ok("blanks", "receive", form, "XJ-0003", user="wang")["issues"][0]["received"]
    assert terminal.refused("blanks", "receive", form, "7", user="chen")[0] == 4
    assert terminal.ok("blanks", "use", form, "1", "2", user="wang")["used"] == 2
    assert terminal.refused("blanks", "use", form, "2", user="wang") == (3, "D-10.already_ended")
    assert terminal.ok("blanks", "void", form, "3", "--reason", "写坏", user="wang")["void"] == 1
    lost = terminal.ok("blanks", "lose", form, "XJ-0004", "--reason", "搬迁", user="wang")
    assert lost["lost"] == 1
    back = ("blanks", "return", form, "5")
    assert terminal.refused(*back, "--reason", "剩余", user="wang") == (3, "D-10.control_takes_back")
    assert terminal.ok(*back, "--reason", "剩余", user="chen")["returned"] == 1
    destroy = ("blanks", "destroy", form, "6", "10", "--reason", "作废")
    assert terminal.refused(*destroy, user="chen") == (3, "D-2.witness_needed")
    done = terminal.ok(*destroy, "--witness", "ouyang", user="chen")
    assert (done["state"], done["store"], done["out"], done["adds_up"]) == ("settled", 0, 0, True)
    assert terminal.ok("blanks", "show", form, "7", user="chen")["destroyed"] == 5
    assert terminal.refused("blanks", "show", form, "7", user="zhou")[0] == 4
    target = tmp_path / "空白表格.xlsx"
    listed = terminal.ok("blanks", "list", "--form", form, "--xlsx", target, user="chen")
    assert (listed["total"], listed["form"]["printed"], listed["form"]["adds_up"]) == (1, 10, True)
    assert "XJ-0001 – XJ-0010" in cells(target.read_bytes())
    terminal.ok("blanks", "list", "--docx", tmp_path / "表.docx", "--unit", "SC", user="chen")
    assert terminal.ok("blanks", "list", "--state", "recalled", user="chen")["total"] == 0
    assert terminal.ok("blanks", "list", user="zhou")["total"] == 0
    assert terminal.refused("blanks", "list", "--state", "poem", user="chen")[0] == 2


def test_d_10_digits_that_two_prints_have_are_not_guessed(terminal: Terminal, world: World) -> None:
    revision = p.form_revision(world)
    p.printed(world, revision, "XJ-0001", "XJ-0010")
    p.printed(world, revision, "XK-0001", "XK-0010")
    show = ("blanks", "show", "QR-3301")
    assert terminal.refused(*show, "7", user="chen") == (3, "D-10.several_prints")
    assert terminal.ok(*show, "xk-0007", user="chen")["blanks"] == "XK-0001 – XK-0010"
    assert terminal.refused(*show, "XK-0011", user="chen")[0] == 4
    assert terminal.refused(*show, "XK", user="chen")[0] == 4
