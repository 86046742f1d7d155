"""The database lets annexes and forms in them change with the draft above alone (V-13, N-12)."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.services.test_annex_forms import added
from tests.services.test_annexes import with_annexes
from tests.services.test_guards import guard_of, statement
from tests.world import World

OF_DRAFTS = "(SELECT id FROM revision WHERE status = 'draft')"
OF_OTHERS = "(SELECT id FROM revision WHERE status <> 'draft')"


@pytest.fixture
def two(world: World) -> UUID:
    """Return a draft beside one that was submitted; both have annexes and a form in them."""
    first, second = with_annexes(world), world.draft("文件控制程序")
    for above in (first, second):
        added(world, above, f"表 {above}")
    world.submitted(first)
    return second


@pytest.mark.parametrize(
    ("guard", "refused", "allowed"),
    [
        (
            "v_13_file_place",
            f"UPDATE item_file SET ordinal = 9 WHERE owner_id IN {OF_OTHERS}",
            f"UPDATE item_file SET ordinal = 9 WHERE owner_id IN {OF_DRAFTS}",
        ),
        (
            "v_13_file_place",
            f"UPDATE item_file SET title = '别的' WHERE owner_id IN {OF_OTHERS}",
            f"UPDATE item_file SET title = '别的' WHERE owner_id IN {OF_DRAFTS}",
        ),
        (
            "n_12_annex_delete",
            f"DELETE FROM annex_form WHERE revision_id IN {OF_OTHERS}",
            f"DELETE FROM annex_form WHERE revision_id IN {OF_DRAFTS}",
        ),
    ],
)
def test_v_13_n_12_annexes_change_with_their_draft_alone(
    world: World, two: UUID, guard: str, refused: str, allowed: str
) -> None:
    assert guard_of(lambda: statement(world, refused)) == guard
    statement(world, allowed)


def test_n_12_forms_are_put_into_annexes_of_drafts_alone_and_stay(world: World, two: UUID) -> None:
    world.draft("另一表", kind="form", number="QR-0101")
    add = """INSERT INTO annex_form (revision_id, form_id, ordinal)
        SELECT r.id, d.id, 9 FROM revision r, document d
        WHERE d.number = 'QR-0101' AND r.id IN (SELECT revision_id FROM annex_form) AND """
    assert guard_of(lambda: statement(world, add + "r.status <> 'draft'")) == "n_12_annex_insert"
    statement(world, add + "r.status = 'draft'")
    change = f"UPDATE annex_form SET ordinal = 8 WHERE revision_id IN {OF_DRAFTS}"
    assert guard_of(lambda: statement(world, change)) == "n_12_annex_update"
