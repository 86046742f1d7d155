"""Registers of copies, reconciliation, readers and inbox: now and as of a past day (D-1, D-2, D-4, D-7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select

from docctl.domain.distribution import Reconciled
from docctl.domain.verdicts import NotFound
from docctl.queries.copy_page import CopyPage, copy_named, copy_page
from docctl.queries.copy_register import CopyFilter, copy_register
from docctl.queries.distribution import DistributionPage, distribution_page
from docctl.queries.inbox import inbox, inbox_count
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import handing as h
from tests.world import World


def listed(world: World, who: str = "chen", **wanted: object) -> list[tuple[str, str]]:
    """Return the copies of a register with their states."""
    with world.house.uow.read() as session:
        found = copy_register(
            session,
            world.by(who).actor,
            CopyFilter(**wanted),  # type: ignore[arg-type]
            at=world.clock(),
            zone=world.house.zone,
        )
    assert found.total == len(found.rows)
    return [(one.copy, one.state) for one in found.rows]


def page(world: World, revision_id: UUID, who: str = "chen", as_of: date | None = None) -> DistributionPage:
    with world.house.uow.read() as session:
        return distribution_page(
            session,
            world.by(who).actor,
            revision_id,
            at=world.clock(),
            zone=world.house.zone,
            as_of=as_of,
        )


def copy(world: World, copy_id: UUID, who: str = "chen") -> CopyPage:
    with world.house.uow.read() as session:
        return copy_page(session, world.by(who).actor, copy_id, at=world.clock(), zone=world.house.zone)


def waiting(world: World, who: str) -> dict[str, int]:
    """Return what waits for a person, by verb; list and count agree."""
    with world.house.uow.read() as session:
        actor = world.by(who).actor
        found = inbox(session, actor, at=world.clock(), zone=world.house.zone)
        count = inbox_count(session, actor, at=world.clock(), zone=world.house.zone)
    assert found.total == count
    assert len(found.tasks) == count
    assert all(one.since <= world.clock() for one in found.tasks)
    return dict(found.counts)


def withdrawn(world: World, revision_id: UUID) -> None:
    cmd = WithdrawRevision(revision_id, world.revision(revision_id).row_version, "不再使用")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)


@pytest.fixture
def first(world: World) -> UUID:
    """Return a revision in force with two copies on paper, one on screen, one on a wall."""
    return h.distributed(
        world, h.to_unit(world, copies=2, reads=True), h.to_person(world, "zhang"), h.to_wall(world)
    )


def test_d_2_every_copy_of_a_superseded_revision_must_come_back(world: World, first: UUID) -> None:
    one, two, screen, wall = (each.id for each in h.copies(world, first))
    h.received(world, one)
    world.clock.forward(days=1)
    h.followed(world, first)
    assert listed(world, revision_id=first) == [
        ("001", "recalled"),
        ("002", "recalled"),
        ("003", "recalled"),
        ("004", "recalled"),
    ]
    h.returned(world, one)
    h.destroyed(world, two)
    h.lost(world, screen, who="zhang")
    assert page(world, first).here == Reconciled(4, 1, 1, 1, 1, 1)
    assert page(world, first).whole == Reconciled(8, 1, 1, 1, 5, 1)
    h.returned(world, wall)
    assert page(world, first).here.is_settled
    assert page(world, first).whole.adds_up
    assert listed(world, recalls=True) == [
        ("001", "returned"),
        ("002", "destroyed"),
        ("003", "lost"),
        ("004", "returned"),
    ]


def test_d_2_before_the_day_of_the_next_one_nothing_is_recalled(world: World, first: UUID) -> None:
    second = h.followed(world, first, on=world.house.today() + timedelta(days=2))
    assert {state for _, state in listed(world, revision_id=first)} == {"issued"}
    assert "collect" not in waiting(world, "chen")
    world.clock.forward(days=2)
    assert {state for _, state in listed(world, revision_id=first)} == {"recalled"}
    assert waiting(world, "chen")["collect"] == 1
    assert {state for _, state in listed(world, revision_id=second)} == {"issued"}


def test_a_4_what_comes_back_waits_since_the_first_call(world: World, first: UUID) -> None:
    one, two, *_ = h.copies(world, first)
    all_that_happens: list[Callable[[], object]] = [
        lambda: h.recalled(world, one.id),
        lambda: h.followed(world, first, on=world.house.today() + timedelta(days=2)),
        lambda: h.recalled(world, two.id),
        lambda: world.clock.forward(days=2),
    ]
    at = world.clock()
    for happens in all_that_happens:
        happens()
        world.clock.forward(minutes=1)
        with world.house.uow.read() as session:
            tasks = inbox(
                session, world.by("chen").actor, at=world.clock(), zone=world.house.zone, verb="collect"
            ).tasks
        assert [task.since for task in tasks] == [at]


def test_d_2_a_revision_withdrawn_before_its_day_calls_its_own_copies_only(world: World, first: UUID) -> None:
    second = h.followed(world, first, on=world.house.today() + timedelta(days=2))
    world.clock.forward(hours=1)
    withdrawn(world, second)
    assert {state for _, state in listed(world, revision_id=second)} == {"recalled"}
    world.clock.forward(days=3)
    assert {state for _, state in listed(world, revision_id=first)} == {"issued"}


def test_d_2_a_withdrawal_calls_all_copies_at_once(world: World, first: UUID) -> None:
    world.clock.forward(hours=1)
    withdrawn(world, first)
    assert {state for _, state in listed(world)} == {"recalled"}
    found = waiting(world, "li")
    assert (found["give_back"], found["take_down"]) == (2, 1)  # paper, and the wall of its unit (D-1)


def test_a_4_the_inbox_has_receipt_recall_and_reading(world: World, first: UUID) -> None:
    assert waiting(world, "li") == {"read": 1, "receive_copy": 2, "put_up": 1}
    assert waiting(world, "wang") == {"read": 1}  # of the unit, but no keeper
    assert waiting(world, "zhang") == {"receive_copy": 1}
    assert "collect" not in waiting(world, "chen")
    one, *_ = h.copies(world, first)
    h.received(world, one.id)
    h.read_it(world, first)
    assert waiting(world, "li") == {"read": 1, "receive_copy": 1, "put_up": 1}
    assert waiting(world, "wang") == {}
    h.recalled(world, one.id)
    assert waiting(world, "li")["give_back"] == 1
    assert waiting(world, "chen")["collect"] == 1
    h.returned(world, one.id)
    assert "collect" not in waiting(world, "chen")


def test_d_4_what_ended_is_read_no_more(world: World, first: UUID) -> None:
    world.clock.forward(days=1)
    h.followed(world, first)
    assert waiting(world, "wang") == {"read": 1}  # the new one
    assert [one.name for one in page(world, first).readers] == ["李秀兰", "王强"]


def test_d_7_the_register_as_of_a_past_day(world: World, first: UUID) -> None:
    day = world.house.today()
    one, two, *_ = h.copies(world, first)
    world.clock.forward(days=1)
    h.received(world, one.id)
    world.clock.forward(days=1)
    h.followed(world, first)
    world.clock.forward(days=1)
    h.lost(world, two.id)
    world.clock.forward(days=1)
    h.returned(world, one.id)
    h.returned(world, two.id, reason="找到")

    def was(after: int) -> list[str]:
        rows = listed(world, revision_id=first, as_of=day + timedelta(days=after))
        return [state for _, state in rows][:2]

    assert listed(world, as_of=day - timedelta(days=1)) == []
    assert [was(after) for after in range(5)] == [
        ["issued", "issued"],
        ["received", "issued"],
        ["recalled", "recalled"],
        ["recalled", "lost"],
        ["returned", "returned"],
    ]
    then = page(world, first, as_of=day + timedelta(days=3))
    assert (then.here, then.as_of) == (Reconciled(4, 0, 0, 1, 3, 3), day + timedelta(days=3))
    assert then.change is not None


def test_d_4_who_had_read_it_by_then(world: World, first: UUID) -> None:
    day = world.house.today()
    world.clock.forward(days=1)
    h.read_it(world, first)
    world.clock.forward(days=1)
    h.read_it(world, first, who="li")
    assert [page(world, first, as_of=day + timedelta(days=after)).read for after in range(3)] == [0, 1, 2]
    assert page(world, first).read == 2


def test_x_3_a_person_sees_their_own_copies_and_those_of_documents_known_from_inside(
    world: World, first: UUID
) -> None:
    assert [one for one, _ in listed(world, "zhang")] == ["003"]
    assert [one for one, _ in listed(world, "li")] == ["001", "002", "004"]
    assert listed(world, "wang") == []
    assert len(listed(world, "qian")) == 4  # the auditor
    with pytest.raises(NotFound):
        page(world, first, "li")
    screen = h.copies(world, first)[2].id
    assert copy(world, screen, "zhang").holder == "张伟"
    with pytest.raises(NotFound):
        copy(world, screen, "li")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (lambda w: {"text": "张伟"}, ["003"]),
        (lambda w: {"text": "记录控制 004"}, ["004"]),
        (lambda w: {"medium": "posted"}, ["004"]),
        (lambda w: {"unit_id": w.units["SC"]}, ["001", "002", "004"]),
        (lambda w: {"unit_id": w.units["KF"]}, ["003"]),
        (lambda w: {"state": "received"}, ["001"]),
        (lambda w: {"recalls": True}, []),
    ],
)
def test_d_7_the_register_is_filtered(
    world: World, first: UUID, wanted: Callable[[World], dict[str, object]], found: list[str]
) -> None:
    h.received(world, h.copies(world, first)[0].id)
    assert [one for one, _ in listed(world, **wanted(world))] == found


def test_d_2_a_copy_offers_what_may_be_done_with_it_and_says_who_takes_it_back(
    world: World, first: UUID
) -> None:
    paper = h.copies(world, first)[0].id

    def offered(who: str) -> dict[str, str]:
        actions = copy(world, paper, who).actions
        return {one.name: "" if one.refused is None else one.refused.key for one in actions}

    assert offered("li") == {"receive": "", "return": "D-2.control_takes_back", "lose": ""}
    assert offered("chen") == {"receive": "", "return": "", "destroy": "", "lose": "", "recall": ""}
    world.clock.forward(days=1)
    h.followed(world, first)
    assert [one.name for one in copy(world, paper).actions if one.is_primary] == ["return"]
    h.returned(world, paper)
    assert offered("chen") == offered("li") == {}
    shown = copy(world, paper)
    assert (shown.state, shown.closed_by) == ("returned", "陈静")


def test_n_10_a_copy_is_found_by_the_numbers_of_document_and_copy(world: World, first: UUID) -> None:
    number = world.document_of(first).number
    today = world.house.today()
    with world.house.uow.read() as session:
        li = world.by("li").actor
        assert copy_named(session, li, number.lower(), "2", today=today) == h.copies(world, first)[1].id
        for wrong in ("3", "9", "x", ""):
            with pytest.raises(NotFound):
                copy_named(session, li, number, wrong, today=today)


def test_style_10_a_page_asks_the_same_number_of_statements_for_many_copies(world: World) -> None:
    def statements(revision_id: UUID) -> int:
        seen: list[str] = []

        def note(_conn, _cursor, statement: str, *_: object) -> None:  # type: ignore[no-untyped-def]
            seen.append(statement)

        with world.house.uow.read() as session:
            actor = world.by("chen").actor
            session.execute(select(1))
            event.listen(world.house.uow.engine, "before_cursor_execute", note)
            distribution_page(session, actor, revision_id, at=world.clock(), zone=world.house.zone)
            event.remove(world.house.uow.engine, "before_cursor_execute", note)
        return len(seen)

    few = world.issued(h.listed(world, world.draft("少"), h.to_unit(world), h.to_person(world)))
    many = world.issued(
        h.listed(world, world.draft("多"), h.to_unit(world, copies=50), h.to_wall(world), h.to_person(world))
    )
    assert statements(few) == statements(many)
