"""Lists, controlled copies, recall and readers as use cases, with races and guards (D-1, D-2, D-4, D-8)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from docctl.domain.copy_states import CopyStatus, Medium
from docctl.domain.distribution import HolderKind, ListEntry
from docctl.domain.verdicts import Conflict, NotFound, RuleRefused
from docctl.services.distribution.change import (
    AddRecipient,
    RemoveRecipient,
    add_recipient,
    remove_recipient,
)
from docctl.services.distribution.copies import ReceiveCopy, receive_copy
from docctl.services.distribution.draft import (
    ListRecipient,
    UnlistRecipient,
    list_recipient,
    unlist_recipient,
)
from docctl.services.people.posts import AddPost, HoldPost, add_post, take_post
from docctl.services.revisions.issue import IssueRevision, issue_revision
from docctl.services.revisions.revise import ReviseDocument, revise_document
from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision
from tests import handing as h
from tests.world import World, as_owner


def key_of(act: Callable[[], object]) -> str:
    with pytest.raises(RuleRefused) as error:
        act()
    return error.value.refused.key


def states(world: World, revision_id: UUID) -> list[str]:
    return [one.status.value for one in h.copies(world, revision_id)]


def withdrawn(world: World, revision_id: UUID) -> None:
    cmd = WithdrawRevision(revision_id, world.revision(revision_id).row_version, "不再使用")
    withdraw_revision(cmd, by=world.by("chen"), house=world.house)


def test_d_8_the_list_is_part_of_what_is_signed(world: World) -> None:
    draft = world.draft()
    before = world.seen(draft)
    h.listed(world, draft, h.to_unit(world, copies=2, reads=True))
    assert world.seen(draft) != before
    world.submitted(draft)
    (entry,) = json.loads(world.revision(draft).manifest or "")["facts"]["distribution"]
    assert (entry["name"], entry["copies"], entry["medium"], entry["reads"]) == ("生产部", 2, "paper", True)
    again = ListRecipient(draft, None, h.to_unit(world, "KF"))
    assert key_of(lambda: list_recipient(again, by=world.by("chen"), house=world.house)) == "D-8.not_a_draft"


def test_d_8_an_entry_of_a_draft_is_taken_off_and_who_listed_has_worked_on_it(world: World) -> None:
    draft = h.listed(world, world.draft(author="li", unit="SC"), h.to_unit(world))
    assert world.revision(draft).editors == [str(world.people["chen"])]
    (entry,) = h.entries(world, draft)
    cmd = UnlistRecipient(draft, None, entry.id)
    for who, expected in (("wang", RuleRefused), ("zhang", NotFound)):  # of the unit; a stranger
        with pytest.raises(expected):
            unlist_recipient(cmd, by=world.by(who), house=world.house)
    unlist_recipient(cmd, by=world.by("chen"), house=world.house)
    assert h.entries(world, draft) == []
    assert h.actions(world, draft)[-2:] == ["distribution.listed", "distribution.unlisted"]
    with pytest.raises(NotFound):
        unlist_recipient(cmd, by=world.by("chen"), house=world.house)


def test_d_8_a_page_that_is_old_changes_nothing(world: World) -> None:
    draft = world.draft()
    old = world.revision(draft).row_version
    h.listed(world, draft, h.to_unit(world))
    with pytest.raises(Conflict):
        list_recipient(
            ListRecipient(draft, old, h.to_unit(world, "KF")), by=world.by("chen"), house=world.house
        )


def test_d_8_nobody_is_listed_who_is_not_there(world: World) -> None:
    draft = world.draft()
    for kind in (HolderKind.UNIT, HolderKind.POST, HolderKind.PERSON):
        with pytest.raises(NotFound):
            h.listed(world, draft, ListEntry(kind, draft, Medium.PAPER))


def test_d_1_issue_makes_a_copy_with_its_number_for_each_that_is_listed(world: World) -> None:
    first = h.distributed(world, h.to_unit(world, copies=2), h.to_person(world), h.to_wall(world))
    rows = h.copies(world, first)
    assert [(one.number, one.holder, one.medium.value, one.status.value) for one in rows] == [
        ("001", "生产部", "paper", "issued"),
        ("002", "生产部", "paper", "issued"),
        ("003", "王强", "screen", "issued"),
        ("004", "一车间公告栏（生产部）", "posted", "issued"),
    ]
    assert {one.issued_on for one in rows} == {world.house.today()}
    assert h.actions(world, first)[-1] == "distribution.issued"


def test_d_1_numbers_of_a_document_go_on_with_the_next_revision(world: World) -> None:
    first = h.distributed(world, h.to_unit(world), h.to_person(world))
    world.clock.forward(days=1)
    second = h.followed(world, first)
    assert [one.holder for one in h.entries(world, second)] == ["生产部", "王强"]  # carried over
    assert [one.number for one in h.copies(world, second)] == ["003", "004"]
    other = world.issued(h.listed(world, world.draft("另一程序"), h.to_unit(world)))
    assert [one.number for one in h.copies(world, other)] == ["001"]


def test_d_1_the_holder_acknowledges_the_receipt_and_others_see_no_such_copy(world: World) -> None:
    first = h.distributed(world, h.to_unit(world), h.to_person(world))
    paper, screen = (one.id for one in h.copies(world, first))
    with pytest.raises(NotFound):
        h.received(world, paper, who="zhang")
    h.received(world, paper)  # keeper of the unit
    h.received(world, screen, who="wang")
    row = h.copy_row(world, paper)
    assert (row.status, row.received_by, row.received_on) == (
        CopyStatus.RECEIVED,
        world.people["li"],
        world.house.today(),
    )
    assert key_of(lambda: h.received(world, paper)) == "D-2.no_such_move"
    assert h.actions(world, first)[-2:] == ["copy.received", "copy.received"]


def test_d_1_control_notes_a_receipt_signed_on_paper(world: World) -> None:
    first = h.distributed(world, h.to_wall(world))
    (copy,) = h.copies(world, first)
    world.clock.forward(days=3)
    cmd = ReceiveCopy(copy.id, copy.row_version, copy.issued_on + timedelta(days=1), "  王 强 ")
    receive_copy(cmd, by=world.by("chen"), house=world.house)
    row = h.copy_row(world, copy.id)
    assert (row.receiver, row.received_on, row.received_by) == (
        "王 强",
        copy.issued_on + timedelta(days=1),
        world.people["chen"],
    )
    with pytest.raises(Conflict):
        receive_copy(cmd, by=world.by("chen"), house=world.house)


def test_o_3_a_copy_of_a_post_is_with_who_holds_it_today(world: World) -> None:
    post = add_post(AddPost(world.units["SC"], "班长"), by=world.by("admin"), house=world.house)
    first = h.distributed(world, ListEntry(HolderKind.POST, post, Medium.PAPER))
    (copy,) = h.copies(world, first)
    assert copy.holder == "生产部 班长"
    with pytest.raises(NotFound):
        h.received(world, copy.id, who="wang")
    held = HoldPost(post, world.people["wang"], world.house.today())
    take_post(held, by=world.by("admin"), house=world.house)
    h.received(world, copy.id, who="wang")


def test_d_2_a_copy_comes_back_once(world: World) -> None:
    first = h.distributed(world, h.to_unit(world), h.to_person(world))
    paper, screen = (one.id for one in h.copies(world, first))
    world.clock.forward(days=1)
    h.followed(world, first)
    assert key_of(lambda: h.returned(world, paper, who="li")) == "D-2.control_takes_back"
    h.returned(world, paper)
    h.returned(world, screen, who="wang")  # its holder says that it is gone
    assert states(world, first) == ["returned", "returned"]
    assert key_of(lambda: h.returned(world, paper)) == "D-2.already_closed"
    assert h.copy_row(world, paper).closed_by == world.people["chen"]


def test_d_2_a_copy_is_destroyed_before_a_witness_or_lost_and_found(world: World) -> None:
    first = h.distributed(world, h.to_unit(world, copies=2))
    one, two = (each.id for each in h.copies(world, first))
    assert key_of(lambda: h.destroyed(world, one, witness="chen")) == "D-2.witness_is_same"
    assert key_of(lambda: h.destroyed(world, one, who="li", witness="wang")) == "X-1.not_permitted"
    h.destroyed(world, one)
    assert h.copy_row(world, one).witness_id == world.people["li"]
    assert key_of(lambda: h.lost(world, two, reason="")) == "D-2.reason_needed"
    h.lost(world, two)
    assert key_of(lambda: h.lost(world, two)) == "D-2.already_closed"
    assert key_of(lambda: h.received(world, two)) == "D-2.already_closed"
    h.returned(world, two, reason="在抽屉里找到")
    row = h.copy_row(world, two)
    assert (row.status, row.lost_reason, row.close_reason) == (
        CopyStatus.RETURNED,
        "找不到",
        "在抽屉里找到",
    )


def test_d_8_after_issue_the_list_changes_with_a_reason_only(world: World) -> None:
    first = h.distributed(world, h.to_unit(world))
    signed = world.revision(first).manifest_sha256
    add = AddRecipient(first, h.to_unit(world, "KF"), "新业务")
    for who, expected in (("li", RuleRefused), ("wang", RuleRefused)):
        with pytest.raises(expected):
            add_recipient(add, by=world.by(who), house=world.house)
    bare = AddRecipient(first, h.to_unit(world, "KF"), " ")
    assert key_of(lambda: add_recipient(bare, by=world.by("chen"), house=world.house)) == "D-2.reason_needed"
    entry = add_recipient(add, by=world.by("chen"), house=world.house)
    assert [one.number for one in h.copies(world, first)] == ["001", "002"]
    twice = "D-8.listed_twice"
    assert key_of(lambda: add_recipient(add, by=world.by("chen"), house=world.house)) == twice
    off = RemoveRecipient(first, entry, "撤销业务")
    remove_recipient(off, by=world.by("chen"), house=world.house)
    assert h.copies(world, first)[1].recall_reason == "撤销业务"
    gone = "D-8.removed_already"
    assert key_of(lambda: remove_recipient(off, by=world.by("chen"), house=world.house)) == gone
    assert world.revision(first).manifest_sha256 == signed
    assert [one for one in h.actions(world, first) if one.startswith("distribution.")] == [
        "distribution.listed",
        "distribution.issued",
        "distribution.added",
        "distribution.issued",
        "distribution.removed",
    ]


def test_d_8_a_list_of_what_is_over_does_not_change(world: World) -> None:
    first = h.distributed(world, h.to_unit(world))
    world.clock.forward(days=1)
    h.followed(world, first)
    add = AddRecipient(first, h.to_unit(world, "KF"), "迟到")
    assert key_of(lambda: add_recipient(add, by=world.by("chen"), house=world.house)) == "D-8.over"
    draft = world.draft("草稿")
    add = AddRecipient(draft, h.to_unit(world, "KF"), "太早")
    assert key_of(lambda: add_recipient(add, by=world.by("chen"), house=world.house)) == "D-8.not_issued"


def test_d_2_one_copy_is_called_back_while_its_revision_stays(world: World) -> None:
    first = h.distributed(world, h.to_unit(world))
    (copy,) = h.copies(world, first)
    assert key_of(lambda: h.recalled(world, copy.id, who="li")) == "X-1.not_permitted"
    h.recalled(world, copy.id)
    assert key_of(lambda: h.recalled(world, copy.id)) == "D-2.recalled_already"
    h.returned(world, copy.id)


def test_d_4_who_is_meant_is_asked_once_and_says_so_once(world: World) -> None:
    first = h.distributed(
        world, h.to_unit(world, reads=True), h.to_person(world, reads=True), h.to_unit(world, "KF")
    )
    assert h.readers(world, first) == {world.people["li"]: False, world.people["wang"]: False}
    assert key_of(lambda: h.read_it(world, first, who="zhang")) == "X-1.not_permitted"
    h.read_it(world, first)
    assert h.readers(world, first)[world.people["wang"]]
    assert key_of(lambda: h.read_it(world, first)) == "D-4.acknowledged_already"
    assert h.actions(world, first)[-1] == "reading.acknowledged"


def test_d_4_before_its_day_and_after_its_end_nothing_is_acknowledged(world: World) -> None:
    later = world.house.today() + timedelta(days=3)
    first = h.distributed(world, h.to_person(world, reads=True), on=later)
    with pytest.raises(RuleRefused):
        h.read_it(world, first)
    world.clock.forward(days=3)
    h.read_it(world, first)
    world.clock.forward(days=1)
    second = h.followed(world, first)
    withdrawn(world, second)
    assert key_of(lambda: h.read_it(world, second)) == "D-4.not_in_force"


def test_d_2_issue_of_the_next_revision_and_a_receipt_at_once_lose_nothing(world: World) -> None:
    first = h.distributed(world, h.to_unit(world, copies=2))
    copy, other = h.copies(world, first)
    cmd = ReviseDocument(world.document_of(first).id, "条款", "改正", (world.upload("chen"),))
    second = world.approved(revise_document(cmd, by=world.by("chen"), house=world.house))
    issue = IssueRevision(second, world.revision(second).row_version, world.house.today())
    failures: list[BaseException] = []
    barrier = threading.Barrier(3)

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001  # told below
            failures.append(error)

    world.clock.forward(minutes=1)
    acts: list[Callable[[], object]] = [
        lambda: issue_revision(issue, by=world.by("chen"), house=world.house),
        lambda: h.received(world, copy.id),
        lambda: h.received(world, other.id, who="chen"),
    ]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []
    assert states(world, first) == ["received", "received"]
    assert [one.number for one in h.copies(world, second)] == ["003", "004"]
    assert world.revision(first).effective_until is not None
    h.returned(world, copy.id)  # as something recalled, without a reason
    h.returned(world, other.id)


WRONG = (
    "UPDATE controlled_copy SET number = '099'",
    "UPDATE controlled_copy SET status = 'issued'",
    "UPDATE controlled_copy SET closed_on = '2026-01-01'",
    "UPDATE controlled_copy SET received_on = '2026-01-01'",
    "DELETE FROM controlled_copy",
    "DELETE FROM distribution_entry",
    "UPDATE distribution_entry SET copies = 9",
    "UPDATE read_task SET acknowledged_at = NULL",
    "DELETE FROM read_task",
)


@pytest.mark.parametrize("statement", WRONG)
def test_d_2_the_database_keeps_what_was_issued_and_closed(world: World, statement: str) -> None:
    first = h.distributed(world, h.to_unit(world, reads=True))
    (copy,) = h.copies(world, first)
    h.received(world, copy.id)
    h.read_it(world, first, who="li")
    h.returned(world, copy.id, reason="不再需要")
    with pytest.raises((DBAPIError, RuleRefused)):
        as_owner(world.house).write(lambda session: session.execute(text(statement)))
    assert states(world, first) == ["returned"]
