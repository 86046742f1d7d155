"""What the database itself forbids with printed blanks (D-10)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.models.base import new_id
from docctl.models.blanks import BlankEnd, BlankIssue, BlankPrint
from tests import printed as p
from tests.services.test_guards import guard_of, statement
from tests.world import World


def again(world: World, kind: type, found: UUID, *, lets: bool = False, **changes: object) -> str:
    """Insert a row like one that is there, changed; return the guard that refuses it, "" where none shall."""

    def insert(session: object) -> None:
        row = session.get_one(kind, found)  # type: ignore[attr-defined]
        columns = {one.key: getattr(row, one.key) for one in kind.__table__.columns}  # type: ignore[attr-defined]
        columns.pop("row_version", None)
        session.add(kind(**{**columns, "id": new_id(), **changes}))  # type: ignore[attr-defined]

    if lets:
        world.house.uow.write(insert)
        return ""
    return guard_of(lambda: world.house.uow.write(insert))


def test_d_10_guards_of_prints_issues_and_ends(world: World) -> None:
    print_id = p.printed(world, p.form_revision(world))
    issue = p.out(world, print_id, "1", "50")
    p.received(world, issue)
    p.ended(world, "void", print_id, "5", "9")
    with world.house.uow.read() as session:
        (end,) = session.query(BlankEnd.id).one()
    for kind, found, refused in (
        (BlankPrint, print_id, "d_10_print_insert"),
        (BlankIssue, issue, "d_10_issue_insert"),
        (BlankEnd, end, "d_10_end_insert"),
    ):
        assert again(world, kind, found) == refused
    assert again(world, BlankPrint, print_id, first=100, last=101) == "d_10_print_insert"
    assert again(world, BlankPrint, print_id, lets=True, first=101, last=102, issued=0, ended=0) == ""
    assert again(world, BlankIssue, issue, first=50, last=51) == "d_10_issue_insert"
    assert again(world, BlankIssue, issue, first=100, last=101) == "d_10_issue_insert"  # not of the print
    assert again(world, BlankIssue, issue, lets=True, first=51, last=100, ended=0) == ""
    assert again(world, BlankEnd, end, first=9, last=10) == "d_10_end_insert"
    assert again(world, BlankEnd, end, state="returned", was_lost=True) == "d_10_end_insert"  # never lost
    assert again(world, BlankEnd, end, lets=True, first=10, last=11) == ""


@pytest.mark.parametrize(
    ("sql", "guard"),
    [
        ("UPDATE blank_print SET last = 200", "d_10_print_content"),
        ("UPDATE blank_print SET ended = 0", "d_10_print_counted"),
        ("DELETE FROM blank_print", "d_10_print_delete"),
        ("UPDATE blank_issue SET last = 60", "d_10_issue_content"),
        ("UPDATE blank_issue SET receiver = 'x'", "d_10_issue_received"),
        ("UPDATE blank_issue SET ended = 0", "d_10_issue_counted"),
        ("DELETE FROM blank_issue", "d_10_issue_delete"),
        ("UPDATE blank_end SET reason = 'x'", "d_10_end_update"),
        ("DELETE FROM blank_end", "d_10_end_delete"),
    ],
)
def test_d_10_what_was_noted_of_blanks_does_not_change(world: World, sql: str, guard: str) -> None:
    print_id = p.printed(world, p.form_revision(world))
    p.received(world, p.out(world, print_id, "1", "50"))
    p.ended(world, "void", print_id, "5", "9")
    assert guard_of(lambda: statement(world, sql)) == guard
