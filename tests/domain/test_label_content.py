"""What label rules may say: typed, checked, one form (V-1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.canonical import canonical
from docctl.domain.label_content import (
    MOST_AMENDMENTS,
    check_labels,
    labels_in,
    read_labels,
    say_labels,
    shipped_labels,
    write_labels,
)
from docctl.domain.labels import LABEL_SCHEMES, Label, first, next_amendment, next_issue, show
from docctl.domain.verdicts import RuleRefused


def typed(schemes: str, types: str = "a = one 3") -> dict[str, Any]:
    return read_labels({"schemes": schemes, "types": types})


def refused(schemes: str, types: str = "a = one") -> str:
    with pytest.raises(RuleRefused) as error:
        typed(schemes, types)
    return error.value.refused.key


def test_v_1_what_a_company_starts_with_is_typed_and_read_again_in_both_languages() -> None:
    shipped = shipped_labels()
    assert check_labels(json.loads(json.dumps(shipped))) == shipped
    texts = write_labels(shipped)
    assert read_labels(texts) == shipped
    assert read_labels({name: say_labels(text, "zh_Hans") for name, text in texts.items()}) == shipped
    found = labels_in(canonical(shipped)).of("procedure")
    assert (found.scheme, found.reissue_after) == (LABEL_SCHEMES["letter_slash"], 5)


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("{issue:A}/{amendment:0}", ["A/0", "A/1", "B/0"]),
        ("{版:A}{修订:0}", ["A0", "A1", "B0"]),
        ("{版:A}", ["A", "B", "B"]),
        ("{版:1}.{修订:0}", ["1.0", "1.1", "2.0"]),
        ("V{版:1}.{修订:0}", ["V1.0", "V1.1", "V2.0"]),
        ("{版:A}版", ["A版", "B版", "B版"]),
        ("{issue:A skip BC}-{amendment:1}", ["A-1", "A-2", "D-1"]),
        ("第{版:1}版第{修订:0}次修改", ["第1版第0次修改", "第1版第1次修改", "第2版第0次修改"]),
    ],
)
def test_v_1_a_scheme_goes_from_its_first_label_to_the_next(pattern: str, shown: list[str]) -> None:
    scheme = labels_in(canonical(typed(f"one = {pattern}"))).of("a").scheme
    begins = first(scheme)
    labels = [begins, next_amendment(begins, scheme), next_issue(begins, scheme)]
    assert [show(one, scheme) for one in labels] == shown
    assert begins.amendment == (None if scheme.joiner is None else scheme.first_amendment)


@pytest.mark.parametrize(
    ("schemes", "key"),
    [
        ("one", "label_line_unreadable"),
        ("one = A/0", "label_line_unreadable"),
        ("one = {amendment:0}", "label_line_unreadable"),
        ("One = {issue:A}", "label_code_unfit"),
        (f"one {'长' * 61} = {{issue:A}}", "label_name_unfit"),
        ("one = {issue:1}{amendment:0}", "label_ambiguous"),  # 10: issue 10, or 1 amended to 0
        ("one = {issue:A skip A}", "label_scheme_unfit"),
        ("one = {issue:1 skip I}", "label_scheme_unfit"),
        (f"one = {'长' * 9}{{issue:A}}", "label_scheme_unfit"),
        ("one = {issue:A}\none = {issue:B}", "label_scheme_twice"),
        ("\n".join(f"s{at} = {{issue:A}}" for at in range(41)), "too_many_label_schemes"),
    ],
)
def test_v_1_a_label_scheme_that_does_not_work_is_refused(schemes: str, key: str) -> None:
    assert refused(schemes) == f"V-1.{key}"


@pytest.mark.parametrize(
    ("types", "key"),
    [
        ("a", "label_type_unreadable"),
        ("a = one x", "label_type_unreadable"),
        ("a = two", "no_such_label_scheme"),
        ("a = one\na = one", "label_type_twice"),
        ("A = one", "label_code_unfit"),
        (f"a = one {MOST_AMENDMENTS + 1}", "reissue_unfit"),
        (f"a = one {MOST_AMENDMENTS}", ""),
        ("a = one", ""),
    ],
)
def test_v_1_how_a_type_is_labelled(types: str, key: str) -> None:
    if key:
        assert refused("one = {issue:A}", types) == f"V-1.{key}"
    else:
        assert list(typed("one = {issue:A}", types)["types"]) == ["a"]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"schemes": 1, "types": {}},
        {"schemes": [], "types": []},
        {"schemes": [{"code": "a", "x": 1}], "types": {}},
    ],
)
def test_v_1_what_is_no_content_of_labels_is_refused(data: object) -> None:
    with pytest.raises(RuleRefused):
        check_labels(data)


@given(st.text("AB1{}:/. 版修订issueamendment=\n", max_size=40))
def test_v_1_any_text_is_read_or_refused(schemes: str) -> None:
    try:
        found = read_labels({"schemes": schemes, "types": ""})
    except RuleRefused:
        return
    assert read_labels(write_labels(found)) == found


def test_v_1_a_type_without_labels_is_refused() -> None:
    rules = labels_in(canonical(typed("one = {issue:A}", "a = one")))
    assert rules.of("a").reissue_after == 0
    with pytest.raises(RuleRefused) as error:
        rules.of("b")
    assert error.value.refused.key == "V-1.type_without_scheme"
    assert Label("A") == first(rules.of("a").scheme)
