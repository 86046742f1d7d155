"""A text as paragraphs and rows of tables, to be compared (V-5)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.comparison import compare
from docctl.domain.text_blocks import MOST_BLOCKS, blocks


def shown(text: str, **more: object) -> list[str]:
    found, is_cut = blocks(text, **more)  # type: ignore[arg-type]
    assert not is_cut
    return ["|".join(one) for one in found]


def test_v_5_lines_are_paragraphs_and_tabs_part_cells() -> None:
    assert shown("目的\n\n 范围 \n\f序号\t名称\t\n1\t\t台账") == ["目的", "范围", "序号|名称", "1||台账"]
    assert shown("") == []
    assert shown(" \n\t\n") == []


def test_v_5_sentences_part_long_paragraphs_where_asked() -> None:
    text = "每月检查一次。保存三年；到期销毁。\nKeep it. Then burn it.\n见 4.2.1 条"
    assert shown(text, by_sentence=True) == [
        "每月检查一次。",
        "保存三年；",
        "到期销毁。",
        "Keep it.",
        "Then burn it.",
        "见 4.2.1 条",
    ]


def paged(*pages: str) -> dict[str, object]:
    """Return a text on pages, as it is read out of a PDF."""
    starts, text = [], ""
    for one in pages:
        starts.append(len(text))
        text += one + "\n"
    return {"text": text, "pages": starts}


def test_v_5_lines_of_pages_are_joined_and_what_repeats_is_told_once() -> None:
    head = "示例公司 QP-01 A/0 第{n}页共 3 页"
    who = ("质量部", "生产部", "客服部")
    body = "负责本程序的编制和修订，并对各部门的执行情况进行检查和"
    found = paged(
        *(
            f"{head.format(n=n)}\n{one}{body}\n考核{one}。\n{n}.1 职责\n序号\t名称\t期限\n"
            f"甲{one}\n乙{one}\n丙{one}"
            for n, one in enumerate(who, start=1)
        )
    )
    lines = shown(str(found["text"]), pages=found["pages"], by_sentence=True)
    assert lines[0] == head.format(n=1)
    assert sum("页共" in one for one in lines) == 1
    assert lines[1] == f"质量部{body}考核质量部。"
    assert lines[2] == "1.1 职责"
    assert lines.count("序号|名称|期限") == 3


def test_v_5_other_line_ends_of_a_pdf_are_no_change() -> None:
    sentence = (
        "质量部每月对文件的使用情况进行检查，发现作废文件应立即收回并登记，检查结果报管理者代表审阅后存档。"
    )
    wide = "\n".join(sentence[at : at + 30] for at in range(0, len(sentence), 30))
    narrow = "\n".join(sentence[at : at + 22] for at in range(0, len(sentence), 22))
    left, _ = blocks(wide, pages=[0], by_sentence=True)
    right, _ = blocks(narrow, pages=[0], by_sentence=True)
    assert compare(left, right).changes == 0


def test_v_5_words_of_letters_are_joined_with_a_blank() -> None:
    lines = [
        "The quality department keeps all the records of",
        "inspection for three years and destroys",
        "them.",
    ]
    found = paged("\n".join(lines), "The end of this text is here, on a page of its own, so")
    assert shown(str(found["text"]), pages=found["pages"])[0].startswith(
        "The quality department keeps all the records of inspection"
    )


def test_v_5_of_an_endless_text_the_rest_is_left_out() -> None:
    found, is_cut = blocks("行\n" * (MOST_BLOCKS + 1))
    assert (len(found), is_cut) == (MOST_BLOCKS, True)
    found, is_cut = blocks("行\n" * MOST_BLOCKS)
    assert (len(found), is_cut) == (MOST_BLOCKS, False)


@given(
    st.text(alphabet="甲乙。a.\t \n\f1、", max_size=80),
    st.lists(st.integers(0, 90), max_size=4),
    st.booleans(),
)
def test_v_5_no_character_that_says_something_is_lost(
    text: str, starts: list[int], by_sentence: bool
) -> None:
    pages = sorted({0, *(one for one in starts if one <= len(text))}) if starts else []
    found, _ = blocks(text, pages=pages, by_sentence=by_sentence)
    told = "".join("".join("".join(one).split()) for one in found)
    if len(pages) < 2:  # what repeats on pages is told once
        assert told == "".join(text.split())


@pytest.mark.parametrize("line", ["4.2.1 职责", "第五条 职责", "一、职责", "（三）职责", "① 职责", "a) 职责"])
def test_v_5_what_begins_a_clause_is_not_joined_to_the_line_before(line: str) -> None:
    before = "质量部负责本程序的编制和修订并对各部门的执行情况进行检查和考核"
    assert shown(f"{before}\n{line}", pages=[0]) == [before, line]
