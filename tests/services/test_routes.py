"""Revisions take the route in force: order, steps side by side, conditions, people (A-1, A-2, A-6, A-8)."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.roles import Role
from docctl.domain.route_text import read_routes
from docctl.domain.verdicts import Conflict, RuleRefused
from docctl.models.organisation import Person, Post, PostHolder, RoleGrant, Unit
from docctl.models.trail import EventDetail, EventRow
from docctl.models.work import Step, StepStatus
from docctl.queries.document_page import document_page
from docctl.queries.inbox import inbox
from docctl.services.people.leaders import LeadUnits, lead_units
from docctl.services.revisions.sign import (
    ReturnRevision,
    approve_revision,
    return_revision,
    review_revision,
)
from docctl.services.revisions.submit import SubmitRevision, submit_revision
from docctl.services.settings.decide import approve_setting
from tests import rules
from tests.world import World

REST = "# 其余\nreview | role reviewer | 3 working_days\napprove | role approver | 3 working_days"
#: The author's department checks; then quality and the office side by side; then the leader approves.
SIDE = (
    "# 程序 | type procedure\n"
    "review 部门审核 | role reviewer | 2 working_days\n"
    "review 会签 | head PZ | 8 working_hours\n"
    "& review 会签 | person zhou | 2 working_days\n"
    "approve | role approver | 3 working_days\n\n" + REST
)


def routes(world: World, text: str) -> int:
    return rules.approved(world, json.dumps(read_routes({"routes": text})), kind="routes")


def refused(world: World, text: str) -> str:
    with pytest.raises(RuleRefused) as error:
        rules.saved(world, json.dumps(read_routes({"routes": text})), kind="routes")
    return error.value.refused.key


def grant(world: World, who: str, *roles: Role) -> None:
    def work(session: Session) -> None:
        for role in roles:
            session.add(
                RoleGrant(
                    person_id=world.people[who],
                    role=role,
                    proposed_by=world.people["admin"],
                    proposed_at=world.clock(),
                    confirmed_by=world.people["qian"],
                    confirmed_at=world.clock(),
                )
            )

    world.house.uow.write(work)


def submit(world: World, revision_id: UUID, reviewer: str | None, approver: str | None, *more: str) -> UUID:
    signing = world.signing(revision_id)
    people = world.people
    cmd = SubmitRevision(
        revision_id=revision_id,
        row_version=signing.row_version,
        reviewer_id=people[reviewer] if reviewer else None,
        approver_id=people[approver] if approver else None,
        seen_sha256=signing.seen_sha256,
        more_reviewers=tuple(people[one] for one in more),
    )
    return submit_revision(cmd, by=world.by("li"), house=world.house)


def steps(world: World, revision_id: UUID) -> list[tuple[int, str, str]]:
    names = {person_id: name for name, person_id in world.people.items()}
    with world.house.uow.read() as session:
        found = session.scalars(select(Step).where(Step.revision_id == revision_id).order_by(Step.position))
        return [(one.stage, names[one.assignee_id], one.status.value) for one in found]


def submitted_event(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    with world.house.uow.read() as session:
        row = session.scalars(
            select(EventRow).where(EventRow.action == "revision.submitted").order_by(EventRow.seq.desc())
        ).first()
        assert row is not None
        return json.loads(row.facts), json.loads(session.get_one(EventDetail, row.seq).bytes)


def review(world: World, revision_id: UUID, who: str) -> None:
    review_revision(world.signing(revision_id), by=world.by(who), house=world.house)


def tasks(world: World, who: str) -> list[str]:
    with world.house.uow.read() as session:
        found = inbox(session, world.by(who).actor, at=world.clock(), zone=world.house.zone)
    return [one.verb for one in found.tasks]


def test_a_1_stages_open_one_after_the_other_and_side_by_side_within(world: World) -> None:
    grant(world, "zhou", Role.REVIEWER)
    grant(world, "wang", Role.REVIEWER)
    routes(world, SIDE)
    revision_id = submit(world, world.draft(author="li", unit="SC"), "wang", "zhao")
    assert steps(world, revision_id) == [
        (1, "wang", "open"),
        (2, "ouyang", "waiting"),
        (2, "zhou", "waiting"),
        (3, "zhao", "waiting"),
    ]
    assert submitted_event(world)[0]["routes"].startswith("routes 2 ")
    assert submitted_event(world)[0]["route"] == "程序"
    review(world, revision_id, "wang")
    assert (tasks(world, "ouyang"), tasks(world, "zhou"), tasks(world, "zhao")) == (
        ["review"],
        ["review"],
        [],
    )
    with world.house.uow.read() as session:
        limits = {
            one.assignee_id: (one.limit_amount, one.limit_unit, one.due_at)
            for one in session.scalars(select(Step).where(Step.stage == 2))
        }
    assert limits[world.people["ouyang"]][:2] == (8, "working_hours")
    assert limits[world.people["zhou"]][2] > limits[world.people["ouyang"]][2]
    review(world, revision_id, "zhou")  # in any order
    assert [one[2] for one in steps(world, revision_id)] == ["signed", "open", "signed", "waiting"]
    with pytest.raises(RuleRefused):
        approve_revision(world.signing(revision_id), by=world.by("zhao"), house=world.house)
    review(world, revision_id, "ouyang")
    assert tasks(world, "zhao") == ["approve"]
    approve_revision(world.signing(revision_id), by=world.by("zhao"), house=world.house)
    assert world.revision(revision_id).status is RevisionStatus.APPROVED


def test_a_1_who_signs_beside_somebody_need_not_look_again(world: World) -> None:
    grant(world, "zhou", Role.REVIEWER)
    grant(world, "wang", Role.REVIEWER)
    routes(world, SIDE)
    revision_id = submit(world, world.draft(author="li", unit="SC"), "wang", "zhao")
    review(world, revision_id, "wang")
    seen = world.signing(revision_id)
    for who in ("zhou", "ouyang"):
        review_revision(seen, by=world.by(who), house=world.house)
    with pytest.raises(Conflict):
        review_revision(seen, by=world.by("zhou"), house=world.house)
    assert [one[2] for one in steps(world, revision_id)] == ["signed", "signed", "signed", "open"]


def test_a_9_one_return_ends_the_steps_beside_it_too(world: World) -> None:
    grant(world, "zhou", Role.REVIEWER)
    grant(world, "wang", Role.REVIEWER)
    routes(world, SIDE)
    revision_id = submit(world, world.draft(author="li", unit="SC"), "wang", "zhao")
    review(world, revision_id, "wang")
    cmd = ReturnRevision(revision_id, world.revision(revision_id).row_version, "缺少职责")
    return_revision(cmd, by=world.by("zhou"), house=world.house)
    assert [one[2] for one in steps(world, revision_id)] == ["signed", "cancelled", "returned", "cancelled"]
    assert tasks(world, "ouyang") == []
    again = submit(world, revision_id, "wang", "zhao")
    assert tasks(world, "wang") == ["review"]
    assert again == revision_id


def test_a_1_the_page_shows_every_open_step_and_one_s_own_first(world: World) -> None:
    grant(world, "zhou", Role.REVIEWER)
    grant(world, "wang", Role.REVIEWER)
    routes(world, SIDE)
    revision_id = submit(world, world.draft(author="li", unit="SC"), "wang", "zhao")
    review(world, revision_id, "wang")
    for who in ("zhou", "ouyang"):
        with world.house.uow.read() as session:
            page = document_page(
                session,
                world.by(who).actor,
                document_id=world.document_of(revision_id).id,
                revision_id=revision_id,
                at=world.clock(),
                zone=world.house.zone,
            )
        assert [one.is_mine for one in page.steps] == [True, False]
        assert [one.name for one in page.steps] == ["会签", "会签"]
        assert "review" in [one.name for one in page.actions if one.refused is None]


def test_a_6_a_step_that_a_condition_leaves_out_is_told_with_its_values(world: World) -> None:
    text = SIDE.replace("person zhou | 2 working_days", "person zhou | 2 working_days | if not first_issue")
    grant(world, "zhou", Role.REVIEWER)
    grant(world, "wang", Role.REVIEWER)
    routes(world, text)
    revision_id = submit(world, world.draft(author="li", unit="SC"), "wang", "zhao")
    assert [one[:2] for one in steps(world, revision_id)] == [(1, "wang"), (2, "ouyang"), (3, "zhao")]
    assert submitted_event(world)[1]["left_out"] == [
        {"condition": "not first_issue", "step": "会签", "values": {"first_issue": "True"}}
    ]


def test_a_1_v_3_a_revision_keeps_the_route_under_which_it_was_submitted(world: World) -> None:
    revision_id = world.submitted(world.draft())
    routes(world, "# 其余\napprove | role approver | 1 days")
    assert [one[0] for one in steps(world, revision_id)] == [1, 2]
    review(world, revision_id, "ouyang")
    later = submit(world, world.draft("文件控制程序", author="li", unit="SC"), None, "zhao")
    assert steps(world, later) == [(1, "zhao", "open")]
    approve_revision(world.signing(later), by=world.by("zhao"), house=world.house)
    assert world.revision(later).status is RevisionStatus.APPROVED
    assert submitted_event(world)[0]["routes"].startswith("routes 2 ")


def test_a_8_a_post_is_met_by_its_holders_of_today(world: World) -> None:
    def post(session: Session) -> None:
        row = Post(unit_id=world.units["PZ"], name="检验员")
        session.add(row)
        session.flush()
        today = world.house.today()
        session.add(PostHolder(post_id=row.id, person_id=world.people["ouyang"], from_on=today))
        session.add(
            PostHolder(
                post_id=row.id,
                person_id=world.people["wang"],
                from_on=today.replace(year=2020),
                until_on=today.replace(year=2021),
            )
        )

    grant(world, "wang", Role.REVIEWER)
    world.house.uow.write(post)
    routes(world, "# 其余\nreview | post PZ/检验员 | 1 days\napprove | role approver")
    draft = world.draft(author="li", unit="SC")
    with pytest.raises(RuleRefused) as error:
        submit(world, draft, "wang", "zhao")
    assert error.value.refused.key == "A-1.not_a_holder"
    assert steps(world, submit(world, draft, "ouyang", "zhao"))[0] == (1, "ouyang", "open")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("# 其余\nreview | post PZ/班长\napprove | role approver", "A-1.route_unknown"),
        ("# 其余\nreview | person nobody\napprove | role approver", "A-1.route_unknown"),
        ("# 其余\nreview | person wang\napprove | role approver", "A-1.route_nobody"),
        ("# 其余\nreview | head SC\napprove | role leader", "A-1.route_nobody"),  # 赵敏 reviews nothing
        (f"# 诗 | type poem\napprove | role approver\n{REST}", "A-1.route_unknown"),
        (f"# 诗 | unit NN\napprove | role approver\n{REST}", "A-1.route_unknown"),
    ],
)
def test_a_1_a_route_that_nobody_can_complete_is_not_even_saved(world: World, text: str, key: str) -> None:
    assert refused(world, text) == key
    with world.house.uow.read() as session:
        assert session.scalars(select(Step)).first() is None
    assert rules.page(world, kind="routes").open == 0


def test_a_2_steps_that_must_differ_need_two_people(world: World) -> None:
    grant(world, "zhao", Role.REVIEWER)
    text = "# 其余\nreview | person zhao\napprove | person zhao"
    assert refused(world, text) == "A-2.route_not_separate"
    routes(world, f"{text} | may_repeat")
    revision_id = submit(world, world.draft(author="li", unit="SC"), None, None)
    review(world, revision_id, "zhao")
    approve_revision(world.signing(revision_id), by=world.by("zhao"), house=world.house)
    assert world.revision(revision_id).status is RevisionStatus.APPROVED


def test_a_1_who_left_before_the_approval_of_routes_makes_them_unfit(world: World) -> None:
    grant(world, "wang", Role.REVIEWER)
    text = "# 其余\nreview | person wang\napprove | role approver"
    ordinal = rules.submitted(world, json.dumps(read_routes({"routes": text})), kind="routes")

    def leave(session: Session) -> None:
        session.get_one(Person, world.people["wang"]).disabled_at = world.clock()

    world.house.uow.write(leave)
    world.clock.forward(minutes=1)
    with pytest.raises(RuleRefused) as error:
        approve_setting(rules.approval(world, ordinal, "routes"), by=world.by("zhao"), house=world.house)
    assert error.value.refused.key == "A-1.route_unknown"


def test_a_8_where_the_head_wrote_it_the_head_above_signs(world: World) -> None:
    grant(world, "zhao", Role.REVIEWER)
    grant(world, "wang", Role.APPROVER)

    def head(session: Session) -> None:
        session.get_one(Unit, world.units["SC"]).head_id = world.people["li"]

    world.house.uow.write(head)
    grant(world, "li", Role.REVIEWER)
    routes(world, "# 其余\nreview | head\napprove | role approver")
    revision_id = submit(world, world.draft(author="li", unit="SC"), None, "wang")
    assert steps(world, revision_id)[0] == (1, "zhao", "open")
    with world.house.uow.read() as session:
        assert session.scalars(select(Step.status).where(Step.stage == 2)).one() is StepStatus.WAITING


def test_a_8_the_leader_in_charge_on_the_day_signs_and_nobody_where_there_is_none(world: World) -> None:
    assert refused(world, "# 其余\napprove | leader") == "A-1.route_nobody"
    cmd = LeadUnits(world.people["zhao"], (world.units["ZH"],), world.house.today())
    lead_units(cmd, by=world.by("admin"), house=world.house)  # the unit above all others
    routes(world, "# 其余\nreview | role reviewer\napprove | leader")
    revision_id = submit(world, world.draft(author="li", unit="SC"), "ouyang", None)
    assert steps(world, revision_id)[-1][1] == "zhao"
