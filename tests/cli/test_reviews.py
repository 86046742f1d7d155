"""Reviews by command (D-5)."""

from __future__ import annotations

import pytest

from docctl.queries import paging
from tests import handing
from tests.cli.terminal import Terminal
from tests.world import World


def test_d_5_reviews_have_their_commands(terminal: Terminal, world: World) -> None:
    revision_id = world.issued(world.draft())
    name = world.document_of(revision_id).number
    found = terminal.ok("reviews", "plan", name, "--months", "12", user="chen")
    assert found == {"number": name, "months": 12, "next": "2027-03-02"}
    opened = ("reviews", "open", name, "--cause", "law", "--reason", "新法规", "--due", "2026-03-20")
    assert terminal.ok(*opened, user="chen")["documents"] == [name]
    assert terminal.refused(*opened, user="chen") == (3, "D-5.open_already")
    listed = terminal.ok("reviews", "list", user="ouyang")["reviews"]
    assert [(one["cause"], one["state"]) for one in listed] == [("law", "open"), ("periodic", "planned")]
    done = terminal.ok("reviews", "decide", name, "confirm", "--note", "仍适用", user="ouyang")
    assert done == {"number": name, "cause": "law", "outcome": "confirm"}
    assert terminal.refused("reviews", "list", "--state", "nonsense", user="chen")[0] == 2
    assert terminal.ok("reviews", "plan", name, "--months", "0", user="chen")["next"] is None
    assert terminal.refused("reviews", "decide", name, "confirm", "--note", "好", user="chen")[0] == 4


@pytest.mark.parametrize("at_once", [1, 2, 3, 4])
def test_d_7_commands_list_every_row_however_many_are_read_at_a_time(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    revision_id = handing.distributed(world, handing.to_unit(world, copies=3))
    name = world.document_of(revision_id).number
    for cause in ("law", "accident", "audit"):
        opened = ("reviews", "open", name, "--cause", cause, "--reason", "新法规", "--due", "2026-03-20")
        terminal.ok(*opened, user="chen")
    monkeypatch.setattr(paging, "AT_ONCE", at_once)
    reviews = terminal.ok("reviews", "list", user="chen")
    assert reviews["total"] == 3
    assert {one["cause"] for one in reviews["reviews"]} == {"law", "accident", "audit"}
    copies = terminal.ok("copies", "list", user="chen")
    assert (copies["total"], [one["copy"] for one in copies["copies"]]) == (3, ["001", "002", "003"])
    assert terminal.ok("reviews", "list", "--state", "revise", user="chen")["total"] == 0
