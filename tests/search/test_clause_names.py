"""A clause is found however its number is written, and what is no clause is left as it is (I-9)."""

from __future__ import annotations

import pytest

from search.asked import AnyOf, Is, Text, Word
from search.clauses import clause_key, is_clause
from search.language import clauses_in, matches, parse


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("4.2.1", "4.2.1"),
        ("４．２．１", "4.2.1"),
        ("4.2.1.", "4.2.1"),
        ("第五条", "第5条"),
        ("第五條", "第5条"),
        ("第 5 条", "第5条"),
        ("第二百一十二条", "第212条"),
        ("第三篇", "第3编"),
        ("第二章第五条", "2.5"),
        ("一、（三）", "1.3"),
        ("十一、", "11"),
        ("①", "1"),
        ("检验", "检验"),
        ("4a", "4a"),
        ("第条", "第条"),
    ],
)
def test_i_9_two_ways_of_writing_one_clause_are_one(typed: str, key: str) -> None:
    assert clause_key(typed) == key
    assert clause_key(key) == key


@pytest.mark.parametrize("typed", ["4.2", "4.2.1.3", "第5条", "第十二章"])
def test_i_9_a_number_of_several_parts_may_be_a_clause(typed: str) -> None:
    assert is_clause(typed)
    assert clauses_in(f"记录 {typed}") == (Is("clause", clause_key(typed)),)


@pytest.mark.parametrize("typed", ["4", "2024.5.1", "qp-4.2", "4.2.1*", '"4.2.1"', "条", "(记录", "NOT 4.2"])
def test_i_9_other_words_are_none(typed: str) -> None:
    assert not is_clause(typed)
    assert clauses_in(typed) == ()


def test_i_9_a_clause_is_asked_for_beside_its_digits_and_alone_as_a_field() -> None:
    assert parse("4.2.1") == AnyOf((Word("421"), Is("clause", "4.2.1")))
    assert parse("第五条") == AnyOf((Text("第五条"), Is("clause", "第5条")))
    assert parse("条款：第五條") == Is("clause", "第5条")
    assert parse("clause:4.2.*") == Is("clause", "4.2.", beginning=True)


def test_i_9_whether_a_text_matches_is_a_question_of_its_words() -> None:
    assert matches("按 4.2.1 执行", "4.2.1")
    assert not matches("按 4.3 执行", "4.2.1")
