"""`docctl delegation`, and signing for another at the terminal (A-2, A-8)."""

from __future__ import annotations

from datetime import timedelta

from docctl.domain.roles import Role
from tests.cli.terminal import Terminal
from tests.delegating import may_sign, signature
from tests.world import World


def test_a_2_delegations_are_given_seen_listed_and_ended(terminal: Terminal, world: World) -> None:
    today = world.house.today()
    until = str(today + timedelta(days=3))
    words = ("delegation", "add", "wang", "--until", until, "--reason", "出差")
    assert terminal.refused(*words, user="ouyang") == (3, "A-15.delegate_no_role")
    may_sign(world, "wang", Role.REVIEWER)
    given = terminal.ok(*words, "--type", "procedure", user="ouyang")
    assert given == {"principal": "ouyang", "delegate": "wang", "from": str(today), "until": until}
    assert terminal.refused(*words, user="ouyang") == (3, "A-2.delegate_twice")
    assert terminal.refused(*words, "--of", "zhao", user="li")[0] == 4
    assert terminal.ok("delegation", "seen", user="wang") == {"seen": 1}
    (row,) = terminal.ok("delegation", "list", user="wang")["delegations"]
    assert (row["principal"], row["delegate"], row["state"], row["types"]) == (
        *("ouyang", "wang", "running"),
        ["procedure"],
    )
    assert terminal.refused("delegation", "list", "--all", user="wang")[0] == 4
    assert terminal.ok("delegation", "list", "--all", user="zhao")["total"] == 1
    later = str(today + timedelta(days=4))
    assert terminal.ok("delegation", "list", "--all", "--on", later, user="zhao")["total"] == 0
    ended = terminal.ok("delegation", "end", "wang", "--reason", "回来", user="ouyang")
    assert ended["state"] == "ended"
    assert terminal.refused("delegation", "end", "wang", "--reason", "回来", user="ouyang")[0] == 4


def test_a_8_the_delegate_says_for_whom(terminal: Terminal, world: World) -> None:
    may_sign(world, "wang", Role.REVIEWER)
    until = str(world.house.today())
    terminal.ok("delegation", "add", "wang", "--until", until, "--reason", "出差", user="ouyang")
    revision = world.submitted(world.draft())
    number = world.document_of(revision).number
    (task,) = [one for one in terminal.ok("inbox", user="wang")["tasks"] if one["verb"] == "review"]
    assert task["for"] == "欧阳雪"
    assert terminal.ok("documents", "show", number, user="wang")["steps"][0]["delegable"] == "free"
    assert terminal.refused("documents", "review", number, user="wang") == (3, "A-8.say_for_whom")
    assert terminal.refused("documents", "review", number, "--for", "zhao", user="wang") == (
        3,
        "A-8.stands_in_for_nobody",
    )
    terminal.ok("documents", "review", number, "--for", "ouyang", user="wang")
    assert signature(world, revision, "review").principal_name == "欧阳雪"
    shown = terminal.ok("documents", "show", number, user="zhao")
    assert [one["for"] for one in shown["signatures"]] == ["", "欧阳雪"]
