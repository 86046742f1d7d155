"""S-5: which texts count as the same, and where a folded character stood."""

import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.folding import fold, fold_mapped
from tests.effort import examples
from tests.search.making import SENTENCES

PAIRS = [
    ("記錄", "记录"),
    ("臺帳", "台账"),
    ("台帐", "台賬"),
    ("范圍", "範圍"),
    ("准則", "準則"),
    ("頭髮", "头发"),
    ("發放", "发放"),
    ("後面", "后面"),
    ("隨著", "随着"),
    ("覆核", "复核"),
    ("業(yè)務", "业务"),
    ("業（yè）務", "業務"),
    ("業 (y\nè) 務", "业务"),
    ("業(ye\u0300)務", "业务"),
    ("人們(men)", "人们"),
    ("⑴", "(1)"),
    ("①", "1"),
    ("Ⅲ", "iii"),
    ("㎡", "m2"),
    ("℃", "°c"),
    ("ＱＰ－０４", "qp-04"),
    ("〔2007〕", "[2007]"),
    ("改\r\n进", "改 进"),
    ("a \n b", "a b"),
    ("甲 a 乙", "甲a乙"),
    ("⽂件⻚", "文件页"),
    ("Äpfel", "apfel"),
    ("A\u0308pfel", "apfel"),
    ("零\u200b宽\ufeff", "零宽"),
    ("“引”", '"引"'),
]

APART = [
    ("維修任務(領料)單", "維修任務單"),
    ("體系(QMS)", "體系"),
    ("方法(he)", "方法"),
    ("(yè)", ""),
    ("ab", "a b"),
    ("が", "か"),
    ("1.5", "15"),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_s_5_pairs_that_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_s_5_pairs_that_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_s_5_every_character_is_settled_by_one_fold() -> None:
    chance = random.Random(5)
    ranges = [*range(0x3100), *range(0x4E00, 0x5200), *range(0xF900, 0x10000)]
    for code in ranges + chance.sample(range(0x110000), 4_000):
        once = fold(chr(code))
        assert fold(once) == once
        assert not any(unicodedata.category(char) == "Cs" or char == "\n" for char in once)


@settings(max_examples=examples(100), deadline=None, database=None)
@given(st.lists(st.sampled_from([*SENTENCES, "⑴ ", "\ud800", "  ", "(", "(yè)"])).map("".join))
def test_s_3_the_mapped_fold_is_the_fold_with_a_way_back(text: str) -> None:
    mapped = fold_mapped(text)
    assert mapped.text == fold(text)
    assert len(mapped.origins) == len(mapped.text)
    assert list(mapped.origins) == sorted(mapped.origins)
    for letter, origin in zip(mapped.text, mapped.origins, strict=True):
        assert letter in fold(text[origin]) or letter == " "


def test_s_3_a_span_reaches_over_the_reading_inside_it() -> None:
    text = "本業(yè)務⑴"
    mapped = fold_mapped(text)
    start = mapped.text.index("业务")
    assert text[slice(*mapped.span(start, start + 2))] == "業(yè)務"
    assert text[slice(*mapped.span(start + 2, start + 5))] == "⑴"
    assert mapped.span(99, 99) == (len(text), len(text))
