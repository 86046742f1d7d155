"""Routes: which is taken, who can sign it, whether it can be walked; typed and written alike (A-1, A-2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.conditions import Value
from docctl.domain.roles import Role
from docctl.domain.route_content import MOST_ROUTES, MOST_STEPS, check_routes, shipped_routes
from docctl.domain.route_text import lines_of_routes, read_routes, write_routes
from docctl.domain.route_walks import distinct, may_walk, signers
from docctl.domain.routes import Company, candidates, route_for, routes_of, who_signs
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.domain.who import UnitFacts

LI, OU, ZHAO, WANG, QIAN = (UUID(int=one) for one in range(1, 6))
COMPANY = Company(
    types=frozenset({"procedure", "form"}),
    units={"ZH": UnitFacts(ZHAO), "QA": UnitFacts(OU, "ZH"), "PD": UnitFacts(WANG, "ZH"), "XX": UnitFacts()},
    posts={"QA/检验员": frozenset({OU, QIAN}), "PD/空缺": frozenset()},
    people={"ou": OU, "zhao": ZHAO, "wang": WANG, "li": LI},
    holders={
        Role.REVIEWER: frozenset({OU, WANG, QIAN}),
        Role.APPROVER: frozenset({ZHAO, OU}),
        Role.LEADER: frozenset({ZHAO}),
        Role.AUTHOR: frozenset({LI, WANG}),
    },
)
REST = "# 其余\nreview | role reviewer | 3 working_days\napprove | role approver | 3 working_days"
VALUES: Mapping[str, Value] = {
    "type": "procedure",
    "unit": "QA",
    "title": "记录控制程序",
    "first_issue": False,
    "external": False,
    "confidentiality": Decimal(0),
}


def read(text: str) -> dict[str, Any]:
    return read_routes({"routes": text})


def refused(text: str) -> str:
    with pytest.raises(RuleRefused) as error:
        read(text)
    assert error.value.refused.params["field"] == "routes"
    return error.value.refused.key


def walk(text: str, company: Company = COMPANY) -> str:
    verdict = may_walk(routes_of(read(text)), company)
    return verdict.key if isinstance(verdict, Refused) else ""


def test_a_1_a_company_starts_with_review_and_approval() -> None:
    assert write_routes(shipped_routes())["routes"] == REST.replace("其余", "标准")
    assert walk(REST) == ""


def test_a_1_routes_are_read_in_both_languages_and_written_in_one() -> None:
    typed = (
        "# 程序文件 ｜ 类型 procedure | 部门 QA PD | 若 confidentiality > 1 或 title 包含 “a|b”\n"
        "审核 体系 | 角色 reviewer\n"
        "审核 会签 | 部门负责人 PD | 2工作日 | 若 非 first_issue\n"
        "& 审核 会签 | 岗位 QA/检验员 | 1 周 | 可同人\n"
        "批准 | 人员 zhao | 8 小时\n\n" + REST
    )
    written = (
        '# 程序文件 | type procedure | unit PD QA | if confidentiality > 1 or title contains "a|b"\n'
        "review 体系 | role reviewer | 3 working_days\n"
        "review 会签 | head PD | 2 working_days | if not first_issue\n"
        "& review 会签 | post QA/检验员 | 1 weeks | may_repeat\n"
        "approve | person zhao | 8 hours\n\n" + REST
    )
    content = read(typed)
    assert write_routes(content)["routes"] == written
    assert read(written) == content == check_routes(content)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "A-1.too_many_routes"),
        ("review | role reviewer", "A-1.line_unfit"),
        ("# 一\n", "A-1.steps_unfit"),
        ("# 一\n看 | role reviewer", "A-1.line_unfit"),
        ("# 一\nreview", "A-1.line_unfit"),
        ("# 一\nreview | 谁", "A-1.line_unfit"),
        ("# 一\nreview | role reviewer | 三天", "A-1.line_unfit"),
        ("# 一\nreview | role reviewer | if", "A-1.line_unfit"),
        ("# 一 | 颜色 红\napprove | role approver", "A-1.line_unfit"),
        ("#\napprove | role approver", "A-1.route_name_unfit"),
        (f"# {'长' * 41}\napprove | role approver", "A-1.route_name_unfit"),
        ("# 一\napprove | role author_of_all", "A-1.who_unfit"),
        ("# 一\napprove | role auditor", "A-1.who_unfit"),
        ("# 一\napprove | post QA", "A-1.who_unfit"),
        ("# 一\napprove | person", "A-1.who_unfit"),
        ("# 一\nreview | role reviewer", "A-1.last_step_approves"),
        ("# 一\napprove | role approver\nreview | role reviewer", "A-1.last_step_approves"),
        ("# 一\napprove | role approver\napprove | role approver", "A-1.last_step_approves"),
        ("# 一\nreview | role reviewer\n& approve | role approver", "A-1.last_step_approves"),
        ("# 一\napprove | role approver | if first_issue", "A-1.last_step_approves"),
        ("# 一\n& review | role reviewer\napprove | role approver", "A-1.beside_nothing"),
        ("# 一 | type form\napprove | role approver", "A-1.route_for_the_rest"),
        (f"# 一\napprove | role approver\n{REST}", "A-1.route_for_the_rest"),
        (f"{REST.replace('其余', '其余 | type form')}\n{REST}", "A-1.route_twice"),
        ("# 一\nreview | role reviewer | if 金额 > 1\napprove | role approver", "A-6.unknown_fact"),
        ("# 一\nreview | role reviewer | if title >\napprove | role approver", "A-6.breaks_off"),
        ("# 一\napprove | role approver | 0 days", "W-1.step_limit_unfit"),
        ("# 一\napprove | role approver | 1001 working_days", "W-1.amount_unfit"),
    ],
)
def test_a_1_what_is_no_route_is_refused_with_what_is_wrong(text: str, key: str) -> None:
    assert refused(text) == key


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_a_1_so_many_steps_and_routes_at_most(more: int, fits: bool) -> None:
    steps = "# 一\n" + "review | role reviewer\n" * (MOST_STEPS - 1 + more) + "approve | role approver"
    one = "# {n} | type form\napprove | role approver\n"
    many = "".join(one.format(n=n) for n in range(MOST_ROUTES - 1 + more)) + "# 其余\napprove | role approver"
    for text, key in ((steps, "A-1.steps_unfit"), (many, "A-1.too_many_routes")):
        if fits:
            assert read(text)
        else:
            assert refused(text) == key


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ("review | head\napprove | head ZH", ""),
        ("review | head QA\n& review | head PD\napprove | person zhao", ""),
        ("review | post QA/检验员\napprove | role leader", ""),
        ("review | head XX\napprove | role approver", "A-1.route_nobody"),
        ("review | head YY\napprove | role approver", "A-1.route_unknown"),
        ("review | post QA/班长\napprove | role approver", "A-1.route_unknown"),
        ("review | post PD/空缺\napprove | role approver", "A-1.route_nobody"),
        ("review | person nobody\napprove | role approver", "A-1.route_unknown"),
        ("review | person li\napprove | role approver", "A-1.route_nobody"),  # no reviewer
        ("review | role keeper\napprove | role approver", "A-1.route_nobody"),
        ("review | person ou\napprove | person ou", "A-2.route_not_separate"),
        ("review | person ou\napprove | person ou | may_repeat", ""),
        ("review | person ou\nreview | head QA\napprove | role approver", "A-2.route_not_separate"),
    ],
)
def test_a_1_a_2_a_route_that_nobody_can_complete_is_refused(lines: str, key: str) -> None:
    assert walk(f"# 一\n{lines}") == key


def test_a_1_units_and_types_that_there_are_not_are_refused() -> None:
    assert walk(f"# 一 | type poem\napprove | role approver\n{REST}") == "A-1.route_unknown"
    assert walk(f"# 一 | unit YY\napprove | role approver\n{REST}") == "A-1.route_unknown"
    # Where units are named, the route must be signable in each of them; XX has no head.
    text = "# 一 | unit QA {}\nreview | head\napprove | role approver\n" + REST
    assert walk(text.format("PD")) == ""
    assert walk(text.format("XX")) == "A-1.route_nobody"


def test_a_2_where_every_author_would_sign_their_own_the_route_is_refused() -> None:
    text = "# 一\nreview | person wang\napprove | role approver"
    assert walk(text) == ""
    alone = Company(
        **{name: getattr(COMPANY, name) for name in ("types", "units", "posts", "people")}
        | {"holders": {**COMPANY.holders, Role.AUTHOR: frozenset({WANG})}}
    )
    assert walk(text, alone) == "A-2.route_not_separate"


def test_a_1_a_6_the_first_route_that_fits_is_taken_and_says_what_it_left_out() -> None:
    text = (
        "# 质量 | type procedure | unit QA\n"
        "review | role reviewer\n"
        "review 会签 | head PD | if first_issue\n"
        "& review 法务 | head ZH | if confidentiality > 1\n"
        "approve | role approver\n"
        "# 外来 | if external\napprove | role approver\n" + REST
    )
    routes = routes_of(read(text))
    taken = route_for(routes, VALUES)
    assert (taken.route.name, [stage for stage, _ in taken.steps]) == ("质量", [1, 3])
    assert [(one.step.name, dict(one.answer.used)) for one in taken.left_out] == [
        ("会签", {"first_issue": False}),
        ("法务", {"confidentiality": Decimal(0)}),
    ]
    first = route_for(routes, {**VALUES, "first_issue": True, "confidentiality": Decimal(2)})
    assert [stage for stage, _ in first.steps] == [1, 2, 2, 3]
    assert route_for(routes, {**VALUES, "unit": "PD", "external": True}).route.name == "外来"
    assert route_for(routes, {**VALUES, "type": "form"}).route.name == "其余"


def test_a_8_the_head_s_own_document_goes_to_the_head_above() -> None:
    route = routes_of(read("# 一\nreview | head\napprove | role approver"))[0]
    step = route.steps[0]
    assert candidates(step, COMPANY, "QA") == {OU}
    wide = Company(units=COMPANY.units, holders={Role.REVIEWER: frozenset({OU, ZHAO})})
    assert candidates(step, wide, "QA", authors=[OU]) == {ZHAO}
    assert candidates(step, wide, "XX") == frozenset()


#: 赵 heads the office and, for now, production; who heads the firm may review as well.
MEETING = Company(
    types=COMPANY.types,
    units={"FI": UnitFacts(QIAN), "ZH": UnitFacts(ZHAO, "FI"), "PD": UnitFacts(ZHAO, "ZH")},
    people=COMPANY.people,
    holders={
        Role.REVIEWER: frozenset({ZHAO, QIAN, OU}),
        Role.APPROVER: frozenset({WANG, ZHAO}),
        Role.AUTHOR: frozenset({LI}),
    },
)


@pytest.mark.parametrize(
    ("lines", "signs"),
    [
        ("review | head PD\nreview | head ZH", (ZHAO, QIAN)),  # both are 赵: the later one goes above
        ("review | head PD\nreview | head ZH | may_repeat", (ZHAO, ZHAO)),
        ("review | head PD\n& review | person zhao", (QIAN, ZHAO)),  # the one named cannot be another
        ("review | head FI\nreview | head FI", (QIAN, QIAN)),  # nobody is above: the rule will say so
    ],
)
def test_a_8_a_2_steps_that_meet_in_one_head_go_to_the_head_above(
    lines: str, signs: tuple[UUID, UUID]
) -> None:
    steps = routes_of(read(f"# 一\n{lines}\napprove | role approver"))[0].steps
    found = who_signs(steps, MEETING, "PD", authors=[LI])
    assert found[:2] == tuple(frozenset({one}) for one in signs)


@pytest.mark.parametrize(
    ("routes", "key"),
    [
        ("# 一\nreview | head PD\nreview | head ZH\napprove | role approver", ""),
        ("# 一\nreview | head\nreview | head FI\napprove | role approver", "A-2.route_not_separate"),
        (  # documents of the unit in which they meet take another route before
            (
                "# 二 | unit FI\nreview | head\napprove | role approver\n"
                "# 一\nreview | head\nreview | head FI\napprove | role approver"
            ),
            "",
        ),
        (  # that one takes only some of them
            (
                "# 二 | unit FI | type form\nreview | head\napprove | role approver\n"
                "# 一\nreview | head\nreview | head FI\napprove | role approver"
            ),
            "A-2.route_not_separate",
        ),
    ],
)
def test_a_2_a_unit_in_which_steps_meet_in_one_person_is_named_when_the_route_is_saved(
    routes: str, key: str
) -> None:
    verdict = may_walk(routes_of(read(routes)), MEETING)
    assert (verdict.key if isinstance(verdict, Refused) else "") == key
    if isinstance(verdict, Refused):
        assert verdict.params["unit"] == "FI"


def test_a_2_a_closed_unit_keeps_no_route_from_being_saved() -> None:
    text = "# 一\nreview | head\nreview | head FI\napprove | role approver"
    units = {**MEETING.units, "FI": UnitFacts(QIAN, is_closed=True)}
    closed = Company(units=units, types=MEETING.types, holders=MEETING.holders)
    assert walk(text, MEETING) == "A-2.route_not_separate"
    assert walk(text, closed) == ""


def chosen(text: str, reviewers: list[UUID], approver: UUID | None, authors: set[UUID]) -> object:
    taken = route_for(routes_of(read(text)), VALUES)
    steps = [step for _, step in taken.steps]
    able = [candidates(step, COMPANY, "QA", authors=authors) for step in steps]
    found = signers(steps, able, authors=authors, reviewers=reviewers, approver=approver)
    return found.key if isinstance(found, Refused) else found


TWO = "# 一\nreview | role reviewer\n& review 会签 | head PD\napprove | role approver"


@pytest.mark.parametrize(
    ("text", "reviewers", "approver", "authors", "answer"),
    [
        (REST, [OU], ZHAO, {LI}, (OU, ZHAO)),
        (REST, [], ZHAO, {LI}, "A-1.signer_needed"),
        (REST, [OU], None, {LI}, "A-1.signer_needed"),
        (REST, [LI], ZHAO, {LI}, "A-2.own_work"),
        (REST, [OU], LI, {LI}, "A-2.own_work"),
        (REST, [OU], OU, {LI}, "A-2.same_person"),
        (REST, [ZHAO], OU, {LI}, "A-1.not_a_holder"),
        (REST, [OU], WANG, {LI}, "A-1.not_a_holder"),
        (REST, [OU, QIAN], ZHAO, {LI}, "A-1.not_a_holder"),
        (TWO, [OU], ZHAO, {LI}, (OU, WANG, ZHAO)),
        (TWO, [WANG], ZHAO, {LI}, "A-2.same_person"),
        (TWO, [OU], ZHAO, {WANG}, "A-1.nobody_signs"),
    ],
)
def test_a_2_who_submits_chooses_where_there_is_a_choice(
    text: str, reviewers: list[UUID], approver: UUID | None, authors: set[UUID], answer: object
) -> None:
    assert chosen(text, reviewers, approver, authors) == answer


@given(st.lists(st.integers(0, 63), max_size=5))
def test_a_2_different_people_are_found_exactly_where_there_are_any(masks: list[int]) -> None:
    sets = [frozenset(UUID(int=one) for one in range(1, 7) if mask >> (one - 1) & 1) for mask in masks]

    def brute(left: list[frozenset[UUID]], taken: frozenset[UUID]) -> bool:
        return not left or any(brute(left[1:], taken | {one}) for one in left[0] - taken)

    found = distinct(sets)
    assert (found is not None) is brute(sets, frozenset())
    if found is not None:
        assert len(set(found)) == len(sets)
        assert all(one in able for one, able in zip(found, sets, strict=True))


NAMES = st.text(st.sampled_from("审核 |#&ab若if\u3000"), max_size=8)


@given(NAMES, NAMES, st.booleans(), st.booleans())
def test_a_1_whatever_is_a_route_is_read_again_as_it_was(
    name: str, step: str, separate: bool, beside: bool
) -> None:
    content = shipped_routes()
    first = content["routes"][0]["steps"][0]
    first["name"], first["separate"] = step, separate
    content["routes"][0]["name"] = name
    content["routes"][0]["steps"].insert(1, {**first, "beside": beside, "name": ""})
    try:
        checked = check_routes(content)
    except RuleRefused as error:
        key = error.refused.key
    else:
        assert read(write_routes(checked)["routes"]) == checked
        assert lines_of_routes(checked)["routes"]
        key = "A-1.route_name_unfit"
    assert key == "A-1.route_name_unfit"


LED = Company(
    types=frozenset({"procedure"}),
    units={
        "ZH": UnitFacts(leader=ZHAO),
        "QA": UnitFacts(parent="ZH"),
        "PD": UnitFacts(parent="ZH", leader=OU),
    },
    holders={Role.REVIEWER: frozenset({OU, WANG}), Role.APPROVER: frozenset({ZHAO, OU})},
)
BY_LEADER = "# 其余\nreview | leader PD | 1 days\napprove | leader | 1 days"


def test_a_8_the_leader_in_charge_signs_for_the_unit_or_the_one_above_it() -> None:
    steps = routes_of(read(BY_LEADER))[0].steps
    assert candidates(steps[1], LED, "QA") == {ZHAO}
    assert candidates(steps[1], LED, "PD") == {OU}
    assert candidates(steps[1], LED, "PD", authors={OU}) == {ZHAO}
    assert candidates(steps[1], LED, "ZH", authors={ZHAO}) == frozenset()
    assert who_signs(steps, LED, "PD") == (frozenset({OU}), frozenset({ZHAO}))  # one signs one step
    assert walk(BY_LEADER, LED) == ""
    assert walk(BY_LEADER.replace("leader PD", "leader XX"), LED) == "A-1.route_unknown"
    assert write_routes(read(BY_LEADER.replace("leader", "分管领导"))) == {"routes": BY_LEADER}
