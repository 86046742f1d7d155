"""What changed between two texts: paragraphs, moved ones, cells, words; bounded for hostile ones (V-5)."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.common_sequence import common, rising
from docctl.domain.comparison import Block, Comparison, Kind, compare
from docctl.domain.comparison_layout import Fold, Line, laid_out
from docctl.domain.word_changes import Effort, Part, word_changes

LETTERS = "文件控制记录审核批准人员每月年检查结果由部门负责保存三五十个工作日内完成整改"
words = st.text(alphabet="甲乙丙 ab1.\n", max_size=6)
rows = st.lists(st.lists(words, min_size=1, max_size=3).map(tuple), max_size=8)


def told(comparison: Comparison) -> list[str]:
    """Return the changes as a reader sees them."""
    return [
        f"{one.kind.value} "
        + (
            "|".join(marked(cell.before, cell.after) for cell in one.cells)
            if one.cells
            else "|".join(text_of(comparison, one.before, one.after))
        )
        for one in comparison.entries
        if one.kind is not Kind.SAME
    ]


def text_of(comparison: Comparison, before: int | None, after: int | None) -> Block:
    if before is not None:
        return comparison.before[before]
    assert after is not None
    return comparison.after[after]


def marked(before: str, after: str) -> str:
    signs = {Part.SAME: "{}", Part.REMOVED: "[{}]", Part.ADDED: "<{}>"}
    return "".join(signs[one.part].format(one.text) for one in word_changes(before, after, Effort()).pieces)


def paragraphs(*texts: str) -> list[Block]:
    return [(one,) for one in texts]


def rebuilt(comparison: Comparison) -> tuple[list[Block], list[Block]]:
    """Build both texts again, from nothing but the comparison's entries."""
    before: dict[int, Block] = {}
    after: dict[int, Block] = {}
    order_before: list[int] = []
    order_after: list[int] = []
    for one in comparison.entries:
        if one.cells and one.before is not None and one.after is not None:
            before[one.before] = tuple(cell.before for cell in one.cells)
            after[one.after] = tuple(cell.after for cell in one.cells)
        if one.kind in {Kind.SAME, Kind.CHANGED, Kind.REMOVED, Kind.MOVED_AWAY}:
            assert one.before is not None
            order_before.append(one.before)
        if one.kind in {Kind.SAME, Kind.CHANGED, Kind.ADDED, Kind.MOVED_HERE}:
            assert one.after is not None
            order_after.append(one.after)
    return (
        [before.get(at, comparison.before[at]) for at in order_before],
        [after.get(at, comparison.after[at]) for at in order_after],
    )


def trimmed(blocks: Sequence[Block]) -> list[Block]:
    """Return rows without empty cells: where a row gains a cell, the other side has an empty one."""
    return [tuple(cell for cell in one if cell) for one in blocks]


@given(rows, rows)
def test_v_5_both_texts_can_be_built_again_from_the_comparison(
    before: list[Block], after: list[Block]
) -> None:
    found = compare(before, after)
    left, right = rebuilt(found)
    assert trimmed(left) == trimmed(before)
    assert trimmed(right) == trimmed(after)
    moved_away = {(one.before, one.after) for one in found.entries if one.kind is Kind.MOVED_AWAY}
    assert moved_away == {(one.before, one.after) for one in found.entries if one.kind is Kind.MOVED_HERE}


@given(rows, rows, st.integers(0, 60))
def test_v_5_a_coarse_comparison_loses_nothing_either(
    before: list[Block], after: list[Block], most: int
) -> None:
    left, right = rebuilt(compare(before, after, effort=Effort(most)))
    assert (trimmed(left), trimmed(right)) == (trimmed(before), trimmed(after))


@given(rows)
def test_v_5_a_text_does_not_differ_from_itself(text: list[Block]) -> None:
    assert told(compare(text, text)) == []


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from([0, 10, 10_000]))
def test_v_5_the_pieces_are_both_texts(before: str, after: str, most: int) -> None:
    found = word_changes(before, after, Effort(most))
    assert (found.before, found.after) == (before, after)
    assert all(one.text for one in found.pieces)


def longest(before: Sequence[int], after: Sequence[int]) -> int:
    """Return the length of the longest common sequence by the table that everybody knows."""
    above = [0] * (len(after) + 1)
    for one in before:
        row = [0]
        for at, other in enumerate(after):
            row.append(above[at] + 1 if one == other else max(above[at + 1], row[at]))
        above = row
    return above[-1]


numbers = st.lists(st.integers(0, 4), max_size=20)


@given(numbers, numbers, st.sampled_from([0, 5, 1000]))
def test_v_5_what_is_common_is_as_long_as_can_be(before: list[int], after: list[int], most: int) -> None:
    found = common(before, after, most=most)
    assert all(before[i] == after[j] for i, j in found.pairs)
    assert list(found.pairs) == rising(found.pairs)
    if not found.is_coarse and most == 1000:
        assert len(found.pairs) == longest(before, after)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param(["目的", "范围"], ["目的", "范围"], [], id="the same"),
        pytest.param(["目的  一", "范围"], ["目的 一 ", "范围"], [], id="blanks alone"),
        pytest.param(["目的", "范围"], ["目的", "职责", "范围"], ["added 职责"], id="added"),
        pytest.param(["目的", "职责", "范围"], ["目的", "范围"], ["removed 职责"], id="removed"),
        pytest.param(
            ["每月检查一次，保存三年。"],
            ["每季度检查一次，保存十年。"],
            ["changed 每[月]<季度>检查一次，保存[三]<十>年。"],
            id="characters of Chinese",
        ),
        pytest.param(
            ["The manager reviews clause 4.2.1 monthly."],
            ["The director reviews clause 4.2.13 monthly."],
            ["changed The [manager]<director> reviews clause [4.2.1]<4.2.13> monthly."],
            id="words and numbers are not cut",
        ),
        pytest.param(
            ["质量部负责文件的发放与回收", "目的", "范围", "术语"],
            ["目的", "范围", "术语", "质量部负责文件的发放与回收"],
            ["moved_away 质量部负责文件的发放与回收", "moved_here 质量部负责文件的发放与回收"],
            id="moved",
        ),
        pytest.param(
            ["质量部负责文件的发放与回收，每月一次", "目的", "范围", "术语"],
            ["目的", "范围", "术语", "质量部负责文件的发放与回收，每季一次"],
            [
                "moved_away 质量部负责文件的发放与回收，每月一次",
                "moved_here 质量部负责文件的发放与回收，每[月]<季>一次",
            ],
            id="moved and changed",
        ),
        pytest.param(
            ["设备每天点检"],
            ["The other text"],
            ["removed 设备每天点检", "added The other text"],
            id="nothing shared",
        ),
    ],
)
def test_v_5_paragraphs(before: list[str], after: list[str], changes: list[str]) -> None:
    assert told(compare(paragraphs(*before), paragraphs(*after))) == changes


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param(("1", "台账", "3年"), ("1", "台账", "5年"), ["changed 1|台账|[3]<5>年"], id="one cell"),
        pytest.param(
            ("甲", "乙"), ("丙", "丁"), ["changed [甲]<丙>|[乙]<丁>"], id="rows that face each other"
        ),
        pytest.param(
            ("1", "台账", "3年"),
            ("1", "台账", "质检部", "3年"),
            ["changed 1|台账|<质检部>|3年"],
            id="a column more",
        ),
        pytest.param(
            ("1", "台账", "质检部", "3年"),
            ("1", "台账", "3年"),
            ["changed 1|台账|[质检部]|3年"],
            id="a column less",
        ),
    ],
)
def test_v_5_cells_of_tables(before: Block, after: Block, changes: list[str]) -> None:
    assert told(compare([("序号", "名称"), before], [("序号", "名称"), after])) == changes


def text(rng: random.Random, length: int) -> str:
    return "".join(rng.choices(LETTERS, k=length))


def edited(rng: random.Random, block: Block, places: int) -> Block:
    words = block[0]
    for _ in range(places):
        at = rng.randrange(len(words))
        words = words[:at] + text(rng, 3) + words[at + 2 :]
    return (words,)


def pair_of(made: Callable[[random.Random, int], str]) -> Callable[[random.Random], tuple[list[Block], ...]]:
    def both(rng: random.Random) -> tuple[list[Block], ...]:
        return [(made(rng, at),) for at in range(5000)], [(made(rng, at),) for at in range(5000)]

    return both


def every_one_edited(rng: random.Random) -> tuple[list[Block], ...]:
    before: list[Block] = [(text(rng, rng.randrange(20, 200)),) for _ in range(1500)]
    return before, [edited(rng, one, 5) for one in before]


def shuffled(rng: random.Random) -> tuple[list[Block], ...]:
    before, after = every_one_edited(rng)
    rng.shuffle(after)
    return before, after


def table(rng: random.Random) -> tuple[list[Block], ...]:
    before: list[Block] = [(str(at), text(rng, 8), text(rng, 10), "3年") for at in range(2000)]
    return before, [(one[0], one[1], text(rng, 10), "5年") for one in before]


def long_ones(rng: random.Random) -> tuple[list[Block], ...]:
    before: list[Block] = [(text(rng, 2000),) for _ in range(150)]
    return before, [edited(rng, one, 40) for one in before]


#: Seconds of work, several times what it takes: where it grew with the square it would be minutes.
WITHIN = 8.0


@pytest.mark.parametrize(
    "both",
    [
        pytest.param(every_one_edited, id="every paragraph changed"),
        pytest.param(shuffled, id="all moved and changed"),
        pytest.param(table, id="every row changed"),
        pytest.param(long_ones, id="long paragraphs"),
        pytest.param(pair_of(lambda rng, _: text(rng, rng.randrange(20, 200))), id="nothing in common"),
        pytest.param(pair_of(lambda rng, _: rng.choice("ab") * 60), id="two paragraphs again and again"),
        pytest.param(pair_of(lambda rng, _: f"第{rng.randrange(10**6)}号产品检验记录表"), id="all alike"),
        pytest.param(pair_of(lambda _rng, at: "a" * (at + 1)), id="one letter, ever longer"),
        pytest.param(
            lambda rng: ([(text(rng, 400_000),)], [(text(rng, 400_000),)]), id="one endless paragraph"
        ),
    ],
)
def test_v_5_thousands_of_paragraphs_take_about_a_second_whatever_they_are(
    both: Callable[[random.Random], tuple[list[Block], list[Block]]],
) -> None:
    before, after = both(random.Random(5))
    began = time.process_time()
    found = compare(before, after)
    assert time.process_time() - began < WITHIN
    assert rebuilt(found) == (before, after)


def test_v_5_a_comparison_takes_little_memory() -> None:
    rng = random.Random(5)
    before: list[Block] = [(text(rng, 60),) for _ in range(600)]
    after: list[Block] = [edited(rng, one, 2) for one in before]
    tracemalloc.start()
    try:
        compare(before, after)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


def test_v_5_it_says_where_only_a_coarse_comparison_was_possible() -> None:
    before, after = paragraphs("甲" * 50 + "乙丙" * 100), paragraphs("甲" * 50 + "丙乙" * 100)
    assert not compare(before, after).is_coarse
    coarse = compare(before, after, effort=Effort(100))
    assert coarse.is_coarse
    assert [one.is_coarse for one in coarse.entries] == [True]
    whole = common(["x", "y"] * 40, ["y", "x"] * 40, most=100)
    assert whole.is_coarse


def test_v_5_the_layout_folds_what_is_the_same_and_numbers_the_changes() -> None:
    same = [f"第{at}段没有变化" for at in range(20)]
    found = compare(paragraphs(*same), paragraphs(*same[:10], "新增的一段", *same[10:]))
    layout = laid_out(found)
    assert [len(one.lines) if isinstance(one, Fold) else one.number for one in layout.parts] == [
        8,
        0,
        0,
        1,
        0,
        0,
        8,
    ]
    assert (layout.changes, layout.first, layout.last, layout.of) == (1, 1, 1, 1)
    nothing = laid_out(compare(paragraphs(*same), paragraphs(*same)))
    assert (
        nothing.changes,
        nothing.first,
        [len(one.lines) for one in nothing.parts if isinstance(one, Fold)],
    ) == (0, 0, [20])


@pytest.mark.parametrize("part", [-3, 1, 2, 3, 4, 99])
def test_v_5_many_changes_come_in_parts_and_none_twice(part: int) -> None:
    before = paragraphs(*(f"{at}：{'甲' * 20}" for at in range(100)))
    after = paragraphs(*(f"{at}：{'甲' * 20}{'改' if at % 10 == 5 else ''}" for at in range(100)))
    found = compare(before, after)
    assert found.changes == 10
    seen = []
    for one in range(1, 5):
        layout = laid_out(found, part=one, at_once=3)
        numbers = [each.number for each in layout.parts if isinstance(each, Line) and each.number]
        assert numbers == list(range(layout.first, layout.last + 1))
        seen += numbers
    assert seen == list(range(1, 11))
    asked = laid_out(found, part=part, at_once=3)
    assert (asked.part, asked.of) == (min(max(part, 1), 4), 4)


def test_v_5_what_moved_has_one_number_at_both_places() -> None:
    found = compare(
        paragraphs("质量部负责文件的发放与回收", "目的", "范围"),
        paragraphs("目的", "范围", "质量部负责文件的发放与回收"),
    )
    numbers = [one.number for one in laid_out(found).parts if isinstance(one, Line)]
    assert numbers == [1, 0, 0, 1]
    assert found.changes == 1
