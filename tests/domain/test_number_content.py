"""What number rules may say: typed, checked against themselves and each other, one form (N-1, N-2, N-7)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.number_ambiguity import meeting
from docctl.domain.number_content import (
    MOST_SCHEMES,
    check_numbers,
    lines_of_numbers,
    read_numbers,
    shipped_numbers,
    write_numbers,
)
from docctl.domain.number_patterns import PATTERNS, PROVISIONAL
from docctl.domain.number_rules import given_values, rules_of, values_for
from docctl.domain.number_schemes import Edition, Literal, Pattern, Scheme, Sequence, Value, Year
from docctl.domain.number_text import read_pattern, say, tidied, write_pattern
from docctl.domain.numbering import check_scheme, format_number, parse_number
from docctl.domain.setting_kinds import differences, kind_named
from docctl.domain.verdicts import RuleRefused
from tests.domain.test_numbering import SCHEMES, SHOWN, value_of


def typed(schemes: str, types: str = "a = one") -> dict[str, Any]:
    return read_numbers({"schemes": schemes, "types": types})


def refused(schemes: str, types: str = "a = one") -> tuple[str, str]:
    with pytest.raises(RuleRefused) as error:
        typed(schemes, types)
    return error.value.refused.key, str(error.value.refused.params["field"])


def test_n_2_what_a_company_starts_with_is_typed_and_read_again_in_both_languages() -> None:
    shipped = shipped_numbers()
    assert check_numbers(json.loads(json.dumps(shipped))) == shipped
    texts = write_numbers(shipped)
    assert read_numbers(texts) == shipped
    assert read_numbers({name: say(text, "zh_Hans") for name, text in texts.items()}) == shipped
    assert "{公司:2-4}-QP-{顺序号:2 按 公司}" in say(texts["schemes"], "zh_Hans")
    assert say(texts["schemes"], "en") == texts["schemes"]


@pytest.mark.parametrize(("code", "number"), [row[:2] for row in SHOWN], ids=[row[1] for row in SHOWN])
def test_n_2_each_pattern_of_the_catalogue_is_typed_read_and_reads_its_number(code: str, number: str) -> None:
    parts = read_pattern(write_pattern(PATTERNS[code].parts))
    assert parts == PATTERNS[code].parts
    assert parse_number(Scheme(code, parts), number) is not None


@given(SCHEMES)
def test_n_2_a_fit_scheme_is_typed_and_read_again(scheme: Scheme) -> None:
    parts = tidied(scheme.parts)
    if check_scheme(Scheme("x", parts)) and write_pattern(parts) == write_pattern(parts).strip():
        for language in ("en", "zh_Hans"):
            assert tidied(read_pattern(say(write_pattern(parts), language))) == parts


def test_n_7_parts_that_follow_the_revision_are_typed() -> None:
    parts = read_pattern("QM/{公司:2-4}-{版 随版}-{年 随版}")
    assert parts[3] == Edition(follows=True)
    assert parts[5] == Year(follows=True)
    assert write_pattern(parts) == "QM/{company:2-4}-{edition follows}-{year follows}"
    assert Scheme("manual", parts).following == ("edition", "year")


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("A-{序号:3-6}", (Literal("A-"), Sequence(3, (), 6))),
        ("A-{seq:3 per year}-{year:2}", (Literal("A-"), Sequence(3, ("year",)), Literal("-"), Year(2))),
    ],
)
def test_n_2_widths_and_scopes_are_typed(pattern: str, parts: tuple[object, ...]) -> None:
    assert read_pattern(pattern) == parts


@pytest.mark.parametrize(
    "pattern",
    [
        "{",
        "A{}",
        "A-{seq:}",
        "{seq:2 by year}",
        "{year:2-4}",
        "{edition:2}",
        "{month:2}",
        "{company:2 runes}",
        "}A",
    ],
)
def test_n_2_what_is_no_scheme_is_refused_with_the_piece(pattern: str) -> None:
    assert refused(f"one = {pattern}") == ("N-2.pattern_unreadable", "schemes")


@pytest.mark.parametrize(
    ("schemes", "key"),
    [
        ("one", "line_unreadable"),
        ("one = A-{seq:2}\none = B-{seq:2}", "scheme_twice"),
        ("provisional = X-{seq:2}", "scheme_twice"),
        ("One = A-{seq:2}", "code_unfit"),
        (f"one {'长' * 61} = A-{{seq:2}}", "name_unfit"),
        ("one = {chapter:1-3}{seq:2-3}", "ambiguous"),
        ("one = A-{seq:2 per year}", "scope_not_shown"),
        ("one = A{month}-{seq:2 per month}", "month_without_year"),
        ("one = A-{seq:0}", "part_unfit"),
        ("one = A", "nothing_counts"),
        ("\n".join(f"s{at} = S{at:02}-{{seq:2}}" for at in range(MOST_SCHEMES + 1)), "too_many_schemes"),
    ],
)
def test_n_2_a_scheme_that_does_not_work_is_refused(schemes: str, key: str) -> None:
    assert refused(schemes) == (f"N-2.{key}", "schemes")


@pytest.mark.parametrize(
    ("one", "other", "number"),
    [
        ("QP-{seq:2}", "{company:2-4}-{seq:2 per company}", "QP-11"),
        ("QP-{seq:2}", "QP-{seq:1-3}", "QP-11"),
        ("qp－{seq:2}", "QP-{seq:2}", "QP-11"),  # one number in normal form (N-10)
        ("QP-{seq:2}", "QP-{seq:3}", ""),
        ("QP-{seq:2}", "QR-{seq:2}", ""),
        ("QP-{seq:2}", "{parent}-{seq:2 per parent}", ""),  # a parent's number has a digit
        ("QP-1-{seq:2}", "{parent}-{seq:2 per parent}", "QP-1-11"),
        ("{parent}附件{seq:1 per parent}", "{parent}附表{seq:1 per parent}", ""),
        ("{parent}附件{seq:1 per parent}", "{x:1-9}附件{seq:1 per x}", "11附件1"),
    ],
)
def test_n_1_two_schemes_that_can_make_one_number_are_refused_with_such_a_number(
    one: str, other: str, number: str
) -> None:
    schemes = f"one = {one}\nother = {other}"
    if not number:
        assert [scheme["code"] for scheme in typed(schemes)["schemes"]] == ["one", "other"]
        return
    with pytest.raises(RuleRefused) as error:
        typed(schemes)
    assert error.value.refused.params == {
        "field": "schemes",
        "scheme": "one",
        "other": "other",
        "number": number,
    }


def test_n_11_no_scheme_makes_provisional_numbers() -> None:
    assert refused("one = 待编号-{seq:4}") == ("N-2.schemes_meet", "schemes")
    assert meeting(PATTERNS["procedure"], PROVISIONAL) == ""


@given(st.data())
def test_n_1_what_one_scheme_writes_no_other_reads_unless_they_are_said_to_meet(data: st.DataObject) -> None:
    one, other = data.draw(SCHEMES), data.draw(SCHEMES)
    if not (check_scheme(one) and check_scheme(other)):
        return
    named = [part for part in one.parts if not isinstance(part, Literal | Sequence)]
    values = {name: data.draw(value_of(part)) for name, part in zip(one.needs, named, strict=True)}
    sequence = data.draw(st.integers(1, 10**one.sequence.longest - 1)) if one.sequence else None
    number = format_number(one, values, sequence)
    read = parse_number(other, number)
    parents = [values[name] for name in _parents(one)] + [
        (read or {}).get(name, "1") for name in _parents(other)
    ]
    if read is not None and all(any(map(str.isdigit, text)) for text in parents):
        assert meeting(one, other)


def _parents(scheme: Scheme) -> list[str]:
    return [one.name for one in scheme.parts if isinstance(one, Value) and one.pattern is Pattern.NUMBER]


@pytest.mark.parametrize(
    ("types", "key"),
    [
        ("a", "N-2.type_line_unreadable"),
        ("a = one\na = one", "N-2.type_twice"),
        ("a = two", "N-2.no_such_scheme"),
        ("a = one / two", "N-2.no_such_scheme"),
        ("A = one", "N-2.code_unfit"),
        ("a = one kind=XX", "N-2.fixed_value_unfit"),
        ("a = one company=ABCDE", "N-2.fixed_value_unfit"),
        ("a = one / one", ""),
        ("a = one company=AB", ""),
        ("a = one / clause", "N-2.record_value_unknown"),
        ("a = one / clause clause=4.2", ""),
        ("a = manual", ""),
        ("a = one / manual", "N-7.record_follows"),
    ],
)
def test_n_2_n_4_n_7_which_scheme_a_type_may_use(types: str, key: str) -> None:
    schemes = """
    one = {company:2-4}-A{seq:2 per company}
    clause = C{clause}-{seq:3 per clause}
    manual = M/{year follows}-{seq:2}
    """
    if key:
        assert refused(schemes, types) == (key, "types")
    else:
        assert list(typed(schemes, types)["types"]) == ["a"]


def test_n_7_what_follows_the_revision_counts_nothing() -> None:
    assert refused("one = A/{seq:2 per year}-{year follows}") == ("N-7.scope_follows", "schemes")
    assert typed("one = A/{seq:2 per year}-{year}")["types"]["a"]["documents"] == "one"


@pytest.mark.parametrize(
    "data", [None, {}, {"schemes": [], "types": None}, {"schemes": [1], "types": {}}, {"schemes": 1}]
)
def test_n_2_what_is_no_content_is_refused(data: object) -> None:
    with pytest.raises(RuleRefused):
        check_numbers(data)


def test_v_2_changes_are_told_scheme_by_scheme() -> None:
    before, after = typed("one = A-{seq:2}"), typed("one 甲 = A-{seq:3}\ntwo = B-{seq:2}", "a = two")
    changes = [(one.line, one.old, one.new) for one in differences(kind_named("numbers"), before, after)]
    assert changes == [
        ("one", "one = A-{seq:2}", "one 甲 = A-{seq:3}"),
        ("two", "", "two = B-{seq:2}"),
        ("a", "a = one", "a = two"),
    ]
    assert lines_of_numbers(after)["types"] == {"a": "a = two"}
    assert rules_of(after).names == {"one": "甲"}


CLAUSE = Scheme("clause", read_pattern("QP/{company:2-4}-{clause}{edition}-{year}"))
KNOWN = {"company": "XX", "edition": "B", "year": "2009"}


@pytest.mark.parametrize("text", ["4.2.4", "clause=4.2.4", "条款=4.2.4", " 条款＝4.2.4 "])
def test_n_2_a_value_that_only_a_person_knows_is_typed_with_or_without_its_name(text: str) -> None:
    assert given_values(text, CLAUSE, KNOWN) == {"clause": "4.2.4"}


@pytest.mark.parametrize("text", ["group=KA", "clause=", "4.2.4 clause=4.2.4", "x"])
def test_n_2_a_value_that_names_no_part_is_refused(text: str) -> None:
    known = KNOWN if text != "x" else KNOWN | {"clause": "4"}
    with pytest.raises(RuleRefused) as error:
        given_values(text, CLAUSE, known)
    assert error.value.refused.key == "N-2.values_unreadable"


@pytest.mark.parametrize(
    ("pattern", "typed_text", "key"),
    [
        ("{parent}-{seq:2 per parent}", "", "value_missing"),
        ("{clause}-{seq:2}", "", "part_missing"),
        ("{clause}-{seq:2}", "4.2", ""),
    ],
)
def test_n_2_what_is_missing_says_where_it_comes_from(pattern: str, typed_text: str, key: str) -> None:
    scheme = Scheme("x", read_pattern(pattern))

    def values() -> dict[str, str]:
        return values_for(scheme, company="XX", department="QA", today=date(2026, 3, 1), typed=typed_text)

    if not key:
        assert values()["clause"] == "4.2"
        return
    with pytest.raises(RuleRefused) as error:
        values()
    assert error.value.refused.code == key


@given(st.text("ABQP-{}:= \n附1234年版", max_size=40), st.text("abc =/\n", max_size=20))
def test_n_2_any_text_is_read_or_refused(schemes: str, types: str) -> None:
    try:
        found = read_numbers({"schemes": schemes, "types": types})
    except RuleRefused:
        return
    assert read_numbers(write_numbers(found)) == found
