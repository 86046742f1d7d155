"""What of papers is open with who moves or leaves: whom the route wanted, copies, readings (A-8, A-16)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import Medium
from docctl.domain.distribution import HolderKind, ListEntry
from docctl.domain.leaving import OpenKind
from docctl.domain.reasons import LONGEST
from docctl.domain.roles import Role
from docctl.domain.route_text import read_routes
from docctl.domain.verdicts import Conflict
from docctl.models.organisation import Post, PostHolder, Unit
from docctl.models.trail import EventDetail, EventRow
from docctl.models.work import Step
from docctl.queries.inbox import inbox
from docctl.services.people.accounts import DisablePerson, disable_person
from docctl.services.people.duties import SetDuties, set_duties
from docctl.services.people.grant import RevokeRole, revoke_role
from docctl.services.people.hand_over import Handed
from tests import handing as h
from tests import rules
from tests.services.test_distribution_follows import counted
from tests.services.test_leaving import found, give, grant, refused, step, step_of
from tests.services.test_routes import submit
from tests.world import World

REST = "# 其余\nreview | {} | 3 working_days\napprove | role approver | 3 working_days"


def routes(world: World, who: str) -> None:
    text = REST.format(who)
    rules.approved(world, json.dumps(read_routes({"routes": text})), kind="routes")


def takers(world: World, who: str, kind: OpenKind) -> list[set[str]]:
    names = {person: name for name, person in world.people.items()}
    return [{names[each.id] for each in one.takers} for one in found(world, who).items if one.kind is kind]


def told(world: World, action: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    with world.house.uow.read() as session:
        rows = session.scalars(select(EventRow).where(EventRow.action == action).order_by(EventRow.seq))
        return [
            (json.loads(one.facts), json.loads(session.get_one(EventDetail, one.seq).bytes)) for one in rows
        ]


def waiting(world: World, who: str = "admin") -> list[str]:
    with world.house.uow.read() as session:
        tasks = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone).tasks
    return [one.title for one in tasks if one.verb == "hand_over"]


def in_post(world: World, *people: str) -> None:
    def work(session: Any) -> None:
        post = Post(unit_id=world.units["PZ"], name="检验员")
        session.add(post)
        session.flush()
        for one in people:
            session.add(PostHolder(post_id=post.id, person_id=world.people[one], from_on=world.house.today()))

    world.house.uow.write(work)


def test_a_8_a_16_a_step_of_a_post_goes_to_another_holder_of_it(world: World) -> None:
    in_post(world, "ouyang", "zhang")
    for who in ("zhang", "wang"):
        grant(world, who, Role.REVIEWER)
    routes(world, "post PZ/检验员")
    revision = submit(world, world.draft(author="li", unit="SC"), "ouyang", "zhao")
    assert takers(world, "ouyang", OpenKind.STEP) == [{"zhang"}]
    assert (
        refused(lambda: give(world, "ouyang", step(world, revision, "review", "wang"))) == "A-8.not_of_route"
    )
    give(world, "ouyang", step(world, revision, "review", "zhang"), reason="休产假")
    ((facts, detail),) = told(world, "step.handed_over")
    assert (facts["by_route"], facts["to"], detail["reason"]) == (True, "张伟", "休产假")


def test_a_8_a_16_where_the_route_finds_nobody_else_the_role_is_enough_and_the_event_says_so(
    world: World,
) -> None:
    in_post(world, "ouyang")
    grant(world, "wang", Role.REVIEWER)
    routes(world, "post PZ/检验员")
    revision = submit(world, world.draft(author="li", unit="SC"), "ouyang", "zhao")
    assert takers(world, "ouyang", OpenKind.STEP) == [{"wang"}]
    give(world, "ouyang", step(world, revision, "review", "wang"))
    assert [facts["by_route"] for facts, _ in told(world, "step.handed_over")] == [False]


def test_a_8_a_2_a_holder_who_signs_another_step_is_no_choice_of_the_route(world: World) -> None:
    in_post(world, "ouyang", "zhao")
    for who in ("zhao", "wang"):
        grant(world, who, Role.REVIEWER)
    routes(world, "post PZ/检验员")
    revision = submit(world, world.draft(author="li", unit="SC"), "ouyang", "zhao")
    assert takers(world, "ouyang", OpenKind.STEP) == [{"wang"}]  # 赵敏 approves, and is the other holder
    give(world, "ouyang", step(world, revision, "review", "wang"))


def test_a_8_a_16_the_step_of_a_head_goes_with_the_unit_to_the_next_head(world: World) -> None:
    for who in ("wang", "zhang"):
        grant(world, who, Role.REVIEWER)
    routes(world, "head PZ")
    revision = submit(world, world.draft(author="li", unit="SC"), None, "zhao")
    people = world.people
    unit = Handed(OpenKind.HEAD, world.units["PZ"], people["wang"])
    assert refused(lambda: give(world, "ouyang", unit, step(world, revision, "review", "zhang"))) == (
        "A-8.not_of_route"
    )
    give(world, "ouyang", unit, step(world, revision, "review", "wang"))
    assert step_of(world, revision, "review").assignee_id == people["wang"]


def test_a_8_a_step_from_before_routes_kept_whom_they_want_goes_to_the_role(world: World) -> None:
    in_post(world, "ouyang", "zhang")
    for who in ("zhang", "wang"):
        grant(world, who, Role.REVIEWER)
    routes(world, "post PZ/检验员")
    revision = submit(world, world.draft(author="li", unit="SC"), "ouyang", "zhao")

    def forget(session: Any) -> None:
        for one in session.scalars(select(Step)):
            one.who = one.who_of = ""

    world.house.uow.write(forget)
    assert takers(world, "ouyang", OpenKind.STEP) == [{"zhang", "wang"}]
    give(world, "ouyang", step(world, revision, "review", "wang"))


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("", "A-16.reason_needed"),
        ("  ", "A-16.reason_needed"),
        ("长" * (LONGEST + 1), "A-16.reason_too_long"),
    ],
)
def test_a_16_handing_over_says_why(world: World, reason: str, key: str) -> None:
    grant(world, "zhang", Role.REVIEWER)
    revision = world.submitted(world.draft())
    item = step(world, revision, "review", "zhang")
    assert refused(lambda: give(world, "ouyang", item, reason=reason)) == key
    give(world, "ouyang", item, reason="长" * LONGEST)


def test_a_16_an_account_with_nothing_to_hand_over_is_closed_without_a_reason(world: World) -> None:
    disable_person(DisablePerson(world.people["zhang"]), by=world.by("admin"), house=world.house)


def test_a_16_copies_held_are_listed_called_back_or_given_anew_to_another(world: World) -> None:
    paper = h.to_person(world, medium=Medium.PAPER)
    first = h.distributed(world, h.to_unit(world), paper, h.to_person(world))
    draft = h.revised(world, first)
    lines = [one for one in found(world, "wang").items if one.kind is OpenKind.COPY]
    assert [one.title for one in lines] == [""] * 2  # an administrator does not know the document from inside
    on_paper, on_screen = (Handed(OpenKind.COPY, one.id) for one in lines)
    given = Handed(OpenKind.COPY, on_paper.id, world.people["li"])
    give(world, "wang", given, on_screen, reason="调往仓库")
    copies = h.copies(world, first)
    assert [(one.number, one.holder, one.recall_reason) for one in copies] == [
        ("001", "生产部", ""),
        ("002", "王强", "调往仓库"),
        ("003", "王强", "调往仓库"),
        ("004", "李秀兰", ""),
    ]
    assert copies[-1].medium is Medium.PAPER
    assert [(one.holder, one.removed_reason) for one in h.entries(world, first)] == [
        ("生产部", ""),
        ("王强", "调往仓库"),
        ("王强", "调往仓库"),
        ("李秀兰", ""),
    ]
    assert [one.holder for one in h.entries(world, draft)] == ["生产部", "李秀兰"]  # the draft follows
    after = found(world, "wang")
    assert (after.items, after.to_collect) == ((), 2)
    with pytest.raises(Conflict):
        give(world, "wang", on_screen)


def test_a_16_a_copy_goes_to_nobody_who_has_such_a_line_already(world: World) -> None:
    h.distributed(world, h.to_person(world), h.to_person(world, "li"))
    (line,) = (one for one in found(world, "wang").items if one.kind is OpenKind.COPY)
    assert world.people["li"] not in {one.id for one in line.takers}
    again = Handed(OpenKind.COPY, line.id, world.people["li"])
    assert refused(lambda: give(world, "wang", again)) == "D-8.listed_twice"


def test_a_16_copies_of_a_unit_or_post_and_those_that_must_come_back_are_no_question(world: World) -> None:
    first = h.distributed(world, h.to_unit(world), h.to_person(world))
    world.clock.forward(days=1)
    h.followed(world, first)
    items = [one for one in found(world, "wang").items if one.kind is OpenKind.COPY]
    assert len(items) == 1  # of the revision in force
    assert found(world, "wang").to_collect == 1
    assert [one for one in found(world, "li").items if one.kind is OpenKind.COPY] == []


def test_a_16_readings_end_or_go_to_another_who_is_asked_once(world: World) -> None:
    first = h.distributed(world, h.to_person(world, reads=True), h.to_person(world, "zhou", reads=True))
    (item,) = (one for one in found(world, "wang").items if one.kind is OpenKind.READING)
    give(world, "wang", Handed(OpenKind.READING, item.id, world.people["zhang"]))
    assert set(h.readers(world, first)) == {world.people[one] for one in ("wang", "zhou", "zhang")}
    assert refused(lambda: h.read_it(world, first)) == "D-4.reading_ended"
    (mine,) = (one for one in found(world, "zhou").items if one.kind is OpenKind.READING)
    give(world, "zhou", Handed(OpenKind.READING, mine.id, world.people["zhang"]))  # asked already
    assert len(h.readers(world, first)) == 3
    h.read_it(world, first, who="zhang")
    assert [one for one in found(world, "zhang").items if one.kind is OpenKind.READING] == []
    assert [facts["to"] for facts, _ in told(world, "reading.handed_over")] == ["张伟", "张伟"]
    with pytest.raises(Conflict):
        give(world, "zhou", Handed(OpenKind.READING, mine.id))


def test_a_16_d_4_a_reading_that_goes_to_nobody_is_no_work_any_more(world: World) -> None:
    h.distributed(world, h.to_person(world, reads=True))
    (item,) = (one for one in found(world, "wang").items if one.kind is OpenKind.READING)
    give(world, "wang", Handed(OpenKind.READING, item.id), reason="不再操作")
    with world.house.uow.read() as session:
        found_ = inbox(session, world.by("wang").actor, at=world.clock(), zone=world.house.zone)
    assert "read" not in found_.counts
    assert [detail["reason"] for _, detail in told(world, "reading.ended")] == ["不再操作"]


def test_a_16_what_is_left_with_a_closed_account_waits_copies_and_readings_too(world: World) -> None:
    h.distributed(world, h.to_person(world, reads=True))
    assert waiting(world) == []
    disable_person(DisablePerson(world.people["wang"]), by=world.by("admin"), house=world.house)
    assert waiting(world) == ["王强"]
    items = found(world, "wang").items
    assert [one.kind for one in items] == [OpenKind.COPY, OpenKind.READING]
    give(world, "wang", *(Handed(one.kind, one.id) for one in items))
    assert waiting(world) == []


def test_a_16_a_step_whose_signer_lost_the_role_waits_in_the_administrators_inbox(world: World) -> None:
    role = grant(world, "zhang", Role.REVIEWER)
    revision = world.submitted(world.draft())
    give(world, "ouyang", step(world, revision, "review", "zhang"))
    assert waiting(world) == []
    revoke_role(RevokeRole(role), by=world.by("admin"), house=world.house)
    assert waiting(world) == ["张伟"]
    give(world, "zhang", step(world, revision, "review", "ouyang"))
    assert waiting(world) == []


def test_style_10_many_steps_are_handed_over_with_as_many_questions_as_one(world: World) -> None:
    grant(world, "zhang", Role.REVIEWER)
    revisions = [world.submitted(world.draft(f"文件{one}")) for one in range(6)]
    items: list[Handed] = [step(world, one, "review", "zhang") for one in revisions]
    one = counted(world, lambda: give(world, "ouyang", items[0]), only="SELECT")
    many = counted(world, lambda: give(world, "ouyang", *items[1:]), only="SELECT")
    assert many <= one


def test_style_10_many_drafts_posts_and_readings_too(world: World) -> None:
    grant(world, "zhang", Role.AUTHOR)
    drafts: list[UUID] = [world.draft(f"文件{one}") for one in range(5)]
    items = [Handed(OpenKind.DRAFT, one, world.people["zhang"]) for one in drafts]
    one = counted(world, lambda: give(world, "chen", items[0]), only="SELECT")
    assert counted(world, lambda: give(world, "chen", *items[1:]), only="SELECT") <= one
    for at in range(5):
        world.issued(h.listed(world, world.draft(f"须知{at}"), h.to_person(world, reads=True)))
    asked = [one for one in found(world, "wang").items if one.kind is OpenKind.READING]
    wanted = [Handed(one.kind, one.id, world.people["zhou"]) for one in asked]
    one = counted(world, lambda: give(world, "wang", wanted[0]), only="SELECT")
    assert counted(world, lambda: give(world, "wang", *wanted[1:]), only="SELECT") <= one


def test_style_10_many_copies_too_with_the_drafts_that_follow(world: World) -> None:
    """Lines that go to another person, and lines that go to nobody."""
    for to in ("zhou", None):
        for at in range(5):
            line = h.to_person(world, medium=Medium.PAPER, reads=True)
            h.revised(world, h.distributed_as(world, f"须知 {at} {to}", line, h.to_unit(world)))
        held = [one for one in found(world, "wang").items if one.kind is OpenKind.COPY]
        assert len(held) == 5
        wanted = [Handed(one.kind, one.id, world.people[to] if to else None) for one in held]
        before = len(told(world, "distribution.followed"))
        one = counted(world, lambda each=wanted: give(world, "wang", each[0]), only="SELECT")  # type: ignore[misc]
        assert counted(world, lambda each=wanted: give(world, "wang", *each[1:]), only="SELECT") <= one  # type: ignore[misc]
        assert len(told(world, "distribution.followed")) == before + (10 if to else 5)
    facts = [facts["copies"] for facts, _ in told(world, "distribution.issued")]
    assert facts.count(["003"]) == 5  # each document counts its own
    assert [facts["readers"] for facts, _ in told(world, "distribution.issued")].count(1) >= 5


def test_a_16_lines_of_one_document_go_to_another_together(world: World) -> None:
    lines = (h.to_person(world, medium=Medium.PAPER), h.to_person(world))
    first = h.distributed(world, *lines)
    held = [one for one in found(world, "wang").items if one.kind is OpenKind.COPY]
    give(world, "wang", *(Handed(one.kind, one.id, world.people["zhang"]) for one in held))
    assert [(one.number, one.holder, one.medium) for one in h.copies(world, first)][2:] == [
        ("003", "张伟", Medium.PAPER),
        ("004", "张伟", Medium.SCREEN),
    ]
    assert [facts["copies"] for facts, _ in told(world, "distribution.issued")] == [
        ["001", "002"],
        ["003", "004"],
    ]


def test_style_10_steps_of_what_was_decided_long_ago_are_not_read(world: World) -> None:
    """A document with many revisions takes as much as a new one."""
    grant(world, "zhang", Role.REVIEWER)
    old = world.issued(world.draft("旧的"))
    for _ in range(3):
        world.clock.forward(days=1)
        old = h.followed(world, old)
    read = []

    def note(_session: Any, one: Any) -> None:
        if isinstance(one, Step):
            read.append(one)

    draft = world.submitted(h.revised(world, old))
    item = step(world, draft, "review", "zhang")
    event.listen(Session, "loaded_as_persistent", note)
    try:
        give(world, "ouyang", item)
    finally:
        event.remove(Session, "loaded_as_persistent", note)
    assert {one.revision_id for one in read} == {draft}
    assert step_of(world, draft, "review").assignee_id == world.people["zhang"]


def test_a_16_a_unit_that_got_a_new_head_meanwhile_is_not_given_away(world: World) -> None:
    unit = Handed(OpenKind.HEAD, world.units["PZ"], world.people["wang"])
    with world.house.uow.read() as session:
        version = session.get_one(Unit, world.units["PZ"]).row_version
    duties = SetDuties(world.units["PZ"], version, world.people["zhou"])
    set_duties(duties, by=world.by("admin"), house=world.house)
    with pytest.raises(Conflict):
        give(world, "ouyang", unit)


def test_a_16_an_entry_of_another_person_is_not_given_away(world: World) -> None:
    first = h.distributed(world, ListEntry(HolderKind.PERSON, world.people["li"], Medium.PAPER))
    (entry,) = h.entries(world, first)
    with pytest.raises(Conflict):
        give(world, "wang", Handed(OpenKind.COPY, entry.id))
