"""S-1, S-2: what a typed search asks for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import words
from search.api import QueryProblem
from search.folding import fold
from search.language import LONGEST_QUERY, MOST_CLAUSES, Text, Word, matches, parse


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", ()),
        ("记录 退货", (Text("记录"), Text("退货"))),
        ("记录 記錄", (Text("记录"),)),
        ('"the form" x', (Text("the form"), Word("x"))),
        ("甲“乙 丙”丁", (Text("甲"), Text("乙丙"), Text("丁"))),
        ('a"b', (Word("a"), Word("b"))),
        ("QP/XX-4.2", (Word("qpxx42"),)),
        ("cert*", (Word("cert"),)),
        ("audits", (Word("audits", stem="=audit"),)),
        ("a,b", (Word("a"), Word("b"))),
        ("《质量手册》", (Text("质量手册"),)),
    ],
)
def test_s_1_how_a_search_is_read(typed: str, asked: tuple[Text | Word, ...]) -> None:
    assert parse(typed) == asked


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("记" * (LONGEST_QUERY + 1), "too_long", id="one too long"),
        pytest.param(" ".join(f"w{n}" for n in range(MOST_CLAUSES + 1)), "too_many_words", id="41"),
        pytest.param("，。！", "nothing_to_find", id="punctuation"),
        pytest.param('""', "nothing_to_find", id="empty quotes"),
        pytest.param("\ud800", "nothing_to_find", id="half a character"),
    ],
)
def test_s_2_what_cannot_be_searched_says_why(typed: str, code: str) -> None:
    with pytest.raises(QueryProblem) as problem:
        parse(typed)
    assert problem.value.code == code


def test_s_2_the_longest_search_is_still_read() -> None:
    assert parse("记" * LONGEST_QUERY) == (Text("记" * LONGEST_QUERY),)
    assert len(parse(" ".join(f"w{n}" for n in range(MOST_CLAUSES)))) == MOST_CLAUSES


@settings(max_examples=300, deadline=None, database=None)
@given(st.text(max_size=200), st.text(alphabet='ab12 *"“”「」-/.记录，\ud800', max_size=60))
def test_s_2_nothing_typed_fails_otherwise(text: str, typed: str) -> None:
    try:
        parse(typed)
    except QueryProblem as problem:
        code = problem.code
    else:
        code = "asked"
        matches(text, typed)
    assert code in {"asked", "nothing_to_find"}


def test_s_2_a_text_can_be_checked_without_an_index() -> None:
    assert matches("填寫檢驗記錄 QP-04", '"检验记录" qp04')
    assert not matches("填寫檢驗記錄 QP-04", "检验员")


def test_s_1_a_number_gives_itself_from_every_part_on() -> None:
    found = set(words(fold("QP/XX-4.2B")))
    assert {"qpxx42b", "xx42b", "42b", "2b", "qp", "4"} <= found


def test_s_2_long_runs_of_letters_cost_no_more_than_their_length() -> None:
    assert sum(map(len, words("a1" * 50_000))) < 50 * 100_000
