"""Conditions as they are stored: within their bounds, one written form, quoted text as it is (A-6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.condition_check import DEEPEST, LONGEST, MOST, MOST_LISTED, check, write_condition
from docctl.domain.condition_facts import read_facts, read_values
from docctl.domain.condition_text import checked_condition, read_condition
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
)
from docctl.domain.verdicts import Refused, RuleRefused

FACTS = {"a": Fact(FactType.YES_NO), "数": Fact(FactType.NUMBER), "客户": Fact(FactType.TEXT)}


def nots(count: int) -> Condition:
    found: Condition = Holds("a")
    for _ in range(count):
        found = Not(found)
    return found


@pytest.mark.parametrize(
    ("fit", "unfit", "code"),
    [
        (nots(DEEPEST - 1), nots(DEEPEST), "too_deep"),
        (Some((Holds("a"),) * MOST), Some((Holds("a"),) * (MOST + 1)), "too_much"),
        (Every((Not(Holds("a")),) * MOST), Every((Not(Holds("a")),) * (MOST + 1)), "too_much"),
        (
            OneOf("数", (Decimal(1),) * MOST_LISTED),
            OneOf("数", (Decimal(1),) * (MOST_LISTED + 1)),
            "list_too_long",
        ),
        (
            Compare("客户", Sign.IS, "长" * (LONGEST - 7)),
            Compare("客户", Sign.IS, "长" * (LONGEST - 6)),
            "too_long",
        ),
    ],
)
def test_a_6_a_condition_that_was_not_typed_is_held_to_the_same_bounds(
    fit: Condition, unfit: Condition, code: str
) -> None:
    assert check(fit, FACTS)
    assert read_condition(write_condition(fit)) == fit
    verdict = check(unfit, FACTS)
    assert isinstance(verdict, Refused)
    assert verdict.code == code


def test_a_6_a_text_in_quotation_marks_that_cannot_be_written_is_refused() -> None:
    for text in ('一"二', "一\n二", "\ud800", "\uf988"):  # the last one is not in NFC
        verdict = check(Compare("客户", Sign.IS, text), FACTS)
        assert isinstance(verdict, Refused)
        assert verdict.code == "unreadable"
    with pytest.raises(RuleRefused):
        read_condition('客户 = "\ud800"')


@pytest.mark.parametrize("number", ["1234567890123456", "0.1234567", "NaN", "Infinity", "1E+30"])
def test_a_6_a_number_that_cannot_be_typed_is_no_part_of_a_condition(number: str) -> None:
    verdict = check(Compare("数", Sign.IS, Decimal(number)), FACTS)
    assert isinstance(verdict, Refused)
    assert verdict.code == "unreadable"


def test_a_6_what_grows_beyond_the_bound_when_it_is_written_is_refused_when_it_is_read() -> None:
    short = " 或 ".join(f"客户 包含 “{'长' * 11}”" for _ in range(45))
    assert len(short) <= LONGEST
    with pytest.raises(RuleRefused) as error:
        read_condition(short)
    assert error.value.refused.key == "A-6.too_long"


def test_a_6_emptiness_at_the_deepest_place_can_be_read_again() -> None:
    deep = "(a or " * (DEEPEST - 1) + "客户 is not empty" + ")" * (DEEPEST - 1)
    condition = read_condition(deep)
    assert read_condition(write_condition(condition)) == condition
    assert write_condition(read_condition("not 客户 is empty")) == "客户 is not empty"


@given(st.sampled_from(["5", "5.0", "+5", "05", "5.000000"]), st.sampled_from(["0", "-0", "0.0", "+0"]))
def test_a_6_one_number_has_one_written_form(five: str, nought: str) -> None:
    assert write_condition(read_condition(f"数 = {five} or 数 = {nought}")) == "数 = 5 or 数 = 0"


def test_a_6_what_stands_in_quotation_marks_or_in_a_value_keeps_its_signs() -> None:
    condition = read_condition("客户 ＝ “甲：乙＝丙（丁）、，［］＜ ＞”")
    assert condition == Compare("客户", Sign.IS, "甲：乙＝丙（丁）、，［］＜ ＞")
    facts = read_facts("客户：文本\n类：选项 甲＝乙 丙：丁")
    assert facts["类"].choices == {"甲＝乙", "丙：丁"}
    values = read_values("客户＝甲：乙＝丙（丁）、，［］＜ ＞\n类 = 甲＝乙", facts)
    assert answer(condition, values).holds
    assert values["类"] == "甲＝乙"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nothing_said"),
        ("数 > 1", ""),
        ("数 > “1”", "type_unfit"),
        ("否定", "unknown_fact"),
        ("(", "breaks_off"),
    ],
)
def test_a_6_what_is_saved_was_read_checked_and_has_its_one_form(text: str, code: str) -> None:
    if code:
        with pytest.raises(RuleRefused) as error:
            checked_condition(text, FACTS)
        assert error.value.refused.key == f"A-6.{code}"
    else:
        assert checked_condition(text, FACTS) == "数 > 1"
    assert write_condition(IsEmpty("数")) == checked_condition("数  为空", FACTS)
