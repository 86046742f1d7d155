"""S-1, S-2: what a typed search asks for."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import _known_terms, slips, words
from search.asked import All, AnyOf, Days, Is, No, Node, Now, Text, Word, clauses
from search.errors import QueryProblem
from search.folding import fold
from search.language import LONGEST_QUERY, MOST_CLAUSES, matches, parse, widening
from tests.effort import examples
from tests.search.making import SYNONYMS

A, B, C, D = (Text(one) for one in "甲乙丙丁")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", None),
        ("记录 退货", All((Text("记录"), Text("退货")))),
        ("记录 記錄", Text("记录")),
        ('"the form" x', All((Text("the form"), Word("x")))),
        ("甲“乙 丙”丁", All((A, Text("乙丙"), D))),
        ('a"b"', All((Word("a"), Text("b")))),
        ("QP/XX-4.2", Word("qpxx42")),
        ("cert*", Word("cert")),
        ("audits", Word("audits", stem="=audit")),
        ("a,b", All((Word("a"), Word("b")))),
        ("《质量手册》", Text("质量手册")),
        pytest.param('"he said ""no"""', Text('he said"no"'), id="a doubled quotation mark"),
        pytest.param("“甲」乙”", Text(fold("甲」乙")), id="another mark inside"),
        pytest.param("甲 OR 乙", AnyOf((A, B)), id="either"),
        pytest.param("甲 AND 乙", All((A, B)), id="and is what a blank means"),
        pytest.param("甲 乙 OR 丙", AnyOf((All((A, B)), C)), id="and binds first"),
        pytest.param("甲 (乙 OR 丙)", All((A, AnyOf((B, C)))), id="brackets"),
        pytest.param("甲（乙 OR 丙", AnyOf((Text("甲(乙"), C)), id="a bracket that is text"),
        pytest.param("(NOT 甲) (乙 AND 丙)", All((No(A), All((B, C)))), id="operators in brackets"),
        pytest.param("甲 NOT 乙", All((A, No(B))), id="not"),
        pytest.param("NOT (甲 乙)", No(All((A, B))), id="not a group"),
        pytest.param("and or not", All((Word("and", "=and"), Word("or"), Word("not", "=not"))), id="small"),
        pytest.param("任务(领料)单", Text("任务(领料)单"), id="brackets inside are text"),
        pytest.param("(领料)单", Text("领料)单"), id="brackets closed inside are text"),
        pytest.param("(领料)", Text("领料"), id="brackets around a word group"),
        pytest.param("((甲) OR (乙))", AnyOf((A, B)), id="brackets in brackets"),
        pytest.param("甲 ，", A, id="punctuation asks for nothing"),
        pytest.param("甲 OR ，", A, id="nor beside OR"),
        pytest.param("iso9001质量", AnyOf((Text("iso9001质量"), Text("iso 9001质量"))), id="mixed"),
        pytest.param("A0版", Text("a0版"), id="mixed, short"),
    ],
)
def test_s_1_how_a_search_is_read(typed: str, asked: Node | None) -> None:
    assert parse(typed) == asked


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        pytest.param("number:QP-04", Word("qp04", part="number"), id="number"),
        pytest.param("编号：QP-04", Word("qp04", part="number"), id="Chinese name, wide colon"),
        pytest.param('title:"检验 记录"', Text("检验记录", "title"), id="phrase in the title"),
        pytest.param("標題:检验", Text("检验", "title"), id="traditional name"),
        pytest.param("title:(甲 OR 乙)", AnyOf((Text("甲", "title"), Text("乙", "title"))), id="group"),
        pytest.param("部门:生产部", Is("unit", "生产部"), id="a fact"),
        pytest.param('unit:"Quality Dept"', Is("unit", "qualitydept"), id="a fact of two words"),
        pytest.param("批号:B-20*", Is("batch", "b-20", beginning=True), id="beginning of a fact"),
        pytest.param("state:现行", Now("in_force"), id="in force"),
        pytest.param("状态:暫停使用", Now("suspended"), id="suspended"),
        pytest.param('state:"Validity ended"', Now("expired"), id="expired, as pages say it"),
        pytest.param("state:expired", Now("expired"), id="expired"),
        pytest.param("状态:已作废", Now("withdrawn"), id="withdrawn"),
        pytest.param("状态:已作废（换版）", Now("superseded"), id="superseded"),
        pytest.param('state:"Issued, not yet in force"', Now("waiting"), id="waiting"),
        pytest.param("NOT state:draft", No(Is("state", "draft")), id="not a fact"),
        pytest.param("year:2024", Days(date(2024, 1, 1), date(2024, 12, 31)), id="year"),
        pytest.param("date:2024-02", Days(date(2024, 2, 1), date(2024, 2, 29)), id="month"),
        pytest.param("日期:2024年2月3日", Days(date(2024, 2, 3), date(2024, 2, 3)), id="Chinese day"),
        pytest.param("date:2024..2025-03", Days(date(2024, 1, 1), date(2025, 3, 31)), id="range"),
        pytest.param("date:2024/5/1..", Days(date(2024, 5, 1), None), id="open end"),
        pytest.param("date:..2024", Days(None, date(2024, 12, 31)), id="open beginning"),
        pytest.param("9001:2015", Word("90012015"), id="a colon in a number"),
        pytest.param("结论:合格", Text("结论:合格"), id="no field"),
        pytest.param('"number:QP"', Text("number:qp"), id="quoted"),
    ],
)
def test_s_1_fields_and_ranges(typed: str, asked: Node) -> None:
    assert parse(typed) == asked


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("记" * (LONGEST_QUERY + 1), "too_long", id="one too long"),
        pytest.param(" ".join(f"w{n}" for n in range(MOST_CLAUSES + 1)), "too_many_words", id="41"),
        pytest.param("，。！", "nothing_to_find", id="punctuation"),
        pytest.param('""', "nothing_to_find", id="empty quotes"),
        pytest.param("()", "nothing_to_find", id="empty brackets"),
        pytest.param("\ud800", "nothing_to_find", id="half a character"),
        pytest.param("\u202e\u200f", "nothing_to_find", id="marks of direction alone"),
        pytest.param('甲 "乙', "unclosed_quote", id="quotation without end"),
        pytest.param('5"', "unclosed_quote", id="inches"),
        pytest.param("「甲", "unclosed_quote", id="corner mark without end"),
        pytest.param("(甲 乙", "unclosed_bracket", id="bracket without end"),
        pytest.param("甲 乙)", "unopened_bracket", id="bracket without beginning"),
        pytest.param("(" * 21 + "甲" + ")" * 21, "too_deep", id="21 brackets"),
        pytest.param("NOT " * 21 + "甲", "too_deep", id="21 times not"),
        pytest.param("甲 AND", "operator_alone", id="AND at the end"),
        pytest.param("OR 甲", "operator_alone", id="OR at the beginning"),
        pytest.param("甲 OR OR 乙", "operator_alone", id="OR twice"),
        pytest.param("(NOT)", "operator_alone", id="NOT of nothing"),
        pytest.param("unit:", "field_without_value", id="field without value"),
        pytest.param("unit:*", "field_without_value", id="field with an asterisk alone"),
        pytest.param("date:2024-02-30", "bad_date", id="no such day"),
        pytest.param("year:0000", "bad_date", id="no such year"),
        pytest.param("date:gestern", "bad_date", id="no date"),
        pytest.param("date:..", "bad_date", id="a range of nothing"),
    ],
)
def test_s_1_what_cannot_be_searched_says_why(typed: str, code: str) -> None:
    with pytest.raises(QueryProblem) as problem:
        parse(typed)
    assert problem.value.code == code


def test_s_2_the_longest_search_is_still_read() -> None:
    assert parse("记" * LONGEST_QUERY) == Text("记" * LONGEST_QUERY)
    many = parse(" ".join(f"w{n}" for n in range(MOST_CLAUSES)))
    assert isinstance(many, All)
    assert len(many.of) == MOST_CLAUSES
    assert parse("(" * 20 + "甲" + ")" * 20) == A
    assert parse("甲 " * 300) == A


TYPED = st.lists(
    st.sampled_from(
        [
            *'ab12 *"“”「」-/.()（）:：，',
            "记录",
            "記",
            " AND ",
            " OR ",
            " NOT ",
            "title:",
            "日期:",
            "..",
            "\ud800",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=examples(100), deadline=None, database=None)
@given(st.text(max_size=200), TYPED | st.text(max_size=60))
def test_s_2_nothing_typed_fails_otherwise(text: str, typed: str) -> None:
    try:
        parse(typed)
    except QueryProblem as problem:
        code = problem.code
    else:
        code = "asked"
        matches(text, typed)
    assert code in {"asked", *QueryProblem.CODES}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("客户", {"客户", "顾客", "业主"}, id="a word"),
        pytest.param("顧客", {"客户", "顾客", "业主"}, id="in the other script"),
        pytest.param("客诉表", {"客诉表", "投诉表", "抱怨表"}, id="within a word"),
        pytest.param(
            "客户投诉",
            {f"{one}{other}" for one in ("客户", "顾客", "业主") for other in ("投诉", "抱怨", "客诉")},
            id="two of them",
        ),
        pytest.param("退货", {"退货"}, id="no synonym"),
        pytest.param("“客户”", {"客户"}, id="a phrase never"),
        pytest.param("标题:客户", {"客户", "顾客", "业主"}, id="in a field"),
    ],
)
def test_s_6_synonyms_widen_words_on_request(typed: str, said: set[str]) -> None:
    assert {one.needle for one in clauses(parse(typed, synonyms=SYNONYMS)) if isinstance(one, Text)} == said
    assert len(clauses(parse(typed))) == 1
    typed_needles = {one.needle for one in clauses(parse(typed)) if isinstance(one, Text)}
    assert {one.needle for one in widening(typed, SYNONYMS) if isinstance(one, Text)} == said - typed_needles


def test_s_6_however_many_synonyms_a_search_stays_small() -> None:
    assert len(clauses(parse("客户投诉不良品" * 20, synonyms=SYNONYMS))) <= 25


@pytest.mark.parametrize(
    ("one", "other", "most", "count"),
    [
        ("qp04", "qp04", 2, 0),
        ("qp04", "qp40", 2, 1),
        ("qp04", "qp0", 2, 1),
        ("qp04", "xqp04", 2, 1),
        ("qp04", "qq05", 2, 2),
        ("qp04", "abcd", 2, 3),
        ("qp04", "qp", 1, 2),
    ],
)
def test_s_3_slips_between_two_numbers(one: str, other: str, most: int, count: int) -> None:
    assert slips(one, other, most=most) == slips(other, one, most=most) == count


def test_s_2_a_text_can_be_checked_without_an_index() -> None:
    assert matches("填寫檢驗記錄 QP-04", '"检验记录" qp04')
    assert not matches("填寫檢驗記錄 QP-04", "检验员")


def test_s_1_a_number_gives_itself_from_every_part_on() -> None:
    found = set(words(fold("QP/XX-4.2B")))
    assert {"qpxx42b", "xx42b", "42b", "2b", "qp", "4"} <= found


def test_s_2_long_runs_of_letters_cost_no_more_than_their_length() -> None:
    assert sum(map(len, words("a1" * 50_000))) < 50 * 100_000


def test_the_terms_of_endless_runs_are_not_kept() -> None:
    before = _known_terms.cache_info().currsize
    endless = "a1" * 50_000
    assert "".join(endless[:40]) in set(words(f"{endless} {endless}b"))
    assert _known_terms.cache_info().currsize == before
    assert list(words("qp/xx-4.2")) == list(words("qp/xx-4.2 " + endless))[:7]
