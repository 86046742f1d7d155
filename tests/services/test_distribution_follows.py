"""Lists that change while the next revision is under way, holders that are gone meanwhile (D-8, A-16)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select

from docctl.domain.distribution import MOST_ENTRIES
from docctl.domain.verdicts import Conflict, NotFound
from docctl.models.documents import Revision
from docctl.models.organisation import Unit
from docctl.models.trail import EventDetail, EventRow
from docctl.queries.distribution import DistributionPage, distribution_page
from docctl.queries.distribution_changes import list_is_draft
from docctl.services.distribution.change import (
    AddRecipient,
    RemoveRecipient,
    add_recipient,
    remove_recipient,
)
from docctl.services.distribution.draft import new_entries
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.posts import AddPost, add_post
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from tests import handing as h
from tests.world import World


def added(world: World, revision_id: UUID, code: str = "KF", **more: Any) -> UUID:
    cmd = AddRecipient(revision_id, h.to_unit(world, code, **more), "新增岗位")
    return add_recipient(cmd, by=world.by("chen"), house=world.house)


def removed(world: World, revision_id: UUID, holder: str) -> None:
    entry = next(one for one in h.entries(world, revision_id) if one.holder == holder)
    cmd = RemoveRecipient(revision_id, entry.id, "不再使用")
    remove_recipient(cmd, by=world.by("chen"), house=world.house)


def holders(world: World, revision_id: UUID) -> list[str]:
    return [one.holder for one in h.entries(world, revision_id) if one.removed_at is None]


def page(world: World, revision_id: UUID) -> DistributionPage:
    with world.house.uow.read() as session:
        return distribution_page(
            session, world.by("chen").actor, revision_id, at=world.clock(), zone=world.house.zone
        )


def told(world: World, action: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    with world.house.uow.read() as session:
        rows = session.scalars(select(EventRow).where(EventRow.action == action).order_by(EventRow.seq)).all()
        return [
            (json.loads(one.facts), json.loads(session.get_one(EventDetail, one.seq).bytes)) for one in rows
        ]


def close(world: World, code: str) -> None:
    def work(session: Any) -> None:
        session.get_one(Unit, world.units[code]).valid_until = world.house.today()

    world.house.uow.write(work)


def counted(world: World, act: Callable[[], object], *, only: str = "") -> int:
    """Return how many statements an act takes; `only` those that begin so."""
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(world.house.uow.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(world.house.uow.engine, "before_cursor_execute", note)
    return sum(one.startswith(only) for one in seen)


def test_d_8_a_draft_begun_before_follows_what_is_done_to_the_list_in_force(world: World) -> None:
    first = h.distributed(world, h.to_unit(world), h.to_person(world))
    draft = h.revised(world, first)
    added(world, first)
    assert holders(world, draft) == ["生产部", "王强", "客服部"]
    removed(world, first, "王强")
    assert holders(world, draft) == ["生产部", "客服部"]
    assert [
        (facts["label"], facts["of"], facts["change"]) for facts, _ in told(world, "distribution.followed")
    ] == [
        ("A/1", "A/0", "added"),
        ("A/1", "A/0", "removed"),
    ]
    assert world.revision(draft).editors == []  # control decided on the list in force, and wrote nothing here
    assert page(world, draft).differs.lines == ()  # type: ignore[union-attr]
    world.clock.forward(days=1)
    issued = world.issued(draft)
    assert [one.holder for one in h.copies(world, issued)] == ["生产部", "客服部"]


def test_d_8_what_the_author_changed_in_the_draft_stays(world: World) -> None:
    first = h.distributed(world, h.to_unit(world), h.to_person(world))
    draft = h.listed(world, h.revised(world, first), h.to_unit(world, "KF", copies=3))
    added(world, first, copies=2)  # there already, with other copies
    assert [(one.holder, one.copies) for one in h.entries(world, draft)][-1] == ("客服部", 3)
    (line,) = page(world, draft).differs.lines  # type: ignore[union-attr]
    assert (line.change, line.holder, line.copies) == ("changed", "客服部", 3)
    assert told(world, "distribution.followed") == []


def test_d_8_whom_a_full_draft_has_no_room_for_is_named(world: World) -> None:
    first = h.distributed(world, h.to_unit(world))
    draft = h.revised(world, first)
    places = [h.to_wall(world, f"公告栏 {one}") for one in range(MOST_ENTRIES - 2)]
    world.house.uow.write(
        lambda session: new_entries(session, world.by("chen"), session.get_one(Revision, draft), places)
    )
    added(world, first)  # the last that has room
    added(world, first, "ZH")
    assert len(h.entries(world, draft)) == MOST_ENTRIES
    assert holders(world, first)[-1] == "综合办公室"
    assert [
        (facts["label"], facts["change"], detail["holder"])
        for facts, detail in told(world, "distribution.followed")
    ] == [("A/1", "added", "客服部"), ("A/1", "left_out", "综合办公室")]
    (line,) = (one for one in page(world, draft).differs.lines if one.change == "removed")  # type: ignore[union-attr]
    assert line.holder == "综合办公室"


def test_d_8_the_author_s_old_page_submits_no_list_that_followed_meanwhile(world: World) -> None:
    first = h.distributed(world, h.to_unit(world))
    draft = h.revised(world, first)
    seen, version = world.seen(draft), world.revision(draft).row_version
    added(world, first)
    people = world.people
    cmd = SubmitRevision(draft, version, people["ouyang"], people["zhao"], seen)
    with pytest.raises(Conflict):
        submit_revision(cmd, by=world.by("chen"), house=world.house)


def test_d_8_v_13_what_was_submitted_stays_and_its_page_says_how_it_differs(world: World) -> None:
    first = h.distributed(world, h.to_unit(world), h.to_person(world))
    draft = world.submitted(h.revised(world, first))
    added(world, first)
    removed(world, first, "王强")
    assert holders(world, draft) == ["生产部", "王强"]
    differs = page(world, draft).differs
    assert differs is not None
    assert [(one.change, one.holder) for one in differs.lines] == [("added", "王强"), ("removed", "客服部")]
    assert differs.label == "A/0"
    assert told(world, "distribution.followed") == []
    assert page(world, first).differs is None  # issued: its list is its own


def test_d_8_holders_that_are_gone_are_named_when_the_list_is_carried_over(world: World) -> None:
    post = add_post(AddPost(world.units["KF"], "客服专员"), by=world.by("admin"), house=world.house)
    entries = (h.to_unit(world), h.to_unit(world, "KF"), h.to_person(world), h.to_post(post))
    first = h.distributed(world, *entries)
    disable_person(DisablePerson(world.people["wang"]), by=world.by("admin"), house=world.house)
    close(world, "KF")
    draft = h.revised(world, first)
    assert holders(world, draft) == ["生产部"]
    ((facts, detail),) = told(world, "distribution.left_out")
    assert (facts["label"], facts["count"]) == ("A/1", 3)
    assert detail["holders"] == ["客服部", "王强", "客服部 客服专员"]
    lines = page(world, draft).differs.lines  # type: ignore[union-attr]
    assert [(one.change, one.holder, one.is_gone) for one in lines] == [
        ("removed", "客服部", True),
        ("removed", "王强", True),
        ("removed", "客服部 客服专员", True),
    ]


def test_d_8_where_all_are_there_nobody_is_named_as_left_out(world: World) -> None:
    h.revised(world, h.distributed(world, h.to_unit(world), h.to_person(world)))
    assert told(world, "distribution.left_out") == []


def test_a_16_issue_makes_no_copy_for_a_closed_account_and_says_so(world: World) -> None:
    draft = h.listed(world, world.draft(), h.to_unit(world), h.to_person(world, reads=True))
    approved = world.approved(draft)
    disable_person(DisablePerson(world.people["wang"]), by=world.by("admin"), house=world.house)
    issued = h.issued(world, approved)
    assert [one.holder for one in h.copies(world, issued)] == ["生产部"]
    assert h.readers(world, issued) == {}
    ((facts, detail),) = told(world, "distribution.issued")
    assert (facts["copies"], facts["left_out"]) == (["001"], 1)
    assert (detail["holders"], detail["left_out"]) == (["生产部"], ["王强"])
    assert [(one.holder, one.is_gone) for one in page(world, issued).entries] == [
        ("生产部", False),
        ("王强", True),
    ]


def test_d_8_carrying_over_and_issuing_take_as_many_statements_for_many_as_for_few(world: World) -> None:
    few = h.distributed(world, h.to_unit(world))
    people = [h.to_person(world, name) for name in ("li", "wang", "zhang", "zhou", "qian", "zhao")]
    units = [h.to_unit(world, code) for code in ("PZ", "SC", "KF", "ZH")]
    many = world.issued(h.listed(world, world.draft("另一程序"), *people, *units))
    drafts: list[UUID] = []
    taken = [counted(world, lambda one=one: drafts.append(h.revised(world, one))) for one in (few, many)]
    assert taken[1] - taken[0] <= 2  # a question for each kind of holder
    ready = [world.approved(one) for one in drafts]
    world.clock.forward(days=1)
    taken = [counted(world, lambda one=one: h.issued(world, one)) for one in ready]
    assert taken[1] - taken[0] <= 2


def test_d_8_x_3_whether_a_list_is_a_draft_s_is_for_who_knows_the_document(world: World) -> None:
    first = h.distributed(world, h.to_unit(world))
    draft = h.revised(world, first)
    with world.house.uow.read() as session:
        assert list_is_draft(session, world.by("chen").actor, draft) is True
        assert list_is_draft(session, world.by("chen").actor, first) is False
        with pytest.raises(NotFound):
            list_is_draft(session, world.by("zhang").actor, draft)
