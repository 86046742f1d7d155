"""Reviews by command (D-5)."""

from __future__ import annotations

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
