"""What the checks find in a text by itself, and what they leave alone (D-12)."""

from __future__ import annotations

import pytest

from docctl.domain.check_content import check_rules, shipped_checks
from docctl.reading.checking.annexes import is_annex
from docctl.reading.checking.fact import stretch
from docctl.reading.checking.find import find_faults
from docctl.reading.checking.listing import cited_facts

WORDS = check_rules(shipped_checks()).words


def told(text: str, **more: str) -> set[tuple[str, str]]:
    """Return what is found, each with its subject; citations as such are no findings."""
    found = find_faults(text, words=WORDS, **more)
    return {(one.kind, one.what) for one in found if one.kind != "cites"}


@pytest.mark.parametrize(
    ("sentence", "word"),
    [
        ("各部门应及时填写记录。", "及时"),
        ("設備應定期檢查。", "定期"),
        ("设备应不定期检查。", "不定期"),
        ("The owner shall promptly inform the customer.", "promptly"),
        ("Records are reviewed In a Timely Manner by QA.", "in a timely manner"),
    ],
)
def test_d_12_a_word_that_sets_no_time_is_found(sentence: str, word: str) -> None:
    assert told(sentence) == {("vague_time", word)}


@pytest.mark.parametrize(
    "sentence",
    [
        "各部门应在24小时内及时填写记录。",
        "设备应定期（每季度）检查。",
        "设备每月定期检查一次。",
        "交付及时率不低于98%。",
        "按《设备定期检查规程》执行。",
        "“及时”是指在两个工作日内。各部门应及时填写记录。",
        "3.2 及时：按规定填写。各部门应及时填写记录。",
        "1 目的\n为及时处理投诉，制定本程序。",
        "The owner shall promptly, within 5 days, inform the customer.",
        "Impromptly is no word.",
    ],
)
def test_d_12_a_word_beside_a_time_or_in_a_name_is_none(sentence: str) -> None:
    assert told(sentence) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4.1 甲\n4.2 乙\n4.2 丙\n4.3 丁", {("clause_twice", "4.2")}),
        ("4.1 甲\n4.2 乙\n4.4 丙", {("clause_missing", "4.3")}),
        ("5.1 甲\n5.3 乙\n5.2 丙", {("clause_misplaced", "5.2")}),
        ("4.1 甲\n4.1.2 乙\n4.1.3 丙", {("clause_missing", "4.1.1")}),
        ("4.1 甲\n4.13 乙\n4.2 丙\n4.3 丁", {("clause_misplaced", "4.13")}),
    ],
)
def test_d_12_clause_numbers_are_counted(text: str, found: set[tuple[str, str]]) -> None:
    assert told(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "4.1 甲\n4.2 乙\n5.1 丙\n5.2 丁",
        "1.1 甲\n1.2 乙\n附录A 丙见附录A\n1.1 丁\n1.2 戊",
        "1.1 目的 2\n1.2 范围 3\n1.1 目的\n1.2 范围",
        "4.1 甲\n4.2 乙，按\n4.1 条的规定执行\n4.3 丙",
        "4.1 甲\n正文，4.2 乙\n4.3 丙",
        "2.1 甲\n2.9 倍的余量\n2.2 乙",
        "1. 甲\n2. 乙\n4. 丙",
    ],
    ids=["chapters", "annex", "contents", "reference", "inside", "value", "list"],
)
def test_d_12_what_is_no_clause_is_not_counted(text: str) -> None:
    assert not {kind for kind, _ in told(text) if kind.startswith("clause")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("流程见图1。", {("named_absent", "图1")}),
        ("见附件二。\n附件一 表格\n附件一用于登记。", {("named_absent", "附件二")}),
        ("附录A 准则\n正文。", {("not_named", "附录A")}),
        ("See Annex B.\nAnnex A List\nAnnex A applies.", {("named_absent", "Annex B")}),
        ("流程见图1。\n图1 采购流程", set()),
        ("见附件2。\n附件二：评价表", set()),
        ("见附录1。\n附件1 评价表", set()),
        ("按合同附件3执行。按《质量手册》附录C执行。", set()),
        ("见检查表2。填写记录表3。", set()),
        ("4 流程图\n见附件 5内容", set()),
    ],
)
def test_d_12_annexes_figures_tables_are_there_where_they_are_named(
    text: str, found: set[tuple[str, str]]
) -> None:
    assert told(text) == found


LISTED = (
    "4 要求\n按《采购控制程序》执行，填写QR-01《入库单》。\n5 相关文件\n5.1《文件控制程序》\n"
    "6 相关记录\n6.1 QR-01《入库单》"
)


def test_d_12_cited_and_listed_are_held_against_each_other() -> None:
    assert told(LISTED) == {("not_listed", "采购控制程序"), ("not_cited", "文件控制程序")}


@pytest.mark.parametrize(
    "text",
    [
        "4 要求\n按《采购控制程序》执行。",  # there is no list
        LISTED.replace("《采购控制程序》", "文件控制程序"),  # named without marks
        "4 要求\n按QP-07执行。\n5 相关文件\n5.1 QP-07《采购控制程序》",  # by its number
        "4 要求\n按 ISO 9001:2015 执行。\n5 相关文件\n5.1 GB/T 19001-2016 质量管理体系 要求",
        "4 要求\n见附录A。\n5 相关记录\n附录A 评价记录",
    ],
    ids=["no list", "no marks", "number", "standard", "annex"],
)
def test_d_12_what_is_cited_in_another_way_is_cited(text: str) -> None:
    assert not {kind for kind, _ in told(text) if kind in {"not_listed", "not_cited"}}


def test_d_12_the_text_itself_is_not_cited() -> None:
    text = "QP-01《采购控制程序》\n4 要求\n本程序即《采购控制程序》。\n5 相关文件\n5.1《文件控制程序》"
    found = told(text, number="QP-01", title="采购控制程序")
    assert ("not_listed", "QP-01 采购控制程序") not in found


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("按《采购控制程序》（A/0版）执行", "A/0版"),
        ("按《采购控制程序》A/0执行", "A/0"),
        ("按《采购控制程序》第3版执行", "第3版"),
        ("按《采购控制程序》执行", ""),
    ],
)
def test_d_12_an_edition_is_read_behind_what_is_cited(text: str, label: str) -> None:
    (one,) = cited_facts(text)
    assert (one.kind, one.name, one.number, one.label) == ("cites", "采购控制程序", "", label)


def test_d_12_a_stretch_is_the_sentence_and_not_the_whole_text() -> None:
    text = "甲" * 200 + "及时" + "乙" * 200
    quote, start, end = stretch(text, 200, 202)
    assert (quote[start:end], len(quote)) == ("及时", 122)
    assert stretch("一。二及时三。四", 3, 5) == ("二及时三。", 1, 3)


def test_d_12_a_hostile_text_is_looked_through_quickly() -> None:
    import time

    begun = time.monotonic()
    find_faults("附" * 50_000 + "（" * 50_000 + "1." * 50_000, words=WORDS)
    find_faults("4.1 " * 20_000 + "《" * 20_000, words=WORDS)
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        ("附件2", True),
        ("附件二", True),
        ("附表 2", True),
        ("Annex 2", True),
        ("附件3", False),
        ("附件0", False),
        ("附录C", True),
        ("附录D", False),
        ("图1", False),
        ("表1", False),
    ],
)
def test_d_12_what_is_an_annex_that_lies_beside_its_text(shown: str, answer: bool) -> None:
    assert is_annex(shown, ["流程图.docx", "附录 C 用语"]) is answer
