"""Titles, clauses, completeness, pieces of a text (I-3, I-6, I-8, I-9), on both sides of each boundary."""

from __future__ import annotations

from itertools import pairwise

import pytest

from docctl.reading.facts import Facts, find_facts
from docctl.reading.facts.outline import clause_at, find_outline
from docctl.reading.facts.splits import find_splits

RULES = "1 目的\n规范公司的培训工作，使员工能够胜任岗位。\n2 范围\n适用于全体员工，包括外包人员和实习人员。\n"


SENTENCE = "各部门应当按时完成本部门的培训，并将培训的结果报送办公室，由办公室汇总"
LOST = (
    "1 目的 规范公司的培训。 2 范围 适用于全体员工。 3 职责 3.1 办公室负责组织。 3.2 各部门负责配合。 "
    "4 内容 4.1 计划 每年一次，由办公室编制，报总经理批准。"
)


def title(text: str, name: str = "扫描件.txt") -> str | None:
    found = find_facts(text, name).title
    return found.value if found else None


def codes(facts: Facts) -> list[str]:
    return [one.code for one in facts.findings]


def paths(text: str) -> list[str]:
    return [one.path for one in find_outline(text)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("培训管理程序\n", "培训管理程序"),
        ("26培训管理程序\n", "培训管理程序"),
        ("培训管理程序(通用版)\n", "培训管理程序"),
        ("培训管理程序最新版\n", "培训管理程序"),
        ("《培训管理程序》\n", "培训管理程序"),
        ("江南精密机械有限公司\n质量管理体系程序文件\n培训管理程序\n", "培训管理程序"),
        ("江南精密机械有限公司 培训管理程序 文件编号：QP-04\n", "培训管理程序"),
        ("目标、指标和管理方案\n控制程序\n", "目标、指标和管理方案控制程序"),
        ("法律法规识别、更新\n和合规性评价程序\n", "法律法规识别、更新和合规性评价程序"),
        ("文件名称：培训管理程序\n文件编号：QP-04\n", "培训管理程序"),
        ("文件名称: 培训管理程序; 文件编号: QP-04\n", "培训管理程序"),
        ("文件名称\t培训管理程序\t文件编号\tQP-04\n", "培训管理程序"),
        ("Training Policy\nDocument No.: HY-04\n", "Training Policy"),
        ("培(péi)训(xùn)管理程序\n", "培训管理程序"),
    ],
)
def test_i_8_a_title_is_freed_of_what_is_around_it(text: str, meant: str) -> None:
    assert title(text + RULES) == meant


@pytest.mark.parametrize(
    "name",
    [
        *(
            "培训管理程序.docx",
            "26培训管理程序.docx",
            "03_培训管理程序最新版.pdf",
            "QP-04 培训管理程序 V1.2.docx",
        ),
        *("培训管理程序(20190919070842).pdf.docx", "培训管理程序96233.pdf", "培训管理程序-精品.docx"),
    ],
)
def test_i_8_a_file_name_gives_the_title_where_the_text_has_none(name: str) -> None:
    assert title(RULES, name) == "培训管理程序"


@pytest.mark.parametrize(
    "text", ["投诉的，应当及时处理，不得拖延。\n", "目录\n1 目的 ........ 1\n2 范围 ........ 2\n"]
)
def test_i_8_a_sentence_or_contents_are_no_title(text: str) -> None:
    assert title(text + RULES, "1，2；3.txt") is None


def test_i_8_noise_is_said_and_not_cut_from_the_text() -> None:
    (finding,) = [
        one for one in find_facts("26培训管理程序\n" + RULES, "a.txt").findings if one.rule == "I-8"
    ]
    assert (finding.code, finding.params["title"]) == ("title_noise", "培训管理程序")
    assert codes(find_facts("培训管理程序\n" + RULES, "a.txt")) == []


def test_i_8_a_heading_that_differs_is_reported() -> None:
    facts = find_facts("文件名称：培训管理程序\n采购控制程序文件管理制度\n" + RULES, "a.txt")
    assert "heading_differs" in codes(facts)
    assert "heading_differs" not in codes(
        find_facts("文件名称：培训管理程序\n培训管理程序\n" + RULES, "a.txt")
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1 目的\n1.1 甲\n1.1.1 乙\n2 范围\n", ["1", "1.1", "1.1.1", "2"]),
        ("1.目的\n2、范围\n3．职责\n4 程序\n5程序\n", ["1", "2", "3", "4", "5"]),
        ("第一章 总则\n第一条 甲\n第二条 乙\n第二章 管理\n第三条 丙\n", ["1", "1.1", "1.2", "2", "2.3"]),
        (
            "一、目的\n二、范围\n（一）甲\n（二）乙\n1. 丙\n（1）丁\n①戊\n三、职责\n",
            ["1", "2", "2.1", "2.2", "2.2.1", "2.2.1.1", "2.2.1.1.1", "3"],
        ),
        ("4.1 甲\na) 乙\nb) 丙\n", ["4.1", "4.1.1", "4.1.2"]),
        (LOST, ["1", "2", "3", "3.1", "3.2", "4", "4.1"]),
        ("十一、甲\n二十、乙\n", ["11", "20"]),
    ],
)
def test_i_9_all_styles_of_clauses_are_read(text: str, meant: list[str]) -> None:
    assert paths(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "10个工作日内完成\n",
        "3 天内回复\n",
        "2016年7月5日\n",
        "3.5%的样品\n",
        "1 目的 ........ 1\n",
        "12:30 开会\n",
        "5 人以上\n",
    ],
)
def test_i_9_counts_days_and_contents_are_no_clauses(text: str) -> None:
    assert paths(text) == []


def test_i_9_a_place_in_the_text_belongs_to_the_clause_before_it() -> None:
    text = "1 目的\n规范。\n2 范围\n全体。\n"
    outline = find_outline(text)
    (at, before) = (clause_at(outline, text.index("全体")), clause_at(outline, 0))
    assert at is not None
    assert before is not None
    assert (at.path, at.title, before.path) == ("2", "范围", "1")
    assert clause_at((), 5) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1 甲\n2 乙\n3 丙\n", []),
        ("1 甲\n2 乙\n4 丁\n", [("clause_missing", "3")]),
        ("4.1 甲\n4.3 丙\n", [("clause_missing", "4.2")]),
        ("4.1 甲\n4.1 乙\n4.2 丙\n", [("clause_twice", "4.1")]),
        ("第一章 总则\n第一条 甲\n第二条 乙\n第二章 管理\n第三条 丙\n", []),
        ("第一章 总则\n第一条 甲\n第二章 管理\n第三条 丙\n", [("clause_missing", "2")]),
        ("一、甲\n三、丙\n", [("clause_missing", "2")]),
        ("一、甲\n1. 子\n2. 丑\n二、乙\n1. 子\n2. 丑\n", []),
    ],
)
def test_i_9_gaps_and_repeats_are_listed(text: str, meant: list[tuple[str, str]]) -> None:
    found = find_facts(
        "培训管理程序\n" + text + "各部门遵照执行本程序，如有疑问向办公室提出，由其解释。" * 2, "a.txt"
    )
    assert [(one.code, one.params["clause"]) for one in found.findings if one.rule == "I-9"] == meant


@pytest.mark.parametrize(
    ("end", "is_cut"),
    [
        (f"{SENTENCE}后", True),
        (f"{SENTENCE}存档。", False),
        ("附表", False),
        (f"{SENTENCE}\t后", False),
    ],
)
def test_i_6_an_end_in_the_middle_of_a_sentence_makes_a_draft(end: str, is_cut: bool) -> None:
    facts = find_facts(f"培训管理程序\n{RULES}{end}\n", "a.txt")
    assert ("cut_off_end" in codes(facts)) is is_cut
    assert facts.needs_checking is is_cut


def test_i_6_a_page_footer_behind_the_text_hides_no_cut_off_end() -> None:
    text = f"培训管理程序\n{RULES}{SENTENCE}后"
    footer = "\n第 1 页。"
    facts = find_facts(text + footer, "a.docx", parts=[("footer", len(text) + 1, len(text) + len(footer))])
    assert "cut_off_end" in codes(facts)


@pytest.mark.parametrize(
    ("text", "times"), [("按《甲》执行（乙）。", 0), ("按《甲执行。", 1), ("按甲》执行，（乙。", 2)]
)
def test_i_6_brackets_that_do_not_close_are_said(text: str, times: int) -> None:
    assert codes(find_facts(f"培训管理程序\n{RULES}{text}\n", "a.txt")).count("unbalanced") == times


@pytest.mark.parametrize(
    ("said", "pages", "grave"),
    [("共 3 页", 3, None), ("共 4 页", 3, True), ("共 2 页", 3, False), ("共 4 页", 1, None)],
)
def test_i_6_the_page_count_is_compared(said: str, pages: int, grave: bool | None) -> None:
    facts = find_facts(f"{said}\n培训管理程序\n{RULES}", "a.pdf", pages=[0] * pages)
    assert [one.is_grave for one in facts.findings if one.code == "page_count"] == (
        [] if grave is None else [grave]
    )


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("3.1 详见2.9条。", "clause_absent"),
        ("3.1 详见2.1条。", None),
        ("3.1 见本程序7.4条。", "clause_absent"),
        ("3.1 按ISO 9001执行，见9.3条。", None),
        ("3.1 流程见图1。", "figure_absent"),
        ("3.1 流程见图1。\n图1 培训流程", None),
        ("3.1 见附件二。", "figure_absent"),
    ],
)
def test_i_6_what_is_named_and_absent_is_said(sentence: str, code: str | None) -> None:
    text = f"培训管理程序\n{RULES}2.1 甲\n3 职责\n{sentence}\n4 记录\n5 附则\n"
    found = [one for one in codes(find_facts(text, "a.txt")) if one.endswith("absent")]
    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("run", "grave"), [("", None), ("锟斤拷", False), ("锟斤拷" * 9, True), ("\ufffd", False)]
)
def test_i_6_wrongly_decoded_runs_are_said(run: str, grave: bool | None) -> None:
    found = [
        one.is_grave
        for one in find_facts(f"培训管理程序\n{RULES}{run}\n", "a.txt").findings
        if one.code == "garbled"
    ]
    assert found == ([] if grave is None else [grave])


def test_i_6_a_text_of_a_few_words_is_a_draft() -> None:
    assert find_facts("培训管理程序", "a.txt").needs_checking
    assert not find_facts("培训管理程序\n" + RULES, "a.txt").needs_checking


LONG = "各部门应当按照本办法的要求开展工作，发现问题及时上报，并保存有关记录。" * 8


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (f"培训管理程序\n1 目的\n{LONG}\n采购管理程序\n1 目的\n{LONG}\n", ["培训管理程序", "采购管理程序"]),
        (f"篇一：培训办法\n{LONG}\n篇二：考核办法\n{LONG}\n", ["培训办法", "考核办法"]),
        (f"培训管理程序\n1 目的\n{LONG}\n附件一：培训考核细则\n{LONG}\n", ["培训管理程序", "培训考核细则"]),
        (f"培训管理程序 1 目的 {LONG} 采购管理程序 1 目的 {LONG}", ["培训管理程序", "采购管理程序"]),
        (f"培训管理程序\n1 目的\n{LONG}\n2 范围\n{LONG}\n", []),
        (f"培训管理程序\n培训管理程序\n1 目的\n{LONG}\n", []),
        (f"培训管理程序\n1 目的\n{LONG}\n5 相关文件\n采购管理程序\n仓库管理制度\n", []),
        (f"培训管理程序\n1 目的\n{LONG}\n{LONG}\n培训管理程序\n1 目的\n{LONG}\n", []),
    ],
)
def test_i_3_pieces_are_offered_where_a_title_begins_a_text_of_its_own(text: str, titles: list[str]) -> None:
    found = find_splits(text, title="培训管理程序")
    assert [one.title for one in found] == titles
    if found:
        assert (found[0].start, found[-1].end) == (0, len(text))
        assert all(one.end == other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    "series",
    [
        *(
            "质量、环境、职业健康安全管理体系\n程序文件",
            "ISO9001质量体系文件汇编",
            "行政管理制度汇编 · 第三分册",
        ),
        *(
            "第三层文件",
            "安全生产标准化管理文件",
            "QUALITY SYSTEM PROCEDURE",
            "ISO 9001 品質管理系統\n二階文件",
        ),
        *("IATF16949:2016 质量管理体系程序文件", "文件履历表", "修订记录"),
    ],
)
def test_i_8_the_kind_of_papers_is_no_title(series: str) -> None:
    assert title(f"{series}\n培训管理程序\n{RULES}") == "培训管理程序"


@pytest.mark.parametrize(
    "text", ["质量管理制度", "安全管理办法", "文件管理程序", "质量手册", "环境管理方案", "质量记录清单"]
)
def test_i_8_a_title_of_common_words_is_one(text: str) -> None:
    assert title(f"江南精密机械有限公司\n{text}\n{RULES}") == text


def test_i_8_the_kind_of_papers_in_a_page_header_is_no_title() -> None:
    header = "江南机械\t质量管理体系程序文件\tQP-04"
    text = f"培训管理程序\n{RULES}{header}"
    found = find_facts(text, "a.docx", parts=[("header", len(text) - len(header), len(text))])
    assert found.title is not None
    assert found.title.value == "培训管理程序"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("QP-04培训管理程序A0版(2017.2.17).docx", "培训管理程序"),
        ("(完整word版)培训管理程序.doc", "培训管理程序"),
        ("培训管理程序（试行）.docx", "培训管理程序（试行）"),
    ],
)
def test_i_8_more_noise_of_file_names_is_cut(name: str, meant: str) -> None:
    assert title(RULES, name) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("财务管理制度\n之三：应收账款管理制度\n", "应收账款管理制度"),
        ("第三篇  安全管理类\n安全生产奖惩办法\n", "安全生产奖惩办法"),
        ("培训管理程序（B版）\n", "培训管理程序"),
        ("2022年度培训计划表\n序号\t培训内容\t时间\n1\tISO9001标准\t3月\n", "2022年度培训计划表"),
        (
            "控制计划 CONTROL PLAN\n过程编号\t过程名称\t规范\t控制方法\n10\t注塑\t50±0.1\t首检\n",
            "控制计划 CONTROL PLAN",
        ),
    ],
)
def test_i_8_a_member_of_a_collection_and_a_form_have_their_own_titles(text: str, meant: str) -> None:
    assert title(text + RULES) == meant


def test_i_8_a_title_is_found_among_the_pieces_of_a_page_header() -> None:
    header = "江南检测公司程序文件      编号：QP-04\n培训管理程序      第5版 第0次修订      第 1 页 共 5 页"
    text = f"{RULES}{header}"
    found = find_facts(text, "a.docx", parts=[("header", len(RULES), len(text))])
    assert found.title is not None
    assert (found.title.value, text[found.title.start : found.title.end]) == ("培训管理程序", "培训管理程序")
