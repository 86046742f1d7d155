"""The authority table: whole, read and written alike; who decides, who is above a limit (A-7)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from docctl.domain.amounts import Amount
from docctl.domain.authority import (
    authority_of,
    counted,
    deciders,
    may_decide,
    may_stand,
    resolved,
)
from docctl.domain.authority_content import check_authority, shipped_authority
from docctl.domain.authority_text import (
    COLUMNS,
    lines_of_authority,
    of_rows,
    read_authority,
    rows_of,
    say_authority,
    write_authority,
)
from docctl.domain.roles import Role
from docctl.domain.route_content import standard_route
from docctl.domain.route_text import read_routes
from docctl.domain.route_walks import may_walk
from docctl.domain.routes import Company, Step, routes_of
from docctl.domain.setting_kinds import KINDS, differences
from docctl.domain.verdicts import Allowed, Refused, RuleRefused
from docctl.domain.who import UnitFacts, Who

LI, OU, ZHAO, WANG, QIAN = (UUID(int=one) for one in range(1, 6))
COMPANY = Company(
    types=frozenset({"procedure"}),
    units={
        "ZH": UnitFacts(ZHAO),
        "QA": UnitFacts(OU, "ZH", leader=QIAN),
        "PD": UnitFacts(WANG, "ZH", leader=QIAN),
        "PD1": UnitFacts(None, "PD"),
    },
    posts={"ZH/总经理": frozenset({ZHAO})},
    people={"ou": OU, "zhao": ZHAO, "wang": WANG},
    holders={
        Role.APPROVER: frozenset({OU, ZHAO, WANG, QIAN}),
        Role.REVIEWER: frozenset({OU}),
        Role.AUTHOR: frozenset({LI}),
    },
)
TABLE = """采购 | * | 0 - 5万元 | head
采购 | * | 5万 - 50万元 | leader
采购 | * | 50万元以上 | post ZH/总经理
采购 | QA | over 0 | person zhao
报废 | * | 不超过 100 件 | 部门负责人
报废 | * | 超过 100 件 | 角色 approver"""


def read(text: str) -> dict[str, Any]:
    return read_authority({"lines": text})


def refused(text: str) -> str:
    with pytest.raises(RuleRefused) as caught:
        read(text)
    assert caught.value.refused.params["field"] == "lines"
    return caught.value.refused.key


def test_a_7_a_table_is_written_as_it_is_read_in_both_languages_and_as_rows() -> None:
    content = read(TABLE)
    text = write_authority(content)["lines"]
    assert read(text) == content
    assert read(say_authority(text, "zh_Hans")) == content
    assert say_authority(text, "en") == text
    assert of_rows(rows_of(content)) == content
    assert all(len(row) == len(COLUMNS) for row in rows_of(content))
    assert check_authority(content) == content
    assert read("") == shipped_authority()


def test_a_7_two_tables_are_compared_level_by_level() -> None:
    before, after = read(TABLE), read(TABLE.replace("5万", "8万").replace("0 - 8万元", "0 - 8万元"))
    assert set(lines_of_authority(before)) == {"lines"}
    changed = differences(KINDS["authority"], before, after)
    assert [(one.old, one.new) for one in changed] == [
        ("采购 | * | 0 - 50000 元 | head", "采购 | * | 0 - 80000 元 | head"),
        ("采购 | * | 50000 - 500000 元 | leader", "采购 | * | 80000 - 500000 元 | leader"),
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("采购 | * | 0 - 5 | head", "A-7.no_end"),
        ("采购 | * | 0 - 5 | head\n采购 | * | over 6 | head ZH", "A-7.hole"),
        ("采购 | * | 1 - 5 | head\n采购 | * | over 5 | head ZH", "A-7.hole"),
        ("采购 | * | 0 - 5 | head\n采购 | * | over 4 | head ZH", "A-7.overlap"),
        ("采购 | * | over 0 | head\n采购 | * | over 4 | head ZH", "A-7.overlap"),
        ("采购 | * | 0 - 0 | head\n采购 | * | over 0 | head ZH", "A-7.empty_level"),
        ("采购 | QA | over 0 | head", "A-7.no_rest"),
        ("采购 | * | 0 - 5 件 | head\n采购 | * | over 5 元 | head ZH", "A-7.two_units"),
        ("采购 | * | over 0 | authority 报废", "A-7.line_unfit"),
        ("采购 | * | over 0 | nobody", "A-7.line_unfit"),
        ("采购 | * | over 0 | role poet", "A-7.who_unfit"),
        ("采购 | * | over 0 | post 总经理", "A-7.who_unfit"),
        ("采购 | * | 很多 | head", "A-7.line_unfit"),
        ("采购 | * | over 0", "A-7.line_unfit"),
        ("=采购 | * | over 0 | head", "A-7.class_name_unfit"),
        (" | * | over 0 | head", "A-7.class_name_unfit"),
        (f"{'长' * 41} | * | over 0 | head", "A-7.class_name_unfit"),
    ],
)
def test_a_7_a_table_with_a_hole_an_overlap_or_no_end_is_refused(text: str, key: str) -> None:
    assert refused(text) == key


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"classes": None},
        {"classes": [{}]},
        {"classes": [{"name": "a", "unit": "", "areas": []}]},
        {"classes": [{"name": "a", "unit": "元", "areas": [{"area": 1, "levels": []}]}]},
        {"classes": [{"name": "a", "unit": "元", "areas": [{"area": "", "levels": [{}]}]}]},
        {
            "classes": [
                {
                    "name": "a",
                    "unit": "元",
                    "areas": [
                        {
                            "area": "",
                            "levels": [
                                {"who": {"kind": "head", "of": ""}, "over": 0.5, "up_to": None},
                            ],
                        }
                    ],
                }
            ]
        },
    ],
)
def test_a_7_what_is_no_table_is_refused(data: object) -> None:
    with pytest.raises(RuleRefused) as caught:
        check_authority(data)
    assert caught.value.refused.rule == "A-7"


@pytest.mark.parametrize(
    ("unit", "value", "decides"),
    [
        ("PD", "0", [WANG]),
        ("PD", "50000", [WANG]),
        ("PD", "50000.0001", [QIAN]),
        ("PD", "500000", [QIAN]),
        ("PD", "500000.01", [ZHAO]),
        ("PD1", "10", [WANG]),
        ("QA", "10", [ZHAO]),
        ("", "1000000", [ZHAO]),
    ],
)
def test_a_7_the_level_that_covers_the_amount_decides(unit: str, value: str, decides: list[UUID]) -> None:
    kind = authority_of(read(TABLE))["采购"]
    found = deciders(kind, Decimal(value), COMPANY, unit)
    assert [sorted(one.people) for one in found if one.decides] == [decides]


def test_a_7_above_ones_limit_is_refused_and_at_it_allowed() -> None:
    kind = authority_of(read(TABLE))["采购"]

    def asked(person: UUID, value: str) -> str:
        verdict = may_decide("采购", deciders(kind, Decimal(value), COMPANY, "PD"), kind.unit, person)
        return verdict.key if isinstance(verdict, Refused) else ""

    assert asked(WANG, "50000") == ""
    assert asked(WANG, "50000.01") == "A-7.above_limit"
    assert asked(QIAN, "500000") == ""
    assert asked(QIAN, "500000.01") == "A-7.above_limit"
    assert asked(ZHAO, "1") == ""  # whoever may decide more may decide less
    assert asked(LI, "1") == "A-7.no_authority"


def test_a_7_where_the_level_prepared_it_the_next_one_decides() -> None:
    kind = authority_of(read(TABLE))["采购"]
    leaderless = replace(COMPANY, units=COMPANY.units | {"PD": UnitFacts(WANG, "")})
    found = deciders(kind, Decimal(5), leaderless, "PD", authors={WANG})
    assert [one.people for one in found if one.decides] == [frozenset({ZHAO})]


def step(name: str = "采购") -> Step:
    (route,) = routes_of(read_routes({"routes": f"# 其余\napprove | authority {name}"}))
    return route.steps[0]


def test_a_7_a_step_of_a_route_goes_to_the_level_that_decides() -> None:
    company = replace(COMPANY, authority=authority_of(read(TABLE)))
    found = resolved(step(), company, "PD", Amount(Decimal(60_000)), authors=())
    assert (found.step.who, found.step.of, found.step.name) == (Who.LEADER, "", "采购")
    assert {one: why.key for one, why in found.lower.items()} == {WANG: "A-7.above_limit"}
    for of, amount, key in (
        ("借款", Amount(Decimal(1)), "A-7.class_unknown"),
        ("采购", None, "A-7.amount_needed"),
        ("采购", Amount(Decimal(1), "件"), "A-7.other_unit"),
    ):
        with pytest.raises(RuleRefused) as caught:
            resolved(step(of), company, "PD", amount, authors=())
        assert caught.value.refused.key == key
    nobody = replace(company, posts={})
    with pytest.raises(RuleRefused) as caught:
        resolved(step(), nobody, "PD", Amount(Decimal(600_000)), authors=())
    assert caught.value.refused.key == "A-7.nobody_decides"


def test_a_7_a_route_may_only_ask_for_a_class_of_the_table() -> None:
    routes = routes_of(read_routes({"routes": "# 其余\napprove | 核决权限 采购"}))
    verdict = may_walk(routes, COMPANY)
    assert isinstance(verdict, Refused)
    assert verdict.key == "A-1.route_unknown"
    assert may_walk(routes, replace(COMPANY, authority=authority_of(read(TABLE)))) == Allowed()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("采购 | * | over 0 | post ZH/总经理", ""),
        ("采购 | * | over 0 | post ZH/董事长", "A-7.level_nobody"),
        ("采购 | * | over 0 | person li", "A-7.level_nobody"),
        ("采购 | * | over 0 | head", ""),
        ("采购 | * | over 0 | head XX", "A-7.level_nobody"),
        ("采购 | * | over 0 | head\n采购 | XX | over 0 | head", "A-7.area_unknown"),
    ],
)
def test_a_7_a_table_names_what_there_is(line: str, key: str) -> None:
    verdict = may_stand(authority_of(read(line)), COMPANY)
    assert (verdict.key if isinstance(verdict, Refused) else "") == key


def test_a_7_an_amount_is_compared_in_the_unit_of_its_class() -> None:
    kind = authority_of(read(TABLE))["报废"]
    assert counted(kind, "报废", Amount(Decimal(3), "件")) == Decimal(3)
    assert isinstance(counted(kind, "报废", Amount(Decimal(3))), Refused)
    assert standard_route("标准", [])["steps"]  # routes without the table stay as they are
