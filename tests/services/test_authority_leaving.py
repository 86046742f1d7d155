"""Who takes over a step by the authority table may decide that much: it is asked again (A-7, A-16)."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from docctl.domain.leaving import OpenKind
from docctl.domain.roles import Role
from docctl.domain.verdicts import RuleRefused
from docctl.models.organisation import PostHolder
from docctl.models.work import Step
from docctl.services.people.hand_over import Handed, HandOver, hand_over, kept_from
from docctl.services.people.posts import LeavePost, leave_post
from docctl.services.revisions.sign import approve_revision
from tests.services.test_authority import ROUTE, TABLE, company, draft, table
from tests.services.test_leaving import found, give, step, step_of, steps
from tests.services.test_routes import grant, review, routes, submit
from tests.world import World

__all__ = ["company"]


def waiting(world: World, amount: str, approver: str | None) -> UUID:
    return submit(world, draft(world, amount), "wang", approver)


def refusal(world: World, revision: UUID, who: str, to: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(RuleRefused) as error:
        give(world, who, step(world, revision, "approve", to))
    return error.value.refused.key, dict(error.value.refused.params)


def test_a_7_at_the_own_limit_a_step_is_taken_and_above_it_refused_with_the_limit(company: World) -> None:
    at_limit, above = waiting(company, "50000 元", None), waiting(company, "50000.01 元", "zhou")
    assert step_of(company, above, "approve").authority == "采购"
    told = ("A-7.above_limit", {"class": "采购", "limit": "50,000 元"})
    assert refusal(company, above, "zhou", "ouyang") == told
    # Of the vice directors' level: up to its limit, the level itself, and above it the next one.
    give(company, "zhou", step(company, above, "approve", "qian"))
    assert refusal(company, at_limit, "ouyang", "chen")[0] == "A-1.not_a_holder"
    assert refusal(company, at_limit, "ouyang", "zhou")[0] == "A-8.not_of_route"  # the head above decides
    give(company, "ouyang", step(company, at_limit, "approve", "zhao"))
    review(company, above, "wang")
    approve_revision(company.signing(above), by=company.by("qian"), house=company.house)
    assert company.revision(above).status == "approved"


@pytest.mark.parametrize(("amount", "taken"), [("500000 元", True), ("500000.01 元", False)])
def test_a_7_both_sides_of_the_limit_of_the_middle_level(company: World, amount: str, taken: bool) -> None:
    revision = waiting(company, amount, "zhou" if taken else None)
    if taken:
        give(company, "zhou", step(company, revision, "approve", "qian"))
        assert step_of(company, revision, "approve").assignee_id == company.people["qian"]
    else:
        told = ("A-7.above_limit", {"class": "采购", "limit": "500,000 元"})
        assert refusal(company, revision, "zhao", "zhou") == told


def test_a_7_who_approves_but_stands_nowhere_in_the_table_takes_nothing(company: World) -> None:
    grant(company, "zhang", Role.APPROVER)
    revision = waiting(company, "100 元", None)
    assert refusal(company, revision, "ouyang", "zhang") == ("A-7.no_authority", {"class": "采购"})
    (item,) = steps(company, "ouyang")
    assert [one.id for one in item.takers] == [company.people["zhao"]]  # the head above
    assert {(one.id, why.key) for one, why in item.barred} == {(company.people["zhang"], "A-7.no_authority")}


def test_a_7_the_page_says_before_the_click_who_may_not_and_why(company: World) -> None:
    waiting(company, "50000.01 元", "zhou")
    (item,) = steps(company, "zhou")
    assert [one.id for one in item.takers] == [company.people["qian"]]
    ((_, why),) = [each for each in item.barred if each[0].id == company.people["ouyang"]]
    assert why.key == "A-7.above_limit"


def test_a_7_the_table_in_force_is_asked_and_who_stands_in_it_now(company: World) -> None:
    revision = waiting(company, "60000 元", "zhou")
    table(company, TABLE.replace("5万元", "10万元").replace("5万 -", "10万 -"))
    give(company, "zhou", step(company, revision, "approve", "ouyang"))  # up to 100,000 now
    table(company)
    with company.house.uow.read() as session:
        of = session.scalars(
            select(PostHolder.id).where(PostHolder.person_id == company.people["qian"])
        ).one()
    leave_post(LeavePost(of, company.house.today()), by=company.by("admin"), house=company.house)
    company.clock.forward(days=1)
    assert refusal(company, revision, "ouyang", "qian")[0] == "A-7.no_authority"
    give(company, "ouyang", step(company, revision, "approve", "zhou"))


def test_a_7_a_post_that_goes_with_the_step_lets_its_taker_decide(company: World) -> None:
    grant(company, "wang", Role.APPROVER)
    grant(company, "zhang", Role.REVIEWER)
    with company.house.uow.read() as session:
        holds = select(PostHolder.id, PostHolder.person_id)
        times = {one.person_id: one.id for one in session.execute(holds)}
    qian = times[company.people["qian"]]
    leave_post(LeavePost(qian, company.house.today()), by=company.by("admin"), house=company.house)
    company.clock.forward(days=1)
    revision = submit(company, draft(company, "60000 元"), "zhang", "zhou")
    assert refusal(company, revision, "zhou", "wang")[0] == "A-7.no_authority"
    post = Handed(OpenKind.POST, times[company.people["zhou"]], company.people["wang"])
    give(company, "zhou", step(company, revision, "approve", "wang"), post)
    assert step_of(company, revision, "approve").assignee_id == company.people["wang"]


def test_a_7_a_step_that_asked_no_table_is_taken_as_before(company: World) -> None:
    routes(company, ROUTE.replace("authority 采购", "post ZH/副总"))
    grant(company, "zhang", Role.APPROVER)
    revision = submit(company, draft(company, "60000 元"), "wang", "zhou")
    assert step_of(company, revision, "approve").authority == ""
    assert refusal(company, revision, "zhou", "zhang")[0] == "A-8.not_of_route"
    give(company, "zhou", step(company, revision, "approve", "qian"))


def test_a_7_what_one_person_may_not_take_is_told_with_the_reason(company: World) -> None:
    waiting(company, "50000.01 元", "zhou")
    ((item, why),) = kept_from(found(company, "zhou"), company.people["ouyang"])
    assert (item.kind, why.key) == (OpenKind.STEP, "A-7.above_limit")


def test_a_7_nothing_is_handed_over_where_one_of_several_steps_is_refused(company: World) -> None:
    one, other = waiting(company, "60000 元", "zhou"), waiting(company, "500000 元", "zhou")
    before: list[Step] = [step_of(company, each, "approve") for each in (one, other)]
    both = (step(company, one, "approve", "qian"), step(company, other, "approve", "ouyang"))
    cmd = HandOver(company.people["zhou"], both, "调岗")
    with pytest.raises(RuleRefused):
        hand_over(cmd, by=company.by("admin"), house=company.house)
    after = [step_of(company, each, "approve") for each in (one, other)]
    assert [each.assignee_id for each in after] == [each.assignee_id for each in before]
