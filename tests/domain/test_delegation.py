"""Who may stand in for whom: dates, circles, chains, roles, marks of steps, limits (A-2, A-7, A-8, A-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from docctl.domain.approval import Meaning, seal
from docctl.domain.delegation import (
    MOST_AHEAD,
    MOST_DAYS,
    Given,
    StandIn,
    for_whom,
    may_delegate,
    may_end,
    may_stand_in,
)
from docctl.domain.roles import Role
from docctl.domain.route_content import check_routes, shipped_routes
from docctl.domain.route_text import lines_of_routes, read_routes, write_routes
from docctl.domain.routes import routes_of
from docctl.domain.verdicts import Allowed, Refused, RuleRefused, Verdict
from docctl.domain.who import Delegable

A, B, C = (UUID(int=one) for one in (1, 2, 3))
TODAY = date(2026, 3, 2)
NEW = Given(A, B, TODAY, TODAY + timedelta(days=4), "甲", "乙")
BOTH = frozenset({Role.REVIEWER, Role.APPROVER})
REST = "# 其余\nreview | role reviewer\napprove | role approver"


def asked(new: Given = NEW, *there: Given, **more: Any) -> str:
    facts = {"principal_holds": BOTH, "delegate_holds": BOTH, "by": A, "today": TODAY, **more}
    return key(may_delegate(new, there, **facts))


def key(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        pytest.param((A, B), "A-2.delegate_twice", id="the same again"),
        pytest.param((B, A), "A-2.delegate_circle", id="a circle"),
        pytest.param((B, C), "A-2.delegate_away", id="the delegate is away"),
        pytest.param((C, A), "A-2.delegate_chain", id="what was delegated goes on"),
        pytest.param((A, C), "", id="two share what one has"),
        pytest.param((C, B), "", id="one stands in for two"),
    ],
)
def test_a_2_delegations_of_the_same_days_neither_meet_nor_follow(
    other: tuple[UUID, UUID], refused: str
) -> None:
    for days, meets in ((4, True), (5, False), (-1, False)):
        first = TODAY + timedelta(days=days)
        last = first if days < 0 else first + timedelta(days=1)
        there = Given(*other, first, last)
        assert asked(NEW, there) == (refused if meets else ""), days


def test_a_15_one_role_that_both_hold_is_enough_and_none_is_not() -> None:
    assert asked(delegate_holds={Role.REVIEWER}) == ""
    assert asked(principal_holds={Role.APPROVER}, delegate_holds={Role.REVIEWER}) == "A-15.delegate_no_role"
    assert asked(principal_holds={Role.LEADER}) == "A-15.delegate_signs_nothing"
    assert asked(replace(NEW, delegate=A)) == "A-2.delegate_oneself"
    assert asked(by=B) == "A-2.delegate_own_hands"
    assert asked(replace(NEW, until_on=date.max)) == "A-2.delegate_too_long"
    assert asked(replace(NEW, until_on=TODAY + timedelta(days=MOST_DAYS - 1))) == ""


def test_a_2_a_delegation_begins_within_a_year() -> None:
    last = TODAY + timedelta(days=MOST_AHEAD)
    assert asked(replace(NEW, from_on=last, until_on=last)) == ""
    after = last + timedelta(days=1)
    assert asked(replace(NEW, from_on=after, until_on=after)) == "A-2.delegate_too_far"
    assert asked(replace(NEW, from_on=date.max, until_on=date.max)) == "A-2.delegate_too_far"


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({}, ""),
        ({"mark": Delegable.NEVER}, "A-8.delegate_never"),
        ({"mark": Delegable.POST}, "A-8.delegate_not_in_post"),
        ({"mark": Delegable.POST, "holds_post": True}, ""),
        ({"covers": False}, "A-8.delegate_not_covered"),
        ({"principal_holds": False}, "A-1.not_a_holder"),
        ({"delegate_holds": False}, "A-1.not_a_holder"),
        ({"wrote": True}, "A-2.own_work"),
    ],
)
def test_a_8_whether_a_step_may_be_signed_for_its_signer(facts: dict[str, Any], refused: str) -> None:
    stand_in = replace(StandIn(Meaning.REVIEW, Delegable.FREE, "审核员"), **facts)
    assert key(may_stand_in(stand_in)) == refused


def test_a_2_only_what_lasts_is_ended() -> None:
    assert may_end(ended=False, over=False) == Allowed()
    assert key(may_end(ended=True, over=True)) == "A-2.delegate_ended"
    assert key(may_end(ended=False, over=True)) == "A-2.delegate_over"


def test_a_8_both_names_are_shown_and_sealed() -> None:
    assert (for_whom("王强", "赵敏"), for_whom("王强", "")) == ("王强（代 赵敏）", "王强")
    assert for_whom("", "赵敏") == ""  # nobody has signed
    from datetime import UTC, datetime

    facts: dict[str, Any] = {
        "subject": "revision:1:1",
        "content_sha256": "0" * 64,
        "meaning": Meaning.REVIEW,
        "signer": B,
        "printed_name": "王强",
        "signed_at": datetime(2026, 3, 2, tzinfo=UTC),
    }
    seals = {seal(**facts, principal=one) for one in (None, (A, "赵敏"), (C, "赵敏"), (A, "赵 敏"))}
    assert len(seals) == 4


@pytest.mark.parametrize(
    ("said", "mark", "post", "written"),
    [
        ("", Delegable.FREE, "", ""),
        ("delegate free", Delegable.FREE, "", ""),
        ("代签 不限", Delegable.FREE, "", ""),
        ("delegate never", Delegable.NEVER, "", " | delegate never"),
        ("代签 不可", Delegable.NEVER, "", " | delegate never"),
        ("delegate post QA/审核员", Delegable.POST, "QA/审核员", " | delegate post QA/审核员"),
        ("代签 岗位 QA/审核员", Delegable.POST, "QA/审核员", " | delegate post QA/审核员"),
        ("may_repeat | delegate never", Delegable.NEVER, "", " | may_repeat | delegate never"),
        ("delegate never | may_repeat", Delegable.NEVER, "", " | may_repeat | delegate never"),
        ("delegate never | if external", Delegable.NEVER, "", " | delegate never | if external"),
    ],
)
def test_a_8_a_step_says_to_whom_it_may_be_delegated(
    said: str, mark: Delegable, post: str, written: str
) -> None:
    line = f"review | role reviewer | 3 working_days{' | ' + said if said else ''}"
    content = read_routes({"routes": f"# 甲 | type x\n{line}\napprove | role approver\n\n{REST}"})
    step = routes_of(content)[0].steps[0]
    assert (step.delegable, step.delegable_post) == (mark, post)
    text = write_routes(content)
    assert text["routes"].splitlines()[1] == f"review | role reviewer | 3 working_days{written}"
    assert read_routes(text) == content
    assert written in lines_of_routes(content)["routes"]["甲 01"]


def test_a_8_routes_from_before_mean_what_they_meant() -> None:
    content = shipped_routes()
    assert all("delegate" not in step for step in content["routes"][0]["steps"])
    assert check_routes(content) == content
    assert {step.delegable for step in routes_of(content)[0].steps} == {Delegable.FREE}


@pytest.mark.parametrize(
    "said",
    [
        "delegate",
        "delegate often",
        "delegate post",
        "delegate never QA",
        "delegate never | delegate never",
    ],
)
def test_a_8_what_no_delegation_is_is_refused(said: str) -> None:
    with pytest.raises(RuleRefused) as error:
        read_routes({"routes": f"# 甲\nreview | role reviewer | 3 days | {said}\napprove | role approver"})
    assert error.value.refused.rule == "A-1"
