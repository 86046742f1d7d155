"""Which sets of words mean the same, and that typing and writing are one another's inverse (S-6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.setting_kinds import KINDS, Difference, differences
from docctl.domain.synonym_content import (
    MOST_SETS,
    MOST_WORDS,
    check_synonyms,
    read_synonyms,
    shipped_synonyms,
    synonym_sets,
    write_synonyms,
)
from docctl.domain.verdicts import RuleRefused


def refused(sets: object) -> str:
    with pytest.raises(RuleRefused) as error:
        check_synonyms({"sets": sets})
    assert error.value.refused.params["field"] == "sets"
    return error.value.refused.key


def test_s_6_a_company_starts_with_sets_that_hold_each_word_once() -> None:
    sets = synonym_sets(shipped_synonyms())
    assert {frozenset(one) for one in sets} >= {frozenset({"顾客", "客户", "业主"})}
    words = [word for one in sets for word in one]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("sets", "code"),
    [
        ("顾客 客户", "content_unfit"),
        (["顾客 客户"], "content_unfit"),
        ([["顾客", 1]], "content_unfit"),
        ([["顾客"]], "set_unfit"),
        ([["顾客", "顾客"]], "set_unfit"),
        ([["ＱＲ", "qr"]], "set_unfit"),
        ([[f"词{n}号" for n in range(MOST_WORDS + 1)]], "set_unfit"),
        ([["顾客", "客"]], "word_unfit"),
        ([["顾客", "客 户"]], "word_unfit"),
        ([["顾客", "客户)"]], "word_unfit"),
        ([["顾客", "客\u202e户"]], "word_unfit"),
        ([["顾客", "长" * 41]], "word_unfit"),
        ([["顾客", "客户"], ["业主", "客户"]], "word_twice"),
        ([["QR单", "记录"], ["ｑｒ单", "表格"]], "word_twice"),
        ([[f"甲{n}", f"乙{n}"] for n in range(MOST_SETS + 1)], "too_many_sets"),
    ],
)
def test_s_6_what_is_no_set_of_words_is_refused(sets: object, code: str) -> None:
    assert refused(sets) == f"S-6.{code}"


@pytest.mark.parametrize(
    "sets",
    [
        [],
        [["顾客", "客户"]],
        [["长" * 40, "长长"]],
        [[f"词{n}号" for n in range(MOST_WORDS)]],
        [[f"甲{n}", f"乙{n}"] for n in range(MOST_SETS)],
    ],
)
def test_s_6_sets_at_the_edge_are_accepted(sets: list[list[str]]) -> None:
    assert len(check_synonyms({"sets": sets})["sets"]) == len(sets)


@pytest.mark.parametrize("data", [None, [], {}, {"sets": [], "more": 1}])
def test_s_6_what_is_no_content_is_refused(data: object) -> None:
    with pytest.raises(RuleRefused):
        check_synonyms(data)


@pytest.mark.parametrize(
    "line", ["顾客 客户 业主", "顾客、客户，业主", "顾客/客户 / 业主", "顾客\t客户;业主", "顾客=客户=业主"]
)
def test_s_6_a_line_is_read_as_people_write_it(line: str) -> None:
    assert read_synonyms({"sets": f"\n{line}\n\n"}) == {"sets": [sorted(["顾客", "客户", "业主"])]}


def test_s_6_a_set_that_changed_is_shown_as_one_line() -> None:
    old, new = read_synonyms({"sets": "客户 业主"}), read_synonyms({"sets": "业主 客户 顾客"})
    assert differences(KINDS["synonyms"], old, new) == (
        Difference("sets", "业主", "业主 客户", "业主 客户 顾客"),
    )


WORDS = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=6)


@given(st.lists(WORDS, unique=True, max_size=40), st.integers(2, 5))
def test_s_6_what_is_written_is_read_again_as_it_was(words: list[str], size: int) -> None:
    sets = [words[start : start + size] for start in range(0, len(words) - size + 1, size)]
    content = check_synonyms({"sets": sets})
    assert read_synonyms(write_synonyms(content)) == content == check_synonyms(content)
    assert {frozenset(one) for one in synonym_sets(content)} == {frozenset(one) for one in sets}
