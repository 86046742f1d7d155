"""Reviews of documents that are revised or withdrawn, and who may know of them (D-5, V-6, X-3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from docctl.domain.reasons import LONGEST
from docctl.domain.reviews import ReviewCause
from docctl.models.trail import EventDetail, EventRow
from docctl.queries import due_dates
from docctl.services.reviews.ask import OpenReviews, open_reviews
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import handing
from tests.web.browser import Browser
from tests.web.test_reviews import REVIEWS, asked, number, of_document, planned, rows
from tests.world import World


@pytest.fixture
def issued(world: World) -> UUID:
    """Return a procedure in force, of the unit that 欧阳雪 heads."""
    return world.issued(world.draft())


def withdrawn(world: World, revision_id: UUID, reason: str = "不再使用") -> None:
    cmd = WithdrawRevision(revision_id, world.revision(revision_id).row_version, reason)
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)


def told(world: World, action: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    with world.house.uow.read() as session:
        found = session.scalars(select(EventRow).where(EventRow.action == action).order_by(EventRow.seq))
        return [
            (json.loads(one.facts), json.loads(session.get_one(EventDetail, one.seq).bytes)) for one in found
        ]


def days_ago(world: World, days: int) -> str:
    return (world.house.today() - timedelta(days=days)).isoformat()


def waits(client: Browser, who: str, words: str) -> bool:
    client.sign_in(who)
    return words in client.page("/").text_content()


def decided(client: Browser, here: str, outcome: str) -> None:
    client.sign_in("ouyang")
    assert client.submit(here, {"outcome": outcome, "note": "第 5 章不符"}).status_code == 303


def test_d_5_a_withdrawal_closes_what_was_asked_of_the_document(
    client: Browser, world: World, issued: UUID
) -> None:
    planned(client, world, issued, ahead=20)
    asked(client, world, issued)
    other = world.issued(world.draft("另一份", number="QP-61"))
    asked(client, world, other)
    assert waits(client, "ouyang", "评审文件")
    world.clock.forward(days=1)
    withdrawn(world, issued, "已" * (LONGEST + 1))
    found = rows(world, issued)
    assert [(one.cause, one.outcome, one.revision_id) for one in found] == [
        ("periodic", "withdraw", issued),
        ("law", "withdraw", issued),
    ]
    assert {(one.note, one.decided_by) for one in found} == {("已" * LONGEST, world.people["chen"])}
    assert [
        (facts["cause"], facts["decision"], "next" in facts) for facts, _ in told(world, "review.decided")
    ] == [
        ("periodic", "withdraw", False),
        ("law", "withdraw", False),
    ]
    assert [one.outcome for one in rows(world, other)] == [None]
    client.sign_in("chen")
    assert "落实评审结论" not in client.page("/").text_content()  # nothing is left to do
    assert number(world, issued) not in client.page(f"{REVIEWS}?state=open").text_content()
    assert number(world, issued) in client.page(f"{REVIEWS}?state=withdraw").text_content()


def test_d_5_the_plan_goes_on_with_the_revision_that_comes_after_a_withdrawal(
    client: Browser, world: World, issued: UUID
) -> None:
    planned(client, world, issued, ahead=20)
    withdrawn(world, issued)
    world.clock.forward(days=2)
    handing.followed(world, issued)
    assert [(one.outcome, one.due_on) for one in rows(world, issued)] == [
        ("withdraw", date(2026, 3, 22)),
        (None, date(2027, 3, 4)),
    ]


def test_d_5_reviews_stay_open_while_a_revision_is_in_force_or_to_come(
    client: Browser, world: World, issued: UUID
) -> None:
    asked(client, world, issued)
    waiting = handing.followed(world, issued, on=world.house.today() + timedelta(days=5))
    withdrawn(world, waiting)  # before its day: the first one stays in force
    assert [one.outcome for one in rows(world, issued)] == [None]
    again = handing.followed(world, issued, on=world.house.today() + timedelta(days=5))
    withdrawn(world, issued)
    assert [one.outcome for one in rows(world, issued)] == [None]
    withdrawn(world, again)  # now nothing is to come any more
    assert [(one.outcome, one.revision_id) for one in rows(world, issued)] == [("withdraw", again)]


def test_d_5_a_decided_withdrawal_waits_also_where_a_next_revision_is_in_force_meanwhile(
    client: Browser, world: World, issued: UUID
) -> None:
    here = asked(client, world, issued)
    decided(client, here, "withdraw")
    world.clock.forward(days=1)
    second = handing.followed(world, issued)
    assert waits(client, "chen", "落实评审结论")
    assert "尚未作废" in client.page(REVIEWS).text_content()
    world.clock.forward(days=1)
    withdrawn(world, second)
    assert not waits(client, "chen", "落实评审结论")
    world.clock.forward(days=1)
    handing.followed(world, issued)
    assert not waits(client, "chen", "落实评审结论")  # it was done; what comes after is another matter


@pytest.mark.parametrize(("days", "is_done"), [(1, False), (0, True)], ids=["before its day", "in force"])
def test_d_5_a_next_revision_that_was_never_in_force_ends_no_decided_withdrawal(
    client: Browser, world: World, issued: UUID, days: int, is_done: bool
) -> None:
    here = asked(client, world, issued)
    decided(client, here, "withdraw")
    world.clock.forward(hours=1)
    second = handing.followed(world, issued, on=world.house.today() + timedelta(days=days))
    world.clock.forward(hours=1)
    withdrawn(world, second)
    if is_done:  # what comes after is another matter
        world.clock.forward(days=1)
        handing.followed(world, issued)
    assert waits(client, "chen", "落实评审结论") is not is_done


@pytest.mark.parametrize(("outcome", "said"), [("revise", "修订未开始"), ("withdraw", "尚未作废")])
def test_d_7_a_past_day_shows_what_was_not_begun_then(
    client: Browser, world: World, issued: UUID, outcome: str, said: str
) -> None:
    decided(client, asked(client, world, issued), outcome)
    world.clock.forward(days=2)
    if outcome == "revise":
        handing.revised(world, issued)
    else:
        withdrawn(world, issued)
    client.sign_in("chen")
    assert said not in client.page(REVIEWS).text_content()
    assert said in client.page(f"{REVIEWS}?as_of={days_ago(world, 1)}").text_content()
    name = number(world, issued)
    assert name not in client.page(f"{REVIEWS}?state=pending").text_content()
    assert name in client.page(f"{REVIEWS}?state=pending&as_of={days_ago(world, 1)}").text_content()
    assert name not in client.page(f"{REVIEWS}?state=pending&as_of={days_ago(world, 3)}").text_content()


def test_d_5_every_day_of_a_next_review_is_in_the_trail(client: Browser, world: World, issued: UUID) -> None:
    planned(client, world, issued, months=24, ahead=20)
    handing.followed(world, issued, on=date(2026, 3, 10))
    (_first, (facts, detail)) = told(world, "review.planned")
    assert (facts["months"], facts["next"]) == (24, "2028-03-10")
    assert detail["before"] == {"months": 24, "next": "2026-03-22"}
    world.clock.forward(days=10)
    decided(client, f"{REVIEWS}/{rows(world, issued)[0].id}", "confirm")
    ((facts, _),) = told(world, "review.decided")
    assert facts["next"] == "2028-03-12"
    unplanned = world.issued(world.draft("另一份", number="QP-61"))
    decided(client, asked(client, world, unplanned), "confirm")
    assert "next" not in told(world, "review.decided")[-1][0]
    assert len(told(world, "review.planned")) == 2  # the issue of what has no plan says nothing


def test_x_3_a_head_of_another_unit_sees_reviews_as_long_as_they_see_the_document(
    client: Browser, world: World, issued: UUID
) -> None:
    world.let_head("zhang")  # of 客服部
    here = asked(client, world, issued)
    client.sign_in("zhang")
    assert number(world, issued) in client.page("/").text_content()
    assert number(world, issued) in client.page(REVIEWS).text_content()
    assert client.get(here).status_code == client.get(of_document(world, issued)).status_code == 200
    world.clock.forward(days=2)
    withdrawn(world, issued)
    for who, seen in (("zhang", False), ("ouyang", True)):  # she is of the unit, and heads it no more
        client.sign_in(who)
        for address in (REVIEWS, f"{REVIEWS}?as_of={days_ago(world, 1)}"):
            assert (number(world, issued) in client.page(address).text_content()) is seen
        status = 200 if seen else 404
        assert client.get(here).status_code == client.get(of_document(world, issued)).status_code == status


def test_x_3_the_calendar_tells_no_head_of_another_unit_what_is_not_in_force_yet(
    client: Browser, world: World, issued: UUID
) -> None:
    world.let_head("zhang")
    draft = handing.revised(world, issued)
    world.issued(draft, on=world.house.today() + timedelta(days=3))
    for who, seen in (("zhang", False), ("ouyang", True)):
        client.sign_in(who)
        assert (str(draft) in client.get("/documents/due").text) is seen
    world.clock.forward(days=3)
    client.sign_in("zhang")
    assert str(draft) in client.get("/documents/due").text


@pytest.mark.parametrize(("most", "listed"), [(2, 2), (3, 3)], ids=["one too many", "all"])
def test_d_5_the_calendar_counts_what_it_has_no_room_for(
    client: Browser, world: World, issued: UUID, monkeypatch: pytest.MonkeyPatch, most: int, listed: int
) -> None:
    for cause in ("law", "accident", "audit"):
        asked(client, world, issued, cause)
    handing.followed(world, issued, on=world.house.today() + timedelta(days=3))  # two of another kind
    monkeypatch.setattr(due_dates, "MOST", most)
    with world.house.uow.read() as session:
        chen, at, zone = world.by("chen").actor, world.clock(), world.house.zone
        found = due_dates.due_month(session, chen, date(2026, 3, 1), at=at, zone=zone)
    assert (found.total, found.is_cut) == (5, most < 3)
    assert sum(len(items) for _, items in found.days) == listed + 2
    assert "5 项" in client.page("/documents/due?month=2026-03").text_content()


def statements(world: World, act: Callable[[], object]) -> list[str]:
    """Return the statements but inserts that an act takes."""
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("INSERT"):
            seen.append(statement)

    event.listen(world.house.uow.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(world.house.uow.engine, "before_cursor_execute", note)
    return seen


def test_d_5_an_event_takes_as_many_questions_for_many_documents_as_for_one(world: World) -> None:
    ids = [
        world.document_of(world.issued(world.draft(f"办法 {one}", number=f"QP-7{one}"))).id
        for one in range(5)
    ]

    def ask(*which: UUID) -> list[str]:
        cmd = OpenReviews(which, ReviewCause.LAW, "新法规", world.house.today())
        by = world.by("chen")
        return statements(world, lambda: open_reviews(cmd, by=by, house=world.house))

    assert len(ask(ids[0])) == len(ask(*ids[1:]))


def test_d_5_reviews_alike_in_all_that_orders_them_stand_on_one_page_each(
    client: Browser, world: World, issued: UUID
) -> None:
    for cause in ("law", "accident", "audit", "complaint"):
        asked(client, world, issued, cause)
    ids = sorted(str(one.id) for one in rows(world, issued))
    text = client.get(REVIEWS).text
    assert sorted(ids, key=text.index) == ids
