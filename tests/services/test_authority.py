"""A step by the authority table goes to who may decide that much, and to nobody below (A-7)."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from docctl.domain.authority_text import read_authority
from docctl.domain.particulars import Particulars
from docctl.domain.roles import Role
from docctl.domain.verdicts import RuleRefused
from docctl.models.documents import Revision
from docctl.models.organisation import Post, PostHolder
from docctl.services.revisions.revise import EditRevision, edit_revision
from docctl.services.revisions.sign import approve_revision, review_revision
from tests import rules
from tests.services.test_routes import REST, grant, refused, review, routes, steps, submit, submitted_event
from tests.world import World

TABLE = """采购 | * | 0 - 5万元 | head
采购 | * | 5万 - 50万元 | post ZH/副总
采购 | * | 50万元以上 | person zhao"""
ROUTE = (
    f"# 采购 | type procedure\nreview | role reviewer | 3 working_days\napprove | authority 采购\n\n{REST}"
)


def table(world: World, text: str = TABLE) -> int:
    return rules.approved(world, json.dumps(read_authority({"lines": text})), kind="authority")


@pytest.fixture
def company(world: World) -> World:
    """欧阳雪 heads quality and may approve; 周明 and 钱进 are vice directors; then 赵敏."""
    for who in ("ouyang", "zhou", "qian"):
        grant(world, who, Role.APPROVER)
    grant(world, "wang", Role.REVIEWER)

    def posts(session: Session) -> None:
        post = Post(unit_id=world.units["ZH"], name="副总")
        session.add(post)
        session.flush()
        for who in ("zhou", "qian"):
            session.add(PostHolder(post_id=post.id, person_id=world.people[who], from_on=world.house.today()))

    world.house.uow.write(posts)
    table(world)
    routes(world, ROUTE)
    return world


def draft(world: World, amount: str, *, unit: str = "PZ") -> UUID:
    revision_id = world.draft(author="li", unit=unit)
    cmd = EditRevision(
        revision_id, world.revision(revision_id).row_version, "采购", particulars=Particulars(amount=amount)
    )
    edit_revision(cmd, by=world.by("li"), house=world.house)
    return revision_id


def waiting_above(world: World) -> UUID:
    """Submit what 周明 alone decides: 欧阳雪 may up to 500,000, and it is a little more."""
    for who in ("ouyang", "zhou"):
        grant(world, who, Role.APPROVER)
    grant(world, "wang", Role.REVIEWER)
    lines = TABLE.replace("post ZH/副总", "person ouyang").replace("person zhao", "person zhou")
    table(world, lines)
    routes(world, ROUTE)
    return submit(world, draft(world, "500000.01 元"), "wang", None)


@pytest.mark.parametrize(
    ("amount", "chosen", "approver"),
    [
        ("50000 元", None, "ouyang"),
        ("50000.01 元", "qian", "qian"),
        ("500000 元", "zhou", "zhou"),
        ("500000.01 元", None, "zhao"),
    ],
)
def test_a_7_the_level_that_covers_the_amount_approves(
    company: World, amount: str, chosen: str | None, approver: str
) -> None:
    revision_id = submit(company, draft(company, amount), "wang", chosen)
    assert [one[1] for one in steps(company, revision_id)] == ["wang", approver]
    facts = submitted_event(company)[0]
    assert facts["authority"].startswith("authority 2 ")
    review(company, revision_id, "wang")
    approve_revision(company.signing(revision_id), by=company.by(approver), house=company.house)
    assert company.revision(revision_id).status == "approved"


def test_a_7_who_is_chosen_above_the_own_limit_is_refused_and_told_the_limit(company: World) -> None:
    revision_id = draft(company, "50000.01 元")
    with pytest.raises(RuleRefused) as error:
        submit(company, revision_id, "wang", "ouyang")
    assert error.value.refused.key == "A-7.above_limit"
    assert error.value.refused.params == {"class": "采购", "limit": "50,000 元"}
    with pytest.raises(RuleRefused) as error:
        submit(company, revision_id, "wang", "zhao")
    assert error.value.refused.key == "A-1.not_a_holder"
    assert submit(company, revision_id, "wang", "zhou") == revision_id


@pytest.mark.parametrize(("amount", "key"), [("", "A-7.amount_needed"), ("5 件", "A-7.other_unit")])
def test_a_7_without_an_amount_in_its_unit_nothing_is_submitted(
    company: World, amount: str, key: str
) -> None:
    with pytest.raises(RuleRefused) as error:
        submit(company, draft(company, amount), "wang", None)
    assert error.value.refused.key == key


def test_a_7_a_decision_of_one_s_own_work_goes_to_the_next_level(company: World) -> None:
    revision_id = draft(company, "100 元", unit="SC")
    company.let_head("li", "SC")
    grant(company, "li", Role.APPROVER)
    # The head of the unit wrote it, and its head above is the leader.
    found = submit(company, revision_id, "wang", None)
    assert [one[1] for one in steps(company, found)] == ["wang", "zhao"]


def test_a_7_a_revision_keeps_the_level_under_which_it_was_submitted(company: World) -> None:
    revision_id = submit(company, draft(company, "60000 元"), "wang", "zhou")
    table(company, "采购 | * | over 0 | person zhao")
    review(company, revision_id, "wang")
    approve_revision(company.signing(revision_id), by=company.by("zhou"), house=company.house)
    later = submit(company, draft(company, "60000 元"), "wang", None)
    assert steps(company, later)[-1][1] == "zhao"
    assert submitted_event(company)[0]["authority"].startswith("authority 3 ")


def test_a_7_a_class_that_a_route_asks_for_stays_in_the_table(company: World) -> None:
    with pytest.raises(RuleRefused) as error:
        table(company, "报废 | * | over 0 | person zhao")
    assert error.value.refused.key == "A-7.class_in_use"
    assert refused(company, ROUTE.replace("authority 采购", "authority 借款")) == "A-1.route_unknown"


def test_a_7_a_level_in_which_nobody_may_approve_is_not_even_saved(world: World) -> None:
    with pytest.raises(RuleRefused) as error:
        table(world, "采购 | * | over 0 | person li")
    assert error.value.refused.key == "A-7.level_nobody"


def test_a_6_routes_may_ask_for_the_amount_and_the_systems(company: World) -> None:
    routes(
        company,
        '# 大额 | if amount > 50000 and systems contains "GJB"\napprove | person zhao\n\n' + REST,
    )
    plain = submit(company, draft(company, "60000 元"), "wang", "zhou")
    assert len(steps(company, plain)) == 2
    revision_id = draft(company, "60000 元")

    def military(session: Session) -> None:
        session.get_one(Revision, revision_id).systems = " Q GJB "

    company.house.uow.write(military)
    assert [one[1] for one in steps(company, submit(company, revision_id, None, None))] == ["zhao"]
    review_revision(company.signing(plain), by=company.by("wang"), house=company.house)


@pytest.mark.parametrize(("amount", "count"), [("60000 元", 1), ("60000 件", 2), ("60000 USD", 2), ("", 2)])
def test_a_6_a_condition_of_the_amount_means_money_and_no_other_unit(
    company: World, amount: str, count: int
) -> None:
    routes(company, f"# 大额 | if amount > 50000\napprove | person zhao\n\n{REST}")
    reviewer, approver = ("wang", "zhou") if count == 2 else (None, None)
    revision_id = submit(company, draft(company, amount), reviewer, approver)
    assert len(steps(company, revision_id)) == count
