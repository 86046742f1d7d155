"""What every search engine promises; memory is the reference (S-1 to S-5, X-3)."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.api import Entry, SearchEngine, Sort
from search.errors import CursorMoved, QueryProblem
from search.folding import fold
from search.tantivy import TantivyEngine
from tests.effort import examples
from tests.search.engines import ENGINES
from tests.search.making import NOW, SENTENCES, TICK, entry, find, ids, query

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(params=list(ENGINES))
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    made = ENGINES[request.param](tmp_path / "index")
    yield made
    made.close()


def put(engine: SearchEngine, *entries: Entry, position: int = 1) -> None:
    engine.apply(entries, (), position=position)


# -- the cursor, and what stands in the index -------------------------------------------------


def test_s_4_an_index_never_filled_answers_nothing(engine: SearchEngine) -> None:
    assert (engine.state, engine.position(), engine.count()) == ("empty", 0, 0)
    assert find(engine, "正文") == set()
    assert list(engine.ids()) == []


def test_s_4_entries_and_position_are_stored_together(engine: SearchEngine) -> None:
    engine.apply([entry("a"), entry("b")], [], position=7)
    assert (engine.state, engine.position(), engine.count()) == ("ready", 7, 2)
    assert set(engine.ids()) == {"a", "b"}
    assert engine.search(query("正文")).position == 7


def test_s_4_applying_a_batch_again_changes_nothing(engine: SearchEngine) -> None:
    for _ in range(3):
        engine.apply([entry("a", "旧的"), entry("a", "新的"), entry("b")], ["c"], position=7)
    assert engine.count() == 2
    assert find(engine, "旧的") == set()
    assert find(engine, "新的") == {"a"}


def test_s_4_a_removal_wins_over_an_upsert(engine: SearchEngine) -> None:
    put(engine, entry("a"), entry("b"))
    engine.apply([entry("a"), entry("c")], ["a", "b"], position=2)
    assert set(engine.ids()) == {"c"}


def test_s_4_a_batch_may_only_move_the_position(engine: SearchEngine) -> None:
    put(engine, entry("a"))
    engine.apply([], [], position=9)
    assert (engine.position(), engine.count()) == (9, 1)


def test_s_4_a_follower_that_was_overtaken_is_told(engine: SearchEngine) -> None:
    engine.apply([entry("a")], [], position=5, after=0)
    with pytest.raises(CursorMoved) as told:
        engine.apply([entry("b")], [], position=6, after=4)
    assert told.value.position == 5
    assert set(engine.ids()) == {"a"}


# -- exact text (S-2) -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "body", "found"),
    [
        pytest.param("记录", "填写記錄", True, id="simplified finds traditional"),
        pytest.param("記錄", "填写记录", True, id="traditional finds simplified"),
        pytest.param("ＡＢＣ", "abc", True, id="full width finds half width"),
        pytest.param("业务", "業(yè)務", True, id="reading skipped, simplified"),
        pytest.param("業務", "業(yè)務", True, id="reading skipped, traditional"),
        pytest.param("生产和", "生產(c\r\nhǎn)和", True, id="reading broken by a line end"),
        pytest.param("任务(领料)单", "維修任務（領料）單", True, id="real bracket stays"),
        pytest.param("任务单", "維修任務（領料）單", False, id="real bracket is not skipped"),
        pytest.param("体系QMS", "體系(QMS)", False, id="short name in brackets is no reading"),
        pytest.param("QMS", "體系(QMS)", True, id="short name in brackets is found"),
        pytest.param("改进", "改\n进", True, id="line end inside a word"),
        pytest.param("台账", "設備臺帳", True, id="variants"),
        pytest.param("第(2)项", "第⑵項", True, id="number in a bracket sign"),
        pytest.param("30m2", "30㎡", True, id="unit sign"),
        pytest.param("xyz", "甲xy,yz乙", False, id="pairs of two places do not join"),
        pytest.param("甲乙丙丁", "甲乙，丙丁", False, id="a comma parts"),
        pytest.param("甲乙，丙丁", "甲乙,丙丁", True, id="width of the comma does not"),
        pytest.param("乙丙丁", "甲乙丙。乙丁丙丁", False, id="pairs present, text not"),
        pytest.param("01标", "iso9001标准", True, id="cut across digits and Chinese"),
        pytest.param('"libration cert"', "The calibration certificate", True, id="cut in words"),
        pytest.param('"calibration  certificate"', "calibration\ncertificate", True, id="blanks"),
        pytest.param('"certificate calibration"', "calibration certificate", False, id="order"),
        pytest.param("“退货 ABC”", "退货ABC", True, id="Chinese quotation marks"),
        pytest.param("「退货」", "退貨", True, id="corner quotation marks"),
        pytest.param("录", "记录", True, id="one character, last"),
        pytest.param("记", "记录", True, id="one character, first"),
        pytest.param("《记录》", "记录", True, id="outer punctuation of unquoted text"),
        pytest.param('"《记录》"', "记录", False, id="outer punctuation of quoted text"),
        pytest.param("记录 退货", "退货的记录", True, id="all words"),
        pytest.param("记录 退货", "记录", False, id="one word missing"),
        pytest.param('"。"', "完。", True, id="quoted punctuation"),
    ],
)
def test_s_2_chinese_and_quoted_text_is_found_exactly(
    engine: SearchEngine, typed: str, body: str, found: bool
) -> None:
    put(engine, entry("a", body))
    assert find(engine, typed) == ({"a"} if found else set())


@pytest.mark.parametrize(
    ("typed", "body", "found"),
    [
        pytest.param("audit", "Auditing", True, id="beginning"),
        pytest.param("audits", "the audit", True, id="plural finds singular"),
        pytest.param("policy", "policies", True, id="singular finds plural"),
        pytest.param("dit", "audit", False, id="inside a word"),
        pytest.param("audits*", "the audit", False, id="asterisk: beginning only"),
        pytest.param("cert*", "certificate", True, id="asterisk"),
        pytest.param("follow up", "follow-up", True, id="parts of a compound"),
        pytest.param("follow-up", "to follow it up", True, id="compound finds its parts"),
        pytest.param("café", "CAFE", True, id="accents"),
        pytest.param("QP/XX-4.2.4B-2009", "见 QP/XX-4.2.4B-2009。", True, id="number, whole"),
        pytest.param("QPXX424B2009", "见QP/XX-4.2.4B-2009", True, id="number, no separators"),
        pytest.param("qp-xx 4.2", "见 QP/XX-4.2.4B-2009", True, id="number, other separators"),
        pytest.param("QP/XX-4", "见 QP/XX-4.2.4B-2009", True, id="number, beginning"),
        pytest.param("4.2.4B", "见 QP/XX-4.2.4B-2009", True, id="number, part"),
        pytest.param("2009", "见 QP/XX-4.2.4B-2009", True, id="number, last part"),
        pytest.param("XX-4.2.5", "见 QP/XX-4.2.4B-2009", False, id="another number"),
        pytest.param("ISO9001", "按 ISO 9001 执行", True, id="blank before digits"),
        pytest.param("ISO 9001", "按ISO9001执行", True, id="no blank before digits"),
    ],
)
def test_s_2_english_words_and_numbers(engine: SearchEngine, typed: str, body: str, found: bool) -> None:
    put(engine, entry("a", body))
    assert find(engine, typed) == ({"a"} if found else set())


def test_s_1_titles_and_numbers_are_searched_but_do_not_run_together(engine: SearchEngine) -> None:
    put(engine, entry("a", "丙丁", title="乙丙", number="QR甲乙-01"))
    assert find(engine, "乙丙") == {"a"}
    assert find(engine, "qr甲") == {"a"}
    assert find(engine, '"01乙丙"') == set()
    assert find(engine, "乙丙丁") == set()


def test_n_10_a_number_typed_whole_comes_first(engine: SearchEngine) -> None:
    mentions = [entry(f"m{n}", "见QP-04 QP-04 QP-04", title="QP-04 的附件") for n in range(5)]
    put(engine, *mentions, entry("z", number="QP-04"))
    assert ids(engine.search(query("ＱＰ—０４")))[0] == "z"


NOT_TO_FAIL = [
    pytest.param("", id="nothing"),
    pytest.param("   \n\t", id="blanks"),
    pytest.param('"', id="one quote"),
    pytest.param('"' * 999, id="many quotes"),
    pytest.param("“「『" * 300, id="unbalanced"),
    pytest.param("\ud800\udfff", id="lone surrogates"),
    pytest.param("记\ud800录", id="surrogate inside"),
    pytest.param("！？。,.;*", id="punctuation"),
    pytest.param("*", id="asterisk"),
    pytest.param("AND OR NOT title:x ^2 ~ [a TO b]", id="another query language"),
    pytest.param("(.*)+$ a|b \\d{9}", id="expressions"),
    pytest.param("😀", id="emoji"),
    pytest.param("\x00\x01cursor", id="controls"),
    pytest.param("⺀", id="radical"),
    pytest.param("ﷺ" * 500, id="one sign of many letters"),
    pytest.param("记" * 1_000, id="longest"),
    pytest.param("记" * 10_000, id="too long"),
    pytest.param("a b c d e f g h " * 60, id="many words"),
    pytest.param("词 " * 10 + " ".join(chr(0x4E00 + n) for n in range(60)), id="many characters"),
]


@pytest.mark.parametrize("typed", NOT_TO_FAIL)
def test_s_2_nothing_typed_makes_a_search_fail(engine: SearchEngine, typed: str) -> None:
    put(engine, *(entry(f"e{n}", text) for n, text in enumerate(SENTENCES)))
    try:
        total = engine.search(query(typed)).total
    except QueryProblem as problem:
        total, code = 0, problem.code
    else:
        code = "answered"
    assert total >= 0
    assert code in {"answered", *QueryProblem.CODES}


def test_s_2_a_blank_search_finds_all_one_may_see(engine: SearchEngine) -> None:
    put(engine, entry("a"), entry("b", access="other"))
    assert find(engine, " ") == {"a"}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[str], SearchEngine]]:
    chance = random.Random(20260302)
    texts = ["".join(chance.choices(SENTENCES, k=chance.randint(1, 6))) for _ in range(150)]
    engine = TantivyEngine(tmp_path_factory.mktemp("mixed") / "index")
    half = len(texts) // 2  # two commits: more than one segment answers
    for part in (range(half), range(half, len(texts))):
        engine.apply([entry(f"e{n}", texts[n], number="§", title="§") for n in part], (), position=1)
    yield texts, engine
    engine.close()


@settings(
    max_examples=examples(100),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_s_2_a_quoted_cut_of_any_text_is_found_where_it_is_and_nowhere_else(
    mixed: tuple[list[str], SearchEngine], data: st.DataObject
) -> None:
    texts, engine = mixed
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text) - 2))
    cut = text[start : start + data.draw(st.integers(2, 40))]
    if not (needle := fold(cut)):
        return
    expected = {f"e{n}" for n, text in enumerate(texts) if needle in fold(text)}
    assert find(engine, f'"{cut}"', limit=1_000) == expected


# -- who may find what, when (X-3, V-6) -------------------------------------------------------


def test_x_3_only_readers_of_the_access_set_find_an_entry(engine: SearchEngine) -> None:
    put(engine, entry("a", access="s1"), entry("b", access="s2"))
    assert find(engine, "正文", sets=frozenset({"s1"})) == {"a"}
    assert find(engine, "正文", sets=frozenset({"s1", "s2", "s3"})) == {"a", "b"}
    assert find(engine, "正文", sets=frozenset({"s"})) == set()
    assert find(engine, "正文", sets=frozenset()) == set()


START = NOW
END = NOW + timedelta(days=30)


@pytest.mark.parametrize(
    ("at", "seen"),
    [
        pytest.param(START - TICK, False, id="just before it is valid"),
        pytest.param(START, True, id="the first instant"),
        pytest.param(END - TICK, True, id="the last instant"),
        pytest.param(END, False, id="the first instant after"),
    ],
)
def test_x_3_readers_of_the_published_find_it_while_it_is_valid(
    engine: SearchEngine, at: datetime, seen: bool
) -> None:
    dates = {"valid_from": START, "valid_until": END}
    put(engine, entry("a", kind="document", access="office", published="all", **dates))
    assert find(engine, "正文", sets=frozenset({"all"}), at=at) == ({"a"} if seen else set())
    assert find(engine, "正文", sets=frozenset({"office"}), at=at) == {"a"}


def test_x_3_without_an_end_it_stays_published_without_a_start_it_never_is(
    engine: SearchEngine,
) -> None:
    put(
        engine,
        entry("open", access="office", published="all", valid_from=START),
        entry("draft", access="office", published="all"),
    )
    far = NOW + timedelta(days=40_000)
    assert find(engine, "正文", sets=frozenset({"all"}), at=far) == {"open"}


@pytest.mark.parametrize(
    ("at", "seen"),
    [
        pytest.param(START - TICK, {"record", "undated", "document"}, id="before"),
        pytest.param(END - TICK, {"record", "undated", "document"}, id="last"),
        pytest.param(END, {"record", "undated"}, id="after"),
    ],
)
def test_s_1_what_has_ended_is_left_out_but_no_record(
    engine: SearchEngine, at: datetime, seen: set[str]
) -> None:
    dates = {"valid_from": START, "valid_until": END}
    put(
        engine,
        entry("document", kind="document", **dates),
        entry("record", kind="record", **dates),
        entry("undated", kind="document"),
    )
    assert find(engine, "正文", not_ended=True, at=at) == seen
    assert find(engine, "正文", at=at) == {"record", "undated", "document"}


def test_s_4_excluded_ids_are_gone_from_hits_and_total(engine: SearchEngine) -> None:
    put(engine, *(entry(f"e{n}") for n in range(5)))
    found = engine.search(query("正文", exclude=frozenset({"e1", "e3", "nobody"}), limit=2))
    assert found.total == 3
    assert not {"e1", "e3"} & set(ids(found))


@pytest.mark.parametrize(
    ("filters", "seen"),
    [
        pytest.param({"kinds": {"record"}}, {"a"}, id="kind"),
        pytest.param({"kinds": {"record", "document"}}, {"a", "b"}, id="either kind"),
        pytest.param({"units": {"仓库"}}, {"b"}, id="unit"),
        pytest.param({"types": {"QP"}}, {"b"}, id="type"),
        pytest.param({"states": {"issued"}, "units": {"quality"}}, set(), id="both must hold"),
    ],
)
def test_s_1_filters(engine: SearchEngine, filters: dict[str, set[str]], seen: set[str]) -> None:
    put(
        engine,
        entry("a"),
        entry("b", kind="document", unit="仓库", type="QP", state="issued"),
    )
    assert find(engine, "正文", **{k: frozenset(v) for k, v in filters.items()}) == seen


@pytest.mark.parametrize(
    ("first", "last", "seen"),
    [
        pytest.param(date(2025, 5, 1), date(2025, 5, 31), {"first", "last"}, id="both days inside"),
        pytest.param(date(2025, 5, 2), None, {"last", "later"}, id="from the day after"),
        pytest.param(None, date(2025, 5, 30), {"first"}, id="until the day before"),
        pytest.param(None, None, {"first", "last", "later", "none"}, id="no days asked"),
    ],
)
def test_s_1_a_range_of_days_includes_both_ends(
    engine: SearchEngine, first: date | None, last: date | None, seen: set[str]
) -> None:
    put(
        engine,
        entry("first", day=date(2025, 5, 1)),
        entry("last", day=date(2025, 5, 31)),
        entry("later", day=date(2025, 6, 1)),
        entry("none"),
    )
    assert find(engine, "正文", day_from=first, day_until=last) == seen


# -- order and pages (S-3) --------------------------------------------------------------------


@pytest.mark.parametrize("sort", list(Sort))
def test_s_3_pages_join_without_gap_or_repeat_also_after_a_commit(engine: SearchEngine, sort: Sort) -> None:
    days = [None, date(2025, 1, 1), date(2024, 1, 1)]
    texts = ["记录", "记录与记录", "其他记录的说明"]
    entries = [entry(f"e{n:02}", texts[n % 3], day=days[n % 3], number=f"N{n % 7}") for n in range(60)]
    for start in range(0, 60, 15):  # several commits, so several segments
        put(engine, *entries[start : start + 15])
    whole = ids(engine.search(query("记录", sort=sort, limit=100)))
    assert len(set(whole)) == len(whole) == 60
    paged = []
    for offset in range(0, 66, 11):
        found = engine.search(query("记录", sort=sort, limit=11, offset=offset))
        assert found.total == 60
        paged += ids(found)
        put(engine, entry("other", "别的", access="nobody"))
    assert paged == whole
    assert ids(engine.search(query("记录", sort=sort, offset=60))) == []


def test_s_3_newest_first_and_numbers_in_order(engine: SearchEngine) -> None:
    put(
        engine,
        entry("a", number="QR-2", day=date(2024, 1, 1)),
        entry("b", number="QR-1", day=date(2026, 1, 1)),
        entry("c", number="QR-3"),
    )
    assert ids(engine.search(query("正文", sort=Sort.DATE))) == ["b", "a", "c"]
    assert ids(engine.search(query("正文", sort=Sort.NUMBER))) == ["b", "a", "c"]


def test_s_3_the_first_and_the_last_day_of_the_calendar_have_their_places(engine: SearchEngine) -> None:
    days = {"last": date.max, "late": date(2026, 12, 1), "early": date(2026, 11, 30), "first": date(1, 1, 2)}
    put(engine, *(entry(name, number=name, day=day) for name, day in days.items()), entry("none"))
    assert ids(engine.search(query("正文", sort=Sort.DATE))) == [*days, "none"]


def test_s_3_a_page_of_none_still_counts(engine: SearchEngine) -> None:
    put(engine, entry("a"), entry("b"))
    found = engine.search(query("正文", limit=0))
    assert (found.total, found.hits) == (2, ())


# -- making it again (S-4, R-6) ---------------------------------------------------------------


def test_s_4_a_rebuild_is_seen_when_it_is_complete(engine: SearchEngine) -> None:
    put(engine, entry("old"))
    with engine.rebuild(position=8) as fresh:
        fresh.add([entry("new", "一"), entry("new", "二")])
        assert set(engine.ids()) == {"old"}
        put(engine, entry("meanwhile"), position=9)
        assert engine.position() == 9
    assert (set(engine.ids()), engine.position(), engine.count()) == ({"new"}, 8, 1)
    assert find(engine, "二") == {"new"}


def test_s_4_a_rebuild_that_fails_changes_nothing(engine: SearchEngine) -> None:
    put(engine, entry("old"), position=3)

    def failing() -> Iterator[Entry]:
        yield entry("new")
        raise KeyError("row gone")

    with pytest.raises(KeyError), engine.rebuild(position=8) as fresh:
        fresh.add(failing())
    assert (set(engine.ids()), engine.position()) == ({"old"}, 3)


def test_r_6_a_purge_leaves_what_it_is_given(engine: SearchEngine) -> None:
    put(engine, entry("a"), entry("b"))
    engine.purge(lambda: [entry("b")], position=4)
    assert (set(engine.ids()), engine.position(), engine.intact()) == ({"b"}, 4, True)
