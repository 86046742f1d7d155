"""What the database forbids with signatures from outside: neither they nor withdrawals change (A-5)."""

from __future__ import annotations

import pytest

from docctl.models.external_signatures import ExternalSignature
from docctl.services.revisions.external import WithdrawExternal, withdraw_external
from tests.services.test_external_signatures import vouched
from tests.services.test_guards import guard_of, statement
from tests.services.test_guards_blanks import again
from tests.world import World


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE external_signature SET name = '王五'", "a_5_external_update"),
        ("DELETE FROM external_signature", "a_5_external_delete"),
        ("UPDATE external_withdrawal SET reason = '别的'", "a_5_withdrawal_update"),
        ("DELETE FROM external_withdrawal", "a_5_withdrawal_delete"),
    ],
)
def test_a_5_neither_a_signature_nor_its_withdrawal_changes(world: World, sql: str, guard: str) -> None:
    signature = vouched(world, world.submitted(world.draft()))
    withdraw_external(WithdrawExternal(signature, "姓名写错"), by=world.by("chen"), house=world.house)
    assert guard_of(lambda: statement(world, sql)) == guard


def test_a_5_a_signature_is_for_the_content_of_the_round_that_runs(world: World) -> None:
    draft = world.draft("另一程序")
    revision = world.submitted(world.draft())
    signature = vouched(world, revision)
    assert again(world, ExternalSignature, signature, lets=True) == ""
    running = world.revision(revision).round
    for other in ({"revision_id": draft}, {"round": running + 1}, {"content_sha256": "0" * 64}):
        assert again(world, ExternalSignature, signature, **other) == "a_5_external_insert"
