"""Copy-to steps in routes: read, written, refused, whom they tell and when they begin (A-10)."""

from __future__ import annotations

from uuid import UUID

import pytest

from docctl.domain.copy_to import LONGEST_REMARK, Told, may_acknowledge, may_be_told_instead
from docctl.domain.route_content import check_routes
from docctl.domain.route_text import lines_of_routes, read_routes, write_routes
from docctl.domain.routes import route_for, routes_of, who_is_told
from docctl.domain.verdicts import Refused, Verdict
from tests.domain.test_routes import COMPANY, OU, QIAN, REST, VALUES, ZHAO, read, refused, walk


def key(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


def route(lines: str) -> str:
    return f"# 一 | type procedure\n{lines}\n\n{REST}"


SIGNED = "review | role reviewer\napprove | role approver"


def test_a_10_copies_are_read_in_both_languages_and_written_in_one() -> None:
    typed = route(
        "审核 | 角色 reviewer\n& 抄送 | 岗位 QA/检验员\n知会 | 部门负责人 PD | 若 first_issue\n"
        "批准 | 角色 approver\n抄报 集团 | 人员 zhao"
    )
    written = route(
        "review | role reviewer | 3 working_days\n& inform | post QA/检验员\n"
        "inform 知会 | head PD | if first_issue\n"
        "approve | role approver | 3 working_days\ninform 集团 | person zhao"
    )
    content = read(typed)
    assert write_routes(content)["routes"] == written
    assert read(written) == content == check_routes(content)
    assert lines_of_routes(content)["routes"]["一 05"] == "一 · inform 集团 | person zhao"


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ("inform | post QA/检验员", "A-10.informs_only"),
        ("inform | head\n& inform | head PD", "A-10.informs_only"),
        (f"inform | head\n{SIGNED}", ""),
        (f"{SIGNED}\ninform | head", ""),
        ("review | role reviewer\ninform | head", "A-1.last_step_approves"),
        ("inform | head\n& approve | role approver", "A-1.last_step_approves"),
        (f"& inform | head\n{SIGNED}", "A-1.beside_nothing"),
        (f"inform | role reviewer\n{SIGNED}", "A-10.nobody_chosen"),
        (f"inform | authority 采购\n{SIGNED}", "A-10.nobody_chosen"),
        (f"inform | head | 3 days\n{SIGNED}", "A-10.informs_plainly"),
        (f"inform | head | may_repeat\n{SIGNED}", "A-10.informs_plainly"),
        (f"inform\n{SIGNED}", "A-10.informs_plainly"),
        (f"inform | 谁\n{SIGNED}", "A-1.line_unfit"),
        (f"inform | post QA\n{SIGNED}", "A-1.who_unfit"),
    ],
)
def test_a_10_a_route_needs_more_than_copies(lines: str, key: str) -> None:
    if key:
        assert refused(route(lines)) == key
    else:
        assert read(route(lines))


@pytest.mark.parametrize(
    ("copy", "key"),
    [
        ("inform | post QA/检验员", ""),
        ("inform | post PD/空缺", ""),  # nobody is told, and nothing waits for it
        ("inform | head XX", ""),
        ("inform | person li", ""),  # who signs nothing may be told
        ("inform | post QA/班长", "A-1.route_unknown"),
        ("inform | person nobody", "A-1.route_unknown"),
        ("inform | head YY", "A-1.route_unknown"),
    ],
)
def test_a_10_whom_a_copy_names_must_be_there(copy: str, key: str) -> None:
    assert walk(route(f"{SIGNED}\n{copy}")) == key


def test_a_10_a_copy_begins_beside_a_step_with_the_next_one_or_with_the_issue() -> None:
    text = route(
        "review 一 | role reviewer\n& inform 同时 | head\ninform 其后 | head\n& review 二 | role reviewer\n"
        "review 三 | role reviewer\napprove | role approver\n& inform 批准时 | head\ninform 发布 | head\n"
        "inform 略 | head | if first_issue"
    )
    taken = route_for(routes_of(read(text)), VALUES)
    assert [(stage, step.name) for stage, step in taken.steps] == [(1, "一"), (2, "二"), (3, "三"), (4, "")]
    assert [(one.stage, one.name) for one in taken.copies] == [
        (1, "同时"),
        (2, "其后"),
        (4, "批准时"),
        (5, "发布"),
    ]
    assert [one.step.name for one in taken.left_out] == ["略"]


def test_a_10_all_of_a_post_are_told_and_one_head() -> None:
    (first, _) = routes_of(read(route(f"{SIGNED}\ninform | post QA/检验员\ninform | head\ninform | head XX")))
    told = [who_is_told(one, COMPANY, "QA") for one in first.copies]
    assert told == [frozenset({OU, QIAN}), frozenset({OU}), frozenset()]
    above = routes_of(read(route(f"{SIGNED}\ninform | person zhao")))[0].copies[0]
    assert who_is_told(above, COMPANY, "PD") == frozenset({ZHAO})


@pytest.mark.parametrize(
    ("told", "remark", "expected"),
    [
        (Told(to_them=True, runs=True, acknowledged=False), "", ""),
        (Told(to_them=True, runs=True, acknowledged=False), "长" * LONGEST_REMARK, ""),
        (
            Told(to_them=True, runs=True, acknowledged=False),
            "长" * (LONGEST_REMARK + 1),
            "A-10.remark_too_long",
        ),
        (Told(to_them=True, runs=True, acknowledged=True), "", "A-10.acknowledged_already"),
        (Told(to_them=True, runs=False, acknowledged=False), "", "A-10.not_running"),
        (Told(to_them=False, runs=True, acknowledged=False), "", "A-10.not_told"),
        (Told(to_them=False, runs=True, acknowledged=False, delegated=True), "", "A-10.not_by_delegation"),
    ],
)
def test_a_10_who_was_told_says_so_themselves_and_once(told: Told, remark: str, expected: str) -> None:
    assert key(may_acknowledge(told, remark)) == expected


def test_a_10_a_copy_goes_to_who_has_none_of_the_same_step() -> None:
    assert key(may_be_told_instead({OU}, to=QIAN)) == ""
    assert key(may_be_told_instead({OU, QIAN}, to=QIAN)) == "A-10.told_already"


def test_a_10_routes_from_before_say_the_same_as_ever() -> None:
    content = read_routes({"routes": REST})
    assert all(set(step) >= {"limit", "separate"} for one in content["routes"] for step in one["steps"])
    assert routes_of(content)[0].copies == ()
    assert isinstance(OU, UUID)
