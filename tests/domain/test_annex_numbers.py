"""Numbers of forms in annexes stand under the number of the document above (N-12)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.annex_forms import MOST, may_be_annex, may_name
from docctl.domain.number_ambiguity import ambiguity, meeting
from docctl.domain.number_content import lines_of_numbers, read_numbers, shipped_numbers, write_numbers
from docctl.domain.number_patterns import ANNEX, INSTRUCTION, PATTERNS, PROVISIONAL
from docctl.domain.number_rules import rules_of
from docctl.domain.number_schemes import Scheme
from docctl.domain.number_text import read_pattern, write_pattern
from docctl.domain.numbering import check_scheme, counter_scope, format_number, parse_number
from docctl.domain.verdicts import Allowed, RuleRefused

#: As companies write them.
WRITTEN = (
    "{parent}-A{seq:1-2 per parent}",
    "{parent}附件{seq:1-2 per parent}",
    "{上级编号} 附表{顺序号:2 按 上级编号}",
)
#: A number of a document: it has a digit, and no blank.
PARENTS = st.from_regex(r"[A-Z]{1,4}[-/.]?[A-Z]{0,3}-?[0-9]{1,4}", fullmatch=True)


def scheme(pattern: str) -> Scheme:
    return Scheme("annex", read_pattern(pattern))


@pytest.mark.parametrize("pattern", WRITTEN)
def test_n_12_each_way_of_writing_them_is_fit_and_has_one_reading(pattern: str) -> None:
    one = scheme(pattern)
    assert check_scheme(one) == Allowed()
    assert ambiguity(one) == ""
    assert read_pattern(write_pattern(one.parts)) == one.parts


def test_n_12_the_shipped_one_is_the_first_of_them_and_meets_no_other() -> None:
    assert scheme(WRITTEN[0]) == ANNEX
    for other in (*PATTERNS.values(), INSTRUCTION, PROVISIONAL):
        assert meeting(ANNEX, other) == "", other.code


@given(PARENTS, st.integers(1, 99), st.sampled_from(WRITTEN))
def test_n_12_what_is_written_is_read_again(parent: str, count: int, pattern: str) -> None:
    one = scheme(pattern)
    shown = format_number(one, {"parent": parent}, count)
    assert shown.startswith(parent)
    read = parse_number(one, shown)
    assert read is not None
    assert read["parent"].upper() == parent
    assert int(read["sequence"]) == count


@given(PARENTS, PARENTS)
def test_n_12_each_document_counts_its_own(one: str, other: str) -> None:
    scopes = {counter_scope(ANNEX, {"parent": parent}, "E") for parent in (one, other)}
    assert len(scopes) == (1 if one == other else 2)


def content(types: str) -> dict[str, Any]:
    shipped = write_numbers(shipped_numbers())
    more = "short = {parent}附{seq:1-2 per parent}\nother = FB-{seq:3}"
    return read_numbers({"schemes": f"{shipped['schemes']}\n{more}", "types": types})


def test_n_12_a_type_names_the_scheme_of_its_annexes() -> None:
    typed = content("procedure = procedure annexes=short\nform = chapter_form / record")
    rules = rules_of(typed)
    assert rules.of_annexes("procedure").code == "short"
    assert rules.of_annexes("form") == ANNEX
    assert rules.of_annexes("unknown") == ANNEX
    assert rules.of_documents("procedure").code == "procedure"
    assert rules.values("procedure") == {}
    assert lines_of_numbers(typed)["types"]["procedure"] == "procedure = procedure annexes=short"
    assert read_numbers(write_numbers(typed)) == typed


def test_n_12_a_scheme_with_the_code_annex_goes_before_the_shipped_one() -> None:
    shipped = write_numbers(shipped_numbers())
    typed = read_numbers(
        {
            "schemes": f"{shipped['schemes']}\nannex = {{parent}}附件{{seq:1-2 per parent}}",
            "types": shipped["types"],
        }
    )
    assert format_number(rules_of(typed).of_annexes("procedure"), {"parent": "QP-01"}, 1) == "QP-01附件1"


def test_n_12_contents_from_before_are_what_they_were() -> None:
    shipped = shipped_numbers()
    assert "annexes" not in json.dumps(shipped)
    assert rules_of(shipped).of_annexes("procedure") == ANNEX
    assert content("procedure = procedure annexes=annex")["types"]["procedure"]["annexes"] == "annex"


@pytest.mark.parametrize(
    ("types", "answer"),
    [
        ("procedure = procedure annexes=other", "N-12.annex_without_parent"),
        ("procedure = procedure annexes=missing", "N-2.no_such_scheme"),
        ("procedure = annex", "N-2.no_such_scheme"),
    ],
)
def test_n_12_a_scheme_that_will_not_do_is_refused(types: str, answer: str) -> None:
    with pytest.raises(RuleRefused) as error:
        content(types)
    assert error.value.refused.key == answer


def beside_the_shipped(types: str) -> dict[str, Any]:
    shipped = write_numbers(shipped_numbers())
    more = "own = {parent}-A{seq:2 per parent}"
    return read_numbers({"schemes": f"{shipped['schemes']}\n{more}", "types": types})


def test_n_1_a_scheme_that_meets_the_one_for_annexes_that_goes_unsaid_is_refused() -> None:
    with pytest.raises(RuleRefused) as error:
        beside_the_shipped("procedure = procedure annexes=own\ninstruction = instruction")
    assert error.value.refused.key == "N-2.schemes_meet"
    assert {error.value.refused.params["scheme"], error.value.refused.params["other"]} == {"own", "annex"}
    said = "procedure = procedure annexes=own\ninstruction = instruction annexes=own"
    typed = beside_the_shipped(f"{said}\nform = chapter_form / record")
    assert rules_of(typed).of_annexes("procedure").code == "own"


def test_n_12_a_form_in_an_annex_is_of_the_entity_of_the_document_above() -> None:
    verdict = may_be_annex(is_form=True, under_form=False, number="QP-01", same_entity=False)
    assert getattr(verdict, "code", "") == "other_entity"


@pytest.mark.parametrize(
    ("is_form", "under_form", "answer"),
    [(True, False, ""), (False, False, "not_a_form"), (True, True, "under_a_form")],
)
def test_n_12_a_form_stands_in_an_annex_of_what_is_none(is_form: bool, under_form: bool, answer: str) -> None:
    verdict = may_be_annex(is_form=is_form, under_form=under_form, number="QP-01")
    assert getattr(verdict, "code", "") == answer


@pytest.mark.parametrize(("count", "answer"), [(0, ""), (MOST, ""), (MOST + 1, "too_many")])
def test_n_12_so_many_forms_stand_in_annexes(count: int, answer: str) -> None:
    assert getattr(may_name(count), "code", "") == answer
