"""Conditions: read, written, checked and answered the same way always; nothing typed is run (A-6)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.condition_check import DEEPEST, LONGEST, MOST_LISTED, check, write_condition
from docctl.domain.condition_check import MOST as MOST_COMPARED
from docctl.domain.condition_facts import MOST, MOST_CHOICES, read_facts, read_values
from docctl.domain.condition_text import WORDS, read_condition
from docctl.domain.conditions import (
    Compare,
    Condition,
    Every,
    Fact,
    FactType,
    Holds,
    IsEmpty,
    Not,
    OneOf,
    Sign,
    Some,
    answer,
    fits,
    names,
)
from docctl.domain.verdicts import Refused, RuleRefused

T = FactType
FACTS = {
    "金额": Fact(T.NUMBER),
    "级别": Fact(T.CHOICE, frozenset({"一般", "重大"})),
    "客户": Fact(T.TEXT),
    "发生日": Fact(T.DAY),
    "是否死亡": Fact(T.YES_NO),
    "体系": Fact(T.SEVERAL),
}
VALUES = {
    "金额": Decimal(50_000),
    "级别": "重大",
    "客户": "市第一医院",
    "发生日": date(2026, 3, 2),
    "是否死亡": True,
    "体系": frozenset({"Q", "E"}),
}


def refusal(text: str) -> str:
    """Return why a text is no condition on the facts here, "" where it is one."""
    try:
        verdict = check(read_condition(text), FACTS)
    except RuleRefused as error:
        return error.refused.code
    return verdict.code if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("金额 > 49999.99", True),
        ("金额 > 50000", False),
        ("金额 >= 50000", True),
        ("金额 ≥ 50000", True),
        ("金额 < 50000.01", True),
        ("金额 < 50000", False),
        ("金额 <= 50000", True),
        ("金额 = 50000.00", True),
        ("金额 ≠ 50000", False),
        ("金额 in [1, 50000]", True),
        ("金额 属于 [1、2]", False),
        ('级别 = "重大"', True),
        ("级别 != “重大”", False),
        ('级别 in ["一般", "重大"]', True),
        ('客户 包含 "医院"', True),
        ('客户 contains "学校"', False),
        ("发生日 >= 2026-03-02", True),
        ("发生日 > 2026-03-02", False),
        ("发生日 < 2026-03-03", True),
        ("是否死亡", True),
        ("是否死亡 = 是", True),
        ("是否死亡 = no", False),
        ("非 是否死亡", False),
        ('体系 包含 "Q"', True),
        ('体系 包含 "OHS"', False),
        ("客户 为空", False),
        ("客户 不为空", True),
        ("客户 is empty", False),
        ("客户 is not empty", True),
        ("金额 > 1 且 金额 < 2", False),
        ("金额 > 1 或 金额 < 2", True),
        ("金额 > 1 or 金额 > 1 and 金额 < 2", True),
        ("(金额 > 1 or 金额 > 1) and 金额 < 2", False),
        ("not 金额 < 2 and 金额 > 1", True),
        ("not (金额 < 2 or 金额 > 1)", False),
        ("NOT 金额 < 2", True),
    ],
)
def test_a_6_a_condition_says_yes_or_no(text: str, holds: bool) -> None:
    condition = read_condition(text)
    assert check(condition, FACTS)
    found = answer(condition, VALUES)
    assert found.holds is holds
    assert found.used == {name: VALUES[name] for name in names(condition)}


@pytest.mark.parametrize("name", FACTS)
def test_a_6_every_comparison_with_an_empty_fact_is_false(name: str) -> None:
    literal: dict[FactType, Any] = {
        T.NUMBER: Decimal(1),
        T.CHOICE: "一般",
        T.TEXT: "x",
        T.DAY: date(2026, 1, 1),
        T.YES_NO: True,
        T.SEVERAL: "Q",
    }
    for sign in Sign:
        condition = Compare(name, sign, literal[FACTS[name].type])
        if check(condition, FACTS):
            assert not answer(condition, {}).holds
            assert answer(Not(condition), {name: None}).holds
    assert answer(IsEmpty(name), {}) == answer(IsEmpty(name), {name: None})
    assert answer(IsEmpty(name), {}).holds
    empty = {T.TEXT: "", T.SEVERAL: frozenset()}.get(FACTS[name].type)
    assert answer(IsEmpty(name), {name: empty}).holds


def test_a_6_zero_and_no_are_no_empty_values() -> None:
    assert not answer(IsEmpty("金额"), {"金额": Decimal(0)}).holds
    assert not answer(IsEmpty("是否死亡"), {"是否死亡": False}).holds
    assert answer(read_condition("金额 = 0"), {"金额": Decimal(0)}).holds


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nothing_said"),
        ("  \n", "nothing_said"),
        ("金额 >", "breaks_off"),
        ("(金额 > 1", "breaks_off"),
        ("金额 > 1)", "unexpected"),
        ("金额 > 1 金额 < 2", "unexpected"),
        ("> 1", "unexpected"),
        ("金额 in []", "unexpected"),
        ("金额 in [1", "breaks_off"),
        ("金额 > 金额", "unexpected"),
        ("and", "unexpected"),
        ("金额 is 1", "unexpected"),
        ("金额 @ 1", "unreadable"),
        ("金额 > 1e9", "unreadable"),
        ("金额 > 1234567890123456", "unreadable"),
        ('客户 = "没有完', "unreadable"),
        ("发生日 = 2026-02-30", "unreadable"),
        ("__import__('os')", "unreadable"),
        ("数量 > 1", "unknown_fact"),
        ("金额", "no_yes_or_no"),
        ('金额 = "1"', "type_unfit"),
        ("金额 = 是", "type_unfit"),
        ("是否死亡 = 1", "type_unfit"),
        ("发生日 = 1", "type_unfit"),
        ('金额 in [1, "2"]', "type_unfit"),
        ('级别 > "一般"', "sign_unfit"),
        ('级别 包含 "一"', "sign_unfit"),
        ('体系 = "Q"', "sign_unfit"),
        ('体系 in ["Q"]', "sign_unfit"),
        ("是否死亡 < 是", "sign_unfit"),
        ('级别 = "特大"', "no_such_choice"),
        ('级别 in ["一般", "特大"]', "no_such_choice"),
    ],
)
def test_a_6_what_is_no_condition_on_these_facts_is_refused(text: str, code: str) -> None:
    assert refusal(text) == code


@pytest.mark.parametrize(
    ("fit", "unfit", "code"),
    [
        (f'客户 = "{"x" * (LONGEST - 7)}"', f'客户 = "{"x" * (LONGEST - 6)}"', "too_long"),
        ("not " * (DEEPEST - 1) + "是否死亡", "not " * DEEPEST + "是否死亡", "too_deep"),
        (
            "(" * (DEEPEST - 1) + "是否死亡" + ")" * (DEEPEST - 1),
            "(" * DEEPEST + "是否死亡" + ")" * DEEPEST,
            "too_deep",
        ),
        (
            " or ".join(["是否死亡"] * MOST_COMPARED),
            " or ".join(["是否死亡"] * (MOST_COMPARED + 1)),
            "too_much",
        ),
        (
            f"金额 in [{','.join('1' * MOST_LISTED)}]",
            f"金额 in [{','.join('1' * (MOST_LISTED + 1))}]",
            "list_too_long",
        ),
    ],
    ids=["length", "nots", "brackets", "comparisons", "list"],
)
def test_a_6_a_condition_is_bounded(fit: str, unfit: str, code: str) -> None:
    assert (refusal(fit), refusal(unfit)) == ("", code)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("金额 ≥ 1 且 （级别 = “重大” 或 是否死亡）", '金额 >= 1 and (级别 = "重大" or 是否死亡)'),
        ("((金额 > 1))", "金额 > 1"),
        ("金额 > 1 and (金额 > 2 and 金额 > 3)", "金额 > 1 and 金额 > 2 and 金额 > 3"),
        ("not not 是否死亡", "not not 是否死亡"),
        ("非 (是否死亡 且 金额 > 1)", "not (是否死亡 and 金额 > 1)"),
        ("客户 不为空", "客户 is not empty"),
        ("级别 属于 [“一般”，“重大”]", '级别 in ["一般", "重大"]'),
    ],
)
def test_a_6_a_condition_has_one_written_form(text: str, written: str) -> None:
    assert write_condition(read_condition(text)) == written


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters='"\n', exclude_categories=("C", "Z")), max_size=8
).map(lambda text: normalize("NFC", text))
NUMBERS = st.decimals(-(10**12), 10**12, places=2, allow_nan=False)
DAYS = st.dates(date(1990, 1, 1), date(2190, 12, 31))
LITERALS = {
    "金额": NUMBERS,
    "级别": st.sampled_from(["一般", "重大"]),
    "客户": TEXTS,
    "发生日": DAYS,
    "是否死亡": st.booleans(),
    "体系": TEXTS,
}


def comparing(name: str) -> st.SearchStrategy[Condition]:
    signs = [one for one in Sign if _fits(name, one)]
    ways: list[st.SearchStrategy[Condition]] = [
        st.just(IsEmpty(name)),
        st.builds(Compare, st.just(name), st.sampled_from(signs), LITERALS[name]),
    ]
    if FACTS[name].type is not T.SEVERAL:
        ways.append(
            st.builds(OneOf, st.just(name), st.lists(LITERALS[name], min_size=1, max_size=4).map(tuple))
        )
    if FACTS[name].type is T.YES_NO:
        ways.append(st.just(Holds(name)))
    return st.one_of(ways)


def _fits(name: str, sign: Sign) -> bool:
    literal: dict[FactType, Any] = {
        T.NUMBER: Decimal(1),
        T.CHOICE: "一般",
        T.TEXT: "",
        T.DAY: date.today(),  # noqa: DTZ011  # any day
        T.YES_NO: True,
        T.SEVERAL: "",
    }
    return bool(check(Compare(name, sign, literal[FACTS[name].type]), FACTS))


def joining(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.builds(Not, inner),
        some.map(lambda of: Every(tuple(one for each in of for one in _opened(each, Every)))),
        some.map(lambda of: Some(tuple(one for each in of for one in _opened(each, Some)))),
    )


def _opened(one: Any, kind: type) -> tuple[Condition, ...]:
    return one.of if isinstance(one, kind) else (one,)  # type: ignore[attr-defined]


CONDITIONS = st.recursive(st.one_of([comparing(name) for name in FACTS]), joining, max_leaves=12)
HELD = st.fixed_dictionaries(
    {
        "金额": st.none() | NUMBERS,
        "级别": st.none() | LITERALS["级别"],
        "客户": st.none() | TEXTS,
        "发生日": st.none() | DAYS,
        "是否死亡": st.none() | st.booleans(),
        "体系": st.none() | st.frozensets(TEXTS, max_size=3),
    }
)


@given(CONDITIONS, HELD)
def test_a_6_whatever_is_checked_has_an_answer_and_so_has_its_written_form(
    condition: Condition, values: dict[str, Any]
) -> None:
    assert check(condition, FACTS)
    assert all(fits(values[name], FACTS[name]) for name in values)
    found = answer(condition, values)
    assert answer(Not(condition), values).holds is not found.holds
    written = write_condition(condition)
    if len(written) <= LONGEST:
        again = read_condition(written)
        assert again == condition
        assert answer(again, values) == found
        assert write_condition(again) == written


@given(st.text(max_size=200))
def test_a_6_whatever_is_typed_is_a_condition_or_refused(text: str) -> None:
    try:
        condition = read_condition(text)
    except RuleRefused as error:
        rule = error.refused.rule
    else:
        assert read_condition(write_condition(condition)) == condition
        rule = "A-6"
    assert rule == "A-6"


def test_a_6_facts_and_values_are_read_as_they_are_typed() -> None:
    facts = read_facts(
        "金额：数字\n级别: choice 一般 重大\n\n是否死亡: 是否\n发生日: day\n体系: 多项\n客户: text"
    )
    assert facts == FACTS
    values = read_values(
        "金额 = 50000\n级别 ＝ 重大\n是否死亡 = 是\n发生日 = 2026-03-02\n体系 = Q、E\n客户 = 市第一医院",
        facts,
    )
    assert values == VALUES
    assert read_values("金额 =\n", facts) == {"金额": None}


@pytest.mark.parametrize(
    "line",
    [
        "金额",
        "金额: 钱",
        "金额:",
        "级别: 选项",
        "金额: 数字 1",
        "1级: 数字",
        "且: 数字",
        "金额: 数字\n金额: 文本",
        "金 额: 数字",
    ],
)
def test_a_6_what_is_no_fact_is_refused(line: str) -> None:
    with pytest.raises(RuleRefused) as error:
        read_facts(line)
    assert error.value.refused.key == "A-6.fact_unfit"


@pytest.mark.parametrize(
    "line",
    [
        "金额",
        "金额 = 很多",
        "金额 = 1e3",
        "数量 = 1",
        "级别 = 特大",
        "发生日 = 明天",
        "是否死亡 = 也许",
        "金额 = 1\n金额 = 2",
    ],
)
def test_a_6_what_is_no_value_of_a_fact_is_refused(line: str) -> None:
    with pytest.raises(RuleRefused) as error:
        read_values(line, FACTS)
    assert error.value.refused.key == "A-6.value_unfit"


@pytest.mark.parametrize(("more", "fits_"), [(0, True), (1, False)])
def test_a_6_facts_and_choices_are_bounded(more: int, fits_: bool) -> None:
    for text in (
        "\n".join(f"项{n}: 数字" for n in range(MOST + more)),
        "项: 选项 " + " ".join(f"值{n}" for n in range(MOST_CHOICES + more)),
    ):
        if fits_:
            assert read_facts(text)
        else:
            with pytest.raises(RuleRefused) as error:
                read_facts(text)
            assert error.value.refused.key == "A-6.too_many_facts"


def test_a_6_the_words_of_the_language_are_no_names() -> None:
    assert {"and", "且", "or", "或", "not", "非", "是", "否"} <= set(WORDS)
