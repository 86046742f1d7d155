"""What can be asked of every engine, and how results are counted; memory is the reference (S-1 to S-6)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from search.api import (
    CHOICE,
    COUNTED,
    ENDED_STATE,
    EXPIRED_STATE,
    FACETS,
    STANDING,
    WAITING_STATE,
    Entry,
    Query,
    SearchEngine,
    choice_of,
    chosen_value,
)
from search.folding import fold
from tests.effort import examples
from tests.search.engines import ENGINES, stock
from tests.search.making import NOW, SYNONYMS, TICK, entry, find, ids, query

FULL = [name for name in ENGINES if name != "memory"]


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    made = ENGINES[request.param](tmp_path / "index")
    yield made
    made.close()


def put(engine: SearchEngine, *entries: Entry) -> None:
    engine.apply(entries, (), position=1)


# -- all, any, not, fields (S-1) --------------------------------------------------------------


@pytest.fixture
def few(engine: SearchEngine) -> SearchEngine:
    put(
        engine,
        entry(
            "a",
            "退货的记录",
            number="QP/XX-4.2",
            title="检验单",
            unit="SC",
            day=date(2024, 2, 29),
            retention="C3",
            facts=(("batch", "B-2024 01"), ("unit", "生产部"), ("filer", "王强")),
        ),
        entry("b", "退货与返工", number="QR-01", title="记录", day=date(2025, 1, 1), state="draft"),
        entry("c", "返工单, see QP/XX-4.2", number="QR-02", kind="document", valid_from=NOW),
        entry("d", "按ISO 9001质量管理 A0版", number="QR-03", kind="document", valid_until=NOW),
    )
    return engine


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("退货 OR 返工", "abc", id="either"),
        pytest.param("退货 AND 返工", "b", id="both"),
        pytest.param("退货 NOT 返工", "a", id="one without the other"),
        pytest.param("NOT 退货", "cd", id="only not"),
        pytest.param("NOT (退货 OR 返工)", "d", id="not a group"),
        pytest.param("NOT NOT 退货", "ab", id="not twice"),
        pytest.param("返工 (退货 OR qr-02)", "bc", id="group"),
        pytest.param("退货 OR NOT 返工", "abd", id="or not"),
        pytest.param("title:记录", "b", id="in the title alone"),
        pytest.param('body:"记录"', "a", id="in the text alone"),
        pytest.param("编号:QP/XX", "a", id="beginning of the number alone"),
        pytest.param("number:4.2", "a", id="part of the number"),
        pytest.param("QP/XX-4.2", "ac", id="number anywhere"),
        pytest.param("unit:sc", "a", id="unit by code"),
        pytest.param("部門:生產部", "a", id="unit by name, in the other script"),
        pytest.param("批号:b-202401", "a", id="key without its blank"),
        pytest.param("批号:B-20*", "a", id="beginning of a key"),
        pytest.param("批号:B-20", "", id="a key is whole without an asterisk"),
        pytest.param("填报人:王强 退货", "a", id="who filed it, and a word"),
        pytest.param("保管期:c3", "a", id="retention class"),
        pytest.param("kind:document", "cd", id="kind"),
        pytest.param("state:draft OR state:现行", "bc", id="states"),
        pytest.param("NOT state:draft NOT state:in_force", "ad", id="not these states"),
        pytest.param("year:2024", "a", id="year"),
        pytest.param("日期:2024-02..2025", "ab", id="range of days"),
        pytest.param("date:2024-02-29", "a", id="the day itself"),
        pytest.param("date:2024-03..", "b", id="from the day after"),
        pytest.param("NOT year:2024", "bcd", id="no day is not that year"),
        pytest.param("ISO9001质量", "d", id="mixed run, blank in the text"),
        pytest.param("iso 9001质量", "d", id="mixed run, blank in the search"),
        pytest.param("a0版", "d", id="letter, digit, Chinese"),
    ],
)
def test_s_1_all_any_not_and_fields(few: SearchEngine, typed: str, found: str) -> None:
    assert find(few, typed) == set(found)


def test_s_1_a_fact_is_no_text_and_a_text_no_fact(few: SearchEngine) -> None:
    assert find(few, "王强") == set()
    assert find(few, "filer:退货") == set()


def test_s_1_names_stand_for_the_values_they_mean(few: SearchEngine) -> None:
    known = {"unit": {"品質部": frozenset({"quality"}), "品控": frozenset({"x"})}, "state": {}}
    assert find(few, "unit:品质部", known=known) == {"b", "c", "d"}
    assert find(few, "unit:品*", known=known) == {"b", "c", "d"}
    assert find(few, "NOT unit:品质部", known=known) == {"a"}
    assert find(few, "unit:品质部") == set()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("clause:4.2.1", "a", id="as a field"),
        pytest.param("条款:４．２．１", "a", id="in full width"),
        pytest.param("条款:4.2", "a", id="the one above it"),
        pytest.param("条款:4.2.*", "a", id="all under it"),
        pytest.param("条款:4.2*", "ac", id="what begins so"),
        pytest.param("条款:2", "", id="a clause is whole"),
        pytest.param("条款:第五條", "b", id="named, in the other script"),
        pytest.param("第五条", "bc", id="named, or in words"),
        pytest.param("4.2.1", "ac", id="its number, or its digits in words"),
        pytest.param("ab 4.2.1", "a", id="with the number of the document"),
        pytest.param('"4.2.1"', "c", id="an exact text is no clause"),
        pytest.param("NOT 条款:4.2.1", "bc", id="not this clause"),
    ],
)
def test_i_9_a_clause_is_found_in_any_way_of_writing_it(engine: SearchEngine, typed: str, found: str) -> None:
    put(
        engine,
        entry("a", "检验", number="AB-01", facts=tuple(("clause", one) for one in ("4", "4.2", "4.2.1"))),
        entry("b", "总则", facts=(("clause", "1.5"), ("clause", "第5条"))),
        entry("c", "按 4.2.1 和第五条执行", facts=(("clause", "4.20"),)),
    )
    assert find(engine, typed) == set(found)


def test_i_9_a_clause_stands_before_its_digits_somewhere(engine: SearchEngine) -> None:
    put(engine, entry("a", "按 4.2.1 执行"), entry("b", "4.2.1 检验", facts=(("clause", "4.2.1"),)))
    assert ids(engine.search(query("4.2.1"))) == ["b", "a"]


def test_s_6_synonyms_on_request(engine: SearchEngine) -> None:
    put(engine, entry("a", "顧客投訴"), entry("b", "客户抱怨"), entry("c", "客诉"), entry("d", "不良品"))
    assert find(engine, "客户") == {"b"}
    assert find(engine, "客户", synonyms=SYNONYMS) == {"a", "b"}
    assert find(engine, "业主客诉", synonyms=SYNONYMS) == {"a", "b"}
    assert find(engine, "“客户”", synonyms=SYNONYMS) == {"b"}
    assert find(engine, "不合格品 OR 客诉", synonyms=SYNONYMS) == {"a", "b", "c", "d"}


# -- counts beside the hits (S-3, X-3) ---------------------------------------------------------


def test_s_3_facets_count_what_choosing_them_would_find(few: SearchEngine) -> None:
    asked = query("退货 OR 返工", facets=frozenset(FACETS), kinds=frozenset({"record"}))
    found = few.search(asked)
    assert found.total == 2
    assert found.facets["kind"] == {"record": 2, "document": 1}  # its own choice does not narrow it
    assert found.facets["state"] == {"accepted": 1, "draft": 1}
    assert found.facets["unit"] == {"SC": 1, "quality": 1}
    assert found.facets["year"] == {"2024": 1, "2025": 1}
    assert found.facets["retention"] == {"C3": 1}
    assert few.search(query("退货")).facets == {}


def test_x_3_facets_do_not_count_what_one_may_not_see(engine: SearchEngine) -> None:
    put(
        engine,
        entry("a", unit="SC"),
        entry("b", unit="SC", access="board"),
        entry("c", unit="PZ", access="x"),
    )
    found = engine.search(query(facets=frozenset({"unit"}), exclude=frozenset({"z"})))
    assert found.facets == {"unit": {"SC": 1}}
    gone = engine.search(query(facets=frozenset({"unit"}), exclude=frozenset({"a"})))
    assert (gone.total, gone.facets) == (0, {"unit": {}})


def test_v_3_v_8_how_an_entry_stands_at_an_instant_is_found_narrowed_to_and_counted(
    engine: SearchEngine,
) -> None:
    start, lapse, end = NOW, NOW + 2 * TICK, NOW + 4 * TICK
    whole: dict[str, Any] = {"kind": "document", "valid_from": start, "valid_until": end}
    put(
        engine,
        entry("a", state="issued", **whole, expires=lapse),
        entry("b", state="issued", kind="document", valid_from=start),
        entry("c", state="suspended", **whole, expires=lapse),
        entry("d", state="withdrawn", **whole),
        entry("e", state="draft", kind="document"),
        entry("f", state="accepted"),
        entry("g", state="withdrawn", kind="document", valid_from=end, valid_until=end),  # before its date
    )

    def at(instant: datetime, text: str = "", **narrowed: Any) -> str:
        return "".join(sorted(find(engine, text, at=instant, **narrowed)))

    def standing(instant: datetime) -> dict[str, str]:
        every = ("waiting", "valid", "expired", "ended", "")
        return {one: found for one in every if (found := at(instant, standings=frozenset({one})))}

    def said(instant: datetime) -> dict[str, str]:
        every = ("waiting", "in_force", "suspended", "expired", "superseded", "withdrawn")
        return {one: found for one in every if (found := at(instant, f"state:{one}"))}

    def counted(instant: datetime, **narrowed: Any) -> dict[str, Any]:
        asked = replace(query(facets=frozenset(STANDING)), at=instant, **narrowed)
        return {name: found for name, found in engine.search(asked).facets.items() if found}

    assert standing(start - TICK) == {"waiting": "abcd", "ended": "g", "": "ef"}
    assert said(start - TICK) == {"waiting": "abcd", "withdrawn": "g"}
    before = {"issued": 2, "suspended": 1, "withdrawn": 1}
    assert counted(start - TICK) == {WAITING_STATE: before, ENDED_STATE: {"withdrawn": 1}}

    for instant in (start, lapse - TICK):
        assert standing(instant) == {"valid": "abcd", "ended": "g", "": "ef"}
        assert said(instant) == {"in_force": "abd", "suspended": "c", "withdrawn": "g"}
        assert counted(instant) == {ENDED_STATE: {"withdrawn": 1}}

    for instant in (lapse, end - TICK):
        assert standing(instant) == {"valid": "bd", "expired": "ac", "ended": "g", "": "ef"}
        assert said(instant) == {"in_force": "bd", "suspended": "c", "expired": "a", "withdrawn": "g"}
        expired = {"issued": 1, "suspended": 1}
        assert counted(instant) == {EXPIRED_STATE: expired, ENDED_STATE: {"withdrawn": 1}}
        narrowed = counted(instant, standings=frozenset({"valid"}), states=frozenset({"draft"}))
        assert narrowed == counted(instant)  # its own choice does not narrow it
        assert at(instant, not_ended=True) == "abcdef"  # it stays the document's one revision
        assert at(instant, standings=frozenset({"valid", "expired"}), states=frozenset({"issued"})) == "ab"
        assert counted(instant, kinds=frozenset({"record"})) == {}

    assert standing(end) == {"valid": "b", "ended": "acdg", "": "ef"}
    assert said(end) == {"in_force": "b", "superseded": "ac", "withdrawn": "dg"}
    assert counted(end) == {ENDED_STATE: {"issued": 1, "suspended": 1, "withdrawn": 2}}
    assert at(end, not_ended=True) == "bef"
    assert at(end, "NOT state:superseded") == "bdefg"


# -- choices of forms (S-1, S-3) ----------------------------------------------------------------


@pytest.fixture
def chosen(engine: SearchEngine) -> SearchEngine:
    put(
        engine,
        entry("a", "外壳", choices=(("a1.f1", "o1"), ("a1.f2", "o1"), ("a1.f2", "o2"))),
        entry("b", "外壳", choices=(("a1.f1", "o2"), ("a1.f2", "o2"), ("a1.f2", "o2"))),
        entry("c", "底座", choices=(("b2.f1", "o2"),)),
        entry("d", "底座"),
        entry("e", "外壳", access="board", choices=(("a1.f1", "o1"),)),
    )
    return engine


def test_s_3_choices_are_counted_field_by_field_each_entry_once(chosen: SearchEngine) -> None:
    counts = chosen.search(query(facets=frozenset({CHOICE}))).facets[CHOICE]
    assert counts == {"a1.f1.o1": 1, "a1.f1.o2": 1, "a1.f2.o1": 1, "a1.f2.o2": 2, "b2.f1.o2": 1}
    assert chosen.search(query("底座", facets=frozenset({CHOICE}))).facets[CHOICE] == {"b2.f1.o2": 1}


def test_s_3_several_values_of_a_field_are_either_and_several_fields_both(chosen: SearchEngine) -> None:
    assert find(chosen, choices={"a1.f1": frozenset({"o1"})}) == {"a"}
    assert find(chosen, choices={"a1.f1": frozenset({"o1", "o2"})}) == {"a", "b"}
    assert find(chosen, choices={"a1.f1": frozenset({"o1", "o2"}), "a1.f2": frozenset({"o1"})}) == {"a"}
    assert find(chosen, choices={"a1.f1": frozenset({"o9"})}) == set()
    asked = query(choices={"a1.f1": frozenset({"o1"})}, facets=frozenset({CHOICE, "kind"}))
    found = chosen.search(asked)
    # Its own choice does not narrow the field, the other fields it does.
    assert found.facets[CHOICE] == {"a1.f1.o1": 1, "a1.f1.o2": 1, "a1.f2.o1": 1, "a1.f2.o2": 1}
    assert found.facets["kind"] == {"record": 1}


def test_s_1_a_field_of_forms_is_asked_for_by_name_where_one_has_it(chosen: SearchEngine) -> None:
    named = {"fields": CONCLUSION_FIELDS, "known": CONCLUSIONS}
    assert find(chosen, "结论:合格", **named) == {"a", "c"}
    assert find(chosen, "外壳 结论：让步*", **named) == {"b"}
    assert find(chosen, '结论:("合格" OR 让步接收) NOT 底座', **named) == {"a", "b"}
    assert find(chosen, "结论:报废", **named) == set()
    assert find(chosen, "结论:合格") == set()  # no form has the field: it is text


def test_s_3_a_choice_that_changes_is_another_digest(chosen: SearchEngine) -> None:
    before = dict(chosen.digests())
    put(chosen, entry("a", "外壳", choices=(("a1.f1", "o2"),)))
    after = dict(chosen.digests())
    assert {one for one, digest in after.items() if before[one] != digest} == {"a"}
    assert find(chosen, choices={"a1.f1": frozenset({"o2"})}) == {"a", "b"}


@settings(max_examples=examples(60), deadline=None, database=None)
@given(data=st.data())
def test_s_3_what_a_choice_counts_is_what_choosing_it_finds(
    pair: tuple[list[Entry], SearchEngine, SearchEngine], data: st.DataObject
) -> None:
    entries, engine, _ = pair
    narrowed = data.draw(st.dictionaries(st.sampled_from(("a1.f1", "a1.f2")), SOME_OF_A_FIELD, max_size=2))
    sets = data.draw(st.frozensets(st.sampled_from(("staff", "office", "board")), min_size=1))
    asked = query(sets=sets, choices=narrowed, facets=frozenset({CHOICE}), limit=1)
    counted = engine.search(asked).facets[CHOICE]
    for field, value in {one for each in entries for one in each.choices}:
        others = {name: values for name, values in narrowed.items() if name != field}
        expected = [
            one
            for one in entries
            if one.access in sets
            and (field, value) in one.choices
            and all(any((name, each) in one.choices for each in values) for name, values in others.items())
        ]
        assert counted.get(chosen_value(field, value), 0) == len(expected)


def test_s_3_a_facet_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="facet"):
        query(facets=frozenset({"colour"}))


# -- numbers that are nearly the same (S-3) -----------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        pytest.param("QP-0401", "ab", id="the same, and one slip"),
        pytest.param("qp0041", "ab", id="swapped digits"),
        pytest.param("QP-041", "ab", id="one missing"),
        pytest.param("QP-04011111", "", id="too far"),
        pytest.param("QP-04012025", "c", id="long ones may differ twice"),
        pytest.param("QP1", "", id="short ones never"),
    ],
)
def test_s_3_near_numbers(engine: SearchEngine, typed: str, found: str) -> None:
    put(
        engine,
        entry("a", number="QP-0401"),
        entry("b", number="QP/04-1"),
        entry("c", number="QP-0401-2026"),
        entry("hidden", number="QP-0401", access="board"),
    )
    assert find(engine, near=typed) == set(found)


# -- the index by item (S-4) --------------------------------------------------------------------


def test_s_4_the_index_tells_what_it_holds_by_item(engine: SearchEngine) -> None:
    one, other = entry("a"), entry("b", valid_from=NOW)
    assert list(engine.digests()) == []
    put(engine, one, other)
    assert dict(engine.digests()) == {"a": one.digest(), "b": other.digest()}
    assert entry("a", "别的").digest() != one.digest() != entry("a", title="别的").digest()
    assert entry("a", facts=(("batch", "1"),)).digest() != one.digest()


# -- exactness against a scan, over everything that can be asked (S-2) ---------------------------


@pytest.fixture(scope="module", params=FULL)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Entry], SearchEngine, SearchEngine]]:
    entries = stock(120)
    folder = tmp_path_factory.mktemp("pair")
    engine, reference = ENGINES[request.param](folder / "index"), ENGINES["memory"](folder)
    reference.apply(entries, (), position=1)
    for part in (entries[:50], entries[50:], entries[10:20]):  # several commits, some entries replaced
        engine.apply(part, (), position=1)
    yield entries, engine, reference
    engine.close()


TO_TRADITIONAL = OpenCC("s2t")
TO_SIMPLIFIED = OpenCC("t2s")
SCRIPTS = (lambda text: text, TO_TRADITIONAL.convert, TO_SIMPLIFIED.convert, str.upper)


@settings(max_examples=examples(40, 1000), deadline=None, database=None)
@given(data=st.data())
def test_s_2_a_quoted_cut_in_any_script_is_found_where_a_scan_finds_it(
    pair: tuple[list[Entry], SearchEngine, SearchEngine], data: st.DataObject
) -> None:
    entries, engine, _ = pair
    text = data.draw(st.sampled_from(entries)).body
    start = data.draw(st.integers(0, len(text) - 1))
    cut = text[start : start + data.draw(st.integers(1, 40))]
    typed = data.draw(st.sampled_from(SCRIPTS))(cut)
    if not (needle := fold(typed)):
        return
    everybody = frozenset({"staff", "office", "board"})
    expected = {
        one.id for one in entries if any(needle in fold(part) for part in (one.number, one.title, one.body))
    }
    quoted = '"' + typed.replace('"', '""') + '"'
    assert find(engine, quoted, sets=everybody, limit=1_000) == expected


WORDS = (
    "记录",
    "檢驗",
    "audit",
    "follow-up",
    "QP/XX-0",
    "30",
    "ISO9001",
    "客户",
    "“的”",
    '"with"',
    "单",
    "a",
)
FACTS = (
    "结论:合格",
    "结论:让*",
    "unit:SC",
    "title:检验",
    "number:QP*",
    "date:2024..",
    "year:2025",
    "批号:B-1",
    "state:in_force",
)
STATED = tuple(f"state:{one}" for one in ("expired", "suspended", "waiting", "superseded", "withdrawn"))
ASKED = st.recursive(
    st.sampled_from(WORDS + FACTS + STATED),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(("AND", "OR", "NOT")), inner),
    max_leaves=6,
)
SOME = st.frozensets
SOME_OF_A_FIELD = st.frozensets(st.sampled_from(("o1", "o2", "o9")), min_size=1)

#: A field of two forms that has one name, and what its choices are called.
CONCLUSION_FIELDS = frozenset({"结论"})
CONCLUSIONS = {
    choice_of("结论"): {
        "合格": frozenset({chosen_value("a1.f1", "o1"), chosen_value("b2.f1", "o2")}),
        "让步接收": frozenset({chosen_value("a1.f1", "o2")}),
    }
}


@st.composite
def questions(draw: st.DrawFn) -> Query:
    days = sorted(draw(st.lists(st.dates(date(2023, 5, 1), date(2026, 1, 1)), min_size=2, max_size=2)))
    return query(
        draw(ASKED),
        sets=draw(SOME(st.sampled_from(("staff", "office", "board", "all")), min_size=1)),
        kinds=draw(SOME(st.sampled_from(("record", "document")), max_size=1)),
        states=draw(SOME(st.sampled_from(("issued", "draft", "x")), max_size=2)),
        standings=draw(SOME(st.sampled_from(("", "waiting", "valid", "expired", "ended")), max_size=2)),
        units=draw(SOME(st.sampled_from(("SC", "PZ")), max_size=1)),
        years=draw(SOME(st.sampled_from(("2024", "2025")), max_size=1)),
        retentions=draw(SOME(st.sampled_from(("C3", "C10")), max_size=1)),
        day_from=draw(st.sampled_from((None, days[0]))),
        day_until=draw(st.sampled_from((None, days[1]))),
        not_ended=draw(st.booleans()),
        synonyms=draw(st.sampled_from([(), SYNONYMS])),
        choices=draw(st.dictionaries(st.sampled_from(("a1.f1", "a1.f2", "x")), SOME_OF_A_FIELD, max_size=2)),
        fields=CONCLUSION_FIELDS,
        known=CONCLUSIONS,
        near=draw(st.sampled_from(("", "", "", "QP/XX-01", "ab/xx-1"))),
        exclude=draw(SOME(st.sampled_from(("e001", "e002", "e003")), max_size=2)),
        facets=draw(SOME(st.sampled_from(COUNTED))),
        limit=1_000,  # all of them: which come first is each engine's own
    )


@settings(max_examples=examples(40, 1000), deadline=None, database=None)
@given(asked=questions())
def test_s_2_every_question_has_the_answer_that_a_scan_gives(
    pair: tuple[list[Entry], SearchEngine, SearchEngine], asked: Query
) -> None:
    _, engine, reference = pair
    expected, found = reference.search(asked), engine.search(asked)
    assert (found.total, set(ids(found))) == (expected.total, set(ids(expected)))
    assert found.facets == expected.facets


@settings(max_examples=examples(20, 400), deadline=None, database=None)
@given(texts=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4), data=st.data())
@pytest.mark.parametrize("name", FULL)
def test_s_2_any_characters_at_all_are_found_where_they_are(
    tmp_path_factory: pytest.TempPathFactory, name: str, texts: list[str], data: st.DataObject
) -> None:
    engine = ENGINES[name](tmp_path_factory.mktemp("any") / "index")
    engine.apply([entry(f"e{n}", text) for n, text in enumerate(texts)], (), position=1)
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text) - 1))
    cut = text[start : start + data.draw(st.integers(1, 10))]
    if needle := fold(cut):
        expected = {f"e{n}" for n, one in enumerate(texts) if needle in fold(one)}
        typed = "「" + cut + "」" if "」" not in cut else '"' + cut.replace('"', '""') + '"'
        assert find(engine, f"body:{typed}") == expected
    engine.close()


COSTLY = [
    pytest.param(" OR ".join("的一是在不了有和人这中大为上个国我以要他"), id="common characters"),
    pytest.param(
        " ".join(f"{letter}*" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"), id="beginnings"
    ),
    pytest.param("NOT (" * 10 + "记录" + ")" * 10, id="deep"),
    pytest.param('"' + "记录" * 490 + '"', id="a long phrase"),
    pytest.param("客户投诉不良品 " * 60, id="synonyms of synonyms"),
    pytest.param(" OR ".join(f"NOT {n}" for n in range(40)), id="nothing but not"),
]


@pytest.mark.parametrize("typed", COSTLY)
def test_s_2_no_question_is_slow(pair: tuple[list[Entry], SearchEngine, SearchEngine], typed: str) -> None:
    _, engine, reference = pair
    asked = query(typed, facets=frozenset(FACETS), synonyms=SYNONYMS)
    started = time.process_time()
    found = engine.search(asked)
    assert time.process_time() - started < 1.0  # measured 0.01; slow hosts pass
    assert found.total == reference.search(asked).total
