"""S-3: what is shown under a hit, in the characters of the original."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.folding import fold
from search.snippets import Piece, snippet
from tests.effort import examples
from tests.search.making import SENTENCES

FILLER = "各车间按计划完成当月任务并上报。" * 300


def shown(text: str, query: str, width: int = 60) -> str:
    pieces = snippet(text, query, width=width)
    return "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        pytest.param("填写檢驗記錄。", "检验记录", "填写[檢驗記錄]。", id="the original's script"),
        pytest.param("本業(yè)務的", "业务", "本[業(yè)務]的", id="a reading inside"),
        pytest.param("填\n写记录", "填写", "[填 写]记录", id="a line end inside"),
        pytest.param("第⑴项", '"第(1)项"', "[第⑴项]", id="a sign of several letters"),
        pytest.param("two audits here", "audit", "two [audits] here", id="a longer word"),
        pytest.param("all policies", "policy", "all [policies]", id="another form"),
        pytest.param("the follow of up", "follow-up", "the [follow] of [up]", id="parts"),
        pytest.param("见QP/XX-4.2.4B。", "qpxx42", "见[QP/XX-4.2].4B。", id="a number's beginning"),
        pytest.param("见QP/XX-4.2.4B。", "4.2", "见QP/XX-[4.2].4B。", id="a number's part"),
        pytest.param("甲记录乙退货", "退货 记录", "甲[记录]乙[退货]", id="two words"),
        pytest.param("只有标题命中", "别处", "只有标题命中", id="no hit"),
        pytest.param("正文", "", "正文", id="no question"),
        pytest.param("正文", "。。", "正文", id="a question without sense"),
        pytest.param("", "记录", "", id="no text"),
        pytest.param("a\x1b[31m记录", "记录", "a [31m[记录]", id="controls are not shown"),
    ],
)
def test_s_3_hits_are_marked_in_the_original(text: str, query: str, marked: str) -> None:
    assert shown(text, query) == marked


def test_s_3_the_place_with_most_of_what_was_asked_is_shown() -> None:
    text = f"{FILLER}先有记录{FILLER}记录和退货同处{FILLER}"
    found = shown(text, "退货 记录", width=40)
    assert "[记录]和[退货]同处" in found
    assert found.startswith("…")
    assert found.endswith("…")
    assert len(found) < 60


def test_s_3_a_hit_across_two_blocks_is_found() -> None:
    for shift in range(990, 1_010):
        assert "[检验记录]" in shown("甲" * shift + "检验记录" + "乙" * 3_000, "检验记录")


@settings(max_examples=examples(100), deadline=None, database=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8), st.data())
def test_s_3_every_quoted_cut_is_marked(sentences: list[str], data: st.DataObject) -> None:
    text = "".join(sentences)
    start = data.draw(st.integers(0, len(text) - 3))
    cut = text[start : start + data.draw(st.integers(3, 20))]
    pieces = snippet(text, f'"{cut}"')
    # A cut that begins inside a bracketed reading is no text that anybody reads.
    assert any(piece.marked for piece in pieces) == (fold(cut) in fold(text))


@settings(max_examples=examples(100), deadline=None, database=None)
@given(st.text(), st.text(max_size=1_200))
def test_s_3_a_snippet_never_fails(text: str, query: str) -> None:
    assert all(isinstance(piece, Piece) for piece in snippet(text, query))


def test_s_3_snippets_are_fast() -> None:
    text = FILLER * 40
    started = time.process_time()
    snippet(text, "不在其中 nowhere")
    milliseconds = (time.process_time() - started) * 1_000
    assert milliseconds / (len(text.encode()) / 1_024) < 0.4  # measured 0.07; slow hosts pass
