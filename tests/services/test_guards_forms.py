"""The database lets the fields of a form change with its draft alone (F-2, V-2)."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.asking import CONCLUSION, asking, defined
from tests.services.test_guards import guard_of, statement
from tests.world import World

OF_DRAFTS = "(SELECT id FROM revision WHERE status = 'draft')"
OF_OTHERS = "(SELECT id FROM revision WHERE status <> 'draft')"


@pytest.fixture
def two(world: World) -> UUID:
    """Return the draft of a form, beside another form in force; both have fields."""
    asking(world)
    return defined(world, world.draft("首检单", kind="form", number="QR-02"), CONCLUSION)


@pytest.mark.parametrize(
    ("guard", "refused", "allowed"),
    [
        (
            "f_2_definition_update",
            f"UPDATE form_definition SET content = '{{}}' WHERE revision_id IN {OF_OTHERS}",
            f"UPDATE form_definition SET names = '' WHERE revision_id IN {OF_DRAFTS}",
        ),
        (
            "f_2_definition_update",
            f"UPDATE form_definition SET document_id = revision_id WHERE revision_id IN {OF_DRAFTS}",
            f"UPDATE form_definition SET content = content WHERE revision_id IN {OF_DRAFTS}",
        ),
        (
            "f_2_definition_delete",
            f"DELETE FROM form_definition WHERE revision_id IN {OF_OTHERS}",
            f"DELETE FROM form_definition WHERE revision_id IN {OF_DRAFTS}",
        ),
    ],
)
def test_f_2_fields_change_with_their_draft_alone(
    world: World, two: UUID, guard: str, refused: str, allowed: str
) -> None:
    assert guard_of(lambda: statement(world, refused)) == guard
    statement(world, allowed)


def test_f_2_fields_are_added_to_drafts_alone(world: World, two: UUID) -> None:
    world.issued(world.draft("空表", kind="form", number="QR-03"))
    world.draft("另一空表", kind="form", number="QR-04")
    add = "INSERT INTO form_definition SELECT r.id, r.document_id, '', '' FROM revision r WHERE {which} AND "
    add += "r.id NOT IN (SELECT revision_id FROM form_definition)"
    refused = add.format(which="r.status = 'issued'")
    assert guard_of(lambda: statement(world, refused)) == "f_2_definition_insert"
    statement(world, add.format(which="r.status = 'draft'"))
