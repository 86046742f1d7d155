"""What the database itself forbids with lists, copies and readers (D-1, D-2, D-4, D-8)."""

from __future__ import annotations

from tests import handing as h
from tests.services.test_guards import guard_of, statement
from tests.world import World

_ANOTHER = """INSERT INTO distribution_entry (id, revision_id, ordinal, kind, unit_id, post_id, person_id,
    place, medium, copies, reads, holder, added_at, added_by, reason, removed_reason)
SELECT r.id, r.id, 9, e.kind, e.unit_id, e.post_id, e.person_id, e.place, e.medium, e.copies, e.reads,
    e.holder, e.added_at, e.added_by, :reason, '' FROM distribution_entry e, revision r WHERE r.id = :id"""


def test_d_8_guards_of_the_list_of_a_revision(world: World) -> None:
    issued = h.distributed(world, h.to_unit(world), h.to_person(world))
    draft = h.listed(world, world.draft("别的程序"), h.to_unit(world))
    waiting = world.submitted(h.listed(world, world.draft("又一程序"), h.to_unit(world)))
    of = {"issued": issued.hex, "draft": draft.hex, "waiting": waiting.hex}
    change = "UPDATE distribution_entry SET copies = 7 WHERE revision_id = :id"
    delete = "DELETE FROM distribution_entry WHERE revision_id = :id"
    remove = (
        "UPDATE distribution_entry SET removed_at = added_at, removed_by = added_by, removed_reason = '调岗' "
        "WHERE revision_id = :id"
    )
    for sql, name in ((change, "d_8_entry_content"), (delete, "d_8_entry_delete")):
        assert guard_of(lambda sql=sql: statement(world, sql, id=of["waiting"])) == name  # type: ignore[misc]
    assert guard_of(lambda: statement(world, remove, id=of["waiting"])) == "d_8_entry_removed"
    statement(world, remove, id=of["issued"])
    again = "UPDATE distribution_entry SET removed_reason = 'x' WHERE revision_id = :id"
    assert guard_of(lambda: statement(world, again, id=of["issued"])) == "d_8_entry_removed"
    new = "d_8_entry_insert"
    assert guard_of(lambda: statement(world, _ANOTHER, id=of["waiting"], reason="补发")) == new
    assert guard_of(lambda: statement(world, _ANOTHER, id=of["issued"], reason="")) == new
    statement(world, delete, id=of["draft"])


def test_d_1_d_2_guards_of_controlled_copies(world: World) -> None:
    revision = h.distributed(world, h.to_unit(world, copies=2))
    one, other = (copy.id for copy in h.copies(world, revision))
    h.received(world, one)
    h.recalled(world, one)
    h.lost(world, one)
    assert guard_of(lambda: statement(world, "DELETE FROM controlled_copy")) == "d_2_copy_delete"
    tries = {
        "d_1_copy_identity": "holder = 'x'",
        "d_1_copy_received": "receiver = 'x'",
        "d_2_copy_recalled": "recall_reason = 'x'",
        "d_2_copy_lost": "lost_reason = 'x'",
        "d_2_copy_moves": "status = 'issued'",
    }
    for name, change in tries.items():
        sql = f"UPDATE controlled_copy SET {change} WHERE id = :id"
        assert guard_of(lambda sql=sql: statement(world, sql, id=one.hex)) == name  # type: ignore[misc]
    h.returned(world, one)
    closed = {"d_2_copy_closed": "close_reason = 'x'", "d_2_copy_final": "status = 'received'"}
    for name, change in closed.items():
        sql = f"UPDATE controlled_copy SET {change} WHERE id = :id"
        assert guard_of(lambda sql=sql: statement(world, sql, id=one.hex)) == name  # type: ignore[misc]
    taken = "status = 'received', received_on = issued_on, received_at = issued_at, received_by = issued_by"
    statement(world, f"UPDATE controlled_copy SET {taken} WHERE id = :id", id=other.hex)
    more = """INSERT INTO controlled_copy (id, document_id, revision_id, entry_id, sequence, number, kind,
        unit_id, place, medium, holder, status, issued_at, issued_on, issued_by, receiver, recall_reason,
        lost_reason, close_reason, row_version)
    SELECT document_id, document_id, revision_id, entry_id, 9, '9', kind, unit_id, place, medium, holder,
        'received', issued_at, issued_on, issued_by, '', '', '', '', 1 FROM controlled_copy WHERE id = :id"""
    assert guard_of(lambda: statement(world, more, id=other.hex)) == "d_1_copy_insert"
    statement(world, more.replace("'received'", "'issued'"), id=other.hex)


def test_d_4_guards_of_who_was_asked_to_read(world: World) -> None:
    revision = h.distributed(world, h.to_person(world, reads=True))
    assert guard_of(lambda: statement(world, "DELETE FROM read_task")) == "d_4_read_delete"
    asked = "UPDATE read_task SET person_id = asked_by"
    assert guard_of(lambda: statement(world, asked)) == "d_4_read_asked"
    h.read_it(world, revision)
    done = "UPDATE read_task SET acknowledged_at = NULL"
    assert guard_of(lambda: statement(world, done)) == "d_4_read_done"
