"""`docctl records list --key` follows a key through time (S-7)."""

from __future__ import annotations

from datetime import timedelta

from tests.cli.terminal import Terminal
from tests.filing import a_form, filed, row
from tests.world import START, World


def test_s_7_the_records_of_a_key_are_listed_in_order_of_time(terminal: Terminal, world: World) -> None:
    form = a_form(world)
    late = filed(world, form, title="后", occurred_at=START - timedelta(days=1), keys=(("part", "MX-7"),))
    early = filed(world, form, title="先", occurred_at=START - timedelta(days=3), keys=(("part", "mx7"),))
    other = filed(world, form, title="别", keys=(("part", "MX－7"), ("machine", "MX-7")))
    assert row(world, early).number > row(world, late).number
    found = terminal.ok("records", "list", "--key", "part=MX-7", user="wang")
    assert [one["number"] for one in found["records"]] == [row(world, one).number for one in (late, other)]
    assert terminal.refused("records", "list", "--key", "poem=x", user="wang") == (3, "F-3.no_such_key")
    assert terminal.refused("records", "list", "--key", "part", user="wang")[0] == 2
