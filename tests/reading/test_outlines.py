"""Where clauses begin in the page that shows a text (I-9)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from docctl.reading import ReaderPool
from docctl.reading.anchors import anchored, anchors, places
from docctl.reading.errors import ReadingFailed
from docctl.reading.outlines import Clause, clauses_of, outline_in_child

CONTENTS = "<p>1 目的 ..... 2</p><p>2 范围 ..... 3</p>"


@pytest.mark.parametrize(
    ("html", "lines", "found"),
    [
        pytest.param("<p>1 目的</p><p>规范。</p>", ["1 目的"], [3], id="a paragraph"),
        pytest.param("<h2>1&nbsp;目的</h2>", ["1 目的"], [4], id="blanks do not count"),
        pytest.param("<p><strong>1</strong> 目<em>的</em></p>", ["1 目的"], [3], id="tags do not count"),
        pytest.param("<p>甲<br />1 目的<br>2 范围</p>", ["1 目的", "2 范围"], [10, 18], id="broken lines"),
        pytest.param("<td>1</td><td>目的</td>", ["1\t目的"], [4], id="a cell of a row"),
        pytest.param(f"{CONTENTS}<p>1 目的</p>", ["1 目的"], [len(CONTENTS) + 3], id="not the contents"),
        pytest.param("<p>1 目的</p>", ["1 目"], [-1], id="only whole lines"),
        pytest.param("<p>2 乙</p><p>1 甲</p>", ["1 甲", "2 乙"], [13, -1], id="in their order"),
        pytest.param("<p>1 甲</p><p>1 甲</p>", ["1 甲", "1 甲", "1 甲"], [3, 13, -1], id="twice"),
        pytest.param("", ["1 目的"], [-1], id="nothing is shown"),
    ],
)
def test_i_9_a_clause_is_where_its_line_stands_alone(html: str, lines: list[str], found: list[int]) -> None:
    assert places(html, lines) == found


def test_i_9_each_anchor_has_an_id_of_its_own() -> None:
    assert list(anchors(["1", "1.1", "1"])) == ["text-c-1", "text-c-1.1", "text-c-1-2"]
    assert (
        anchored("<p>甲</p><p>乙</p>", [(3, "a"), (11, "b")])
        == '<p><a id="a"></a>甲</p><p><a id="b"></a>乙</p>'
    )


def test_i_9_a_text_is_outlined_with_its_pages(pool: ReaderPool, tmp_path: Path) -> None:
    text = "1 目的\n规范。\f2 范围\n2.１ 全厂\n"
    found = outline_in_child(pool, tmp_path, text, None, pages=(0, text.index("\f") + 1))
    assert [(one.path, one.title, one.page, one.anchor) for one in found.clauses] == [
        ("1", "目的", 1, ""),
        ("2", "范围", 2, ""),
        ("2.1", "全厂", 2, ""),
    ]
    assert clauses_of(found.as_json()) == found.clauses
    assert found.html is None
    assert list(tmp_path.iterdir()) == []


def test_i_9_a_text_without_clauses_stays_as_it_is(pool: ReaderPool, tmp_path: Path) -> None:
    assert outline_in_child(pool, tmp_path, " \n", "<p></p>").clauses == ()
    found = outline_in_child(pool, tmp_path, "一段话。", "<p>一段话。</p>")
    assert (found.clauses, found.html, found.as_json()) == ((), "<p>一段话。</p>", "[]")
    assert clauses_of("") == ()


class Taken:
    """A pool whose child answers what it likes."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def run(self, function: str, /, **kwargs: Any) -> Any:
        return self.answer


GOOD = {"path": "1", "title": "目的", "start": 0, "style": "decimal", "mark": 3}


@pytest.mark.parametrize(
    "answer",
    [
        "text",
        [{}],
        [{**GOOD, "path": '1"><script>'}],
        [{**GOOD, "start": 99}],
        [{**GOOD, "start": -1}],
        pytest.param([{**GOOD, "mark": 1}], id="inside a tag"),
    ],
)
def test_i_9_a_child_that_was_taken_over_is_not_believed(tmp_path: Path, answer: Any) -> None:
    with pytest.raises(ReadingFailed):
        outline_in_child(Taken(answer), tmp_path, "1 目的", "<p>1 目的</p>")  # type: ignore[arg-type]
    good = outline_in_child(Taken([GOOD]), tmp_path, "1 目的", "<p>1 目的</p>")  # type: ignore[arg-type]
    assert good.clauses == (Clause("1", "目的", 0, "decimal", "text-c-1"),)
