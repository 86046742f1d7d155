"""What a text cites (D-6): each way of writing, and what is none."""

from __future__ import annotations

import pytest

from docctl.reading.facts.citations import Citation, find_citations
from docctl.reading.facts.find import find_facts


def cited(text: str, number: str = "", title: str = "") -> list[tuple[str, str, str]]:
    return [(one.kind, one.name, one.number) for one in find_citations(text, number, title)]


def only(text: str) -> Citation:
    (found,) = find_citations(text)
    return found


@pytest.mark.parametrize(
    "text",
    [
        *(
            "按《培训管理程序》执行。",
            "按<<培训管理程序>>执行。",
            "按<培训管理程序>执行。",
            "按【培训管理程序】执行。",
        ),
        *(
            "按“培训管理程序”执行。",
            '按"培训管理程序"执行。',
            "按〈培训管理程序〉执行。",
            "按「培训管理程序」执行。",
        ),
        *("按《培训\n管理程序》执行。", "按《 培训 管理 程序 》执行。", "5 相关文件\n5.1 培训管理程序\n"),
        *(
            "相关文件：培训管理程序\n",
            "5. 引用文件 5.1 培训管理程序 6. 附则 6.1 无",
            "5 参考文件\n(1) 培训管理程序\n",
        ),
    ],
)
def test_d_6_a_document_is_cited_in_each_kind_of_marks_and_in_lists(text: str) -> None:
    assert cited(text) == [("document", "培训管理程序", "")]


@pytest.mark.parametrize(
    "text",
    [
        *("填写QR-7501月生产计划，交办公室。", "填写QR-7501《月生产计划》。", "填写《月生产计划》QR-7501。"),
        *("填写《月生产计划》（QR-7501）。", "填写《QR-7501 月生产计划》。", "填写《月生产计划 QR-7501》。"),
        *(
            "6 相关记录\n6.1 QR-7501 月生产计划\n",
            "6 相关记录\n6.1 月生产计划 QR-7501\n",
            "6 质量记录\n月生产计划（QR-7501）\n",
        ),
        *(
            "6 相关记录\n序号\t名称\t编号\t保存期\n1\t月生产计划\tQR-7501\t三年\n",
            "6 相关记录\nQR-7501\t月生产计划\n",
        ),
        "6 相关记录 6.1 月生产计划 QR-7501 保存三年",
        "6 相关记录\n附表一 月生产计划 编号：QR-7501\n",
    ],
)
def test_d_6_a_form_has_its_number_before_or_behind_its_name(text: str) -> None:
    assert cited(text) == [("form", "月生产计划", "QR-7501")]


def test_d_6_each_number_belongs_to_one_name() -> None:
    text = "《培训计划》QR-01《培训记录》QR-02，QR-03《签到表》QR-04《试卷清单》。"
    assert [(one.name, one.number) for one in find_citations(text)] == [
        ("培训计划", "QR-01"),
        ("培训记录", "QR-02"),
        ("签到表", "QR-03"),
        ("试卷清单", "QR-04"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "number"),
    [
        ("依据GB/T 19001-2016编制。", "", "GB/T 19001-2016"),
        ("依据GB/T19001-2000idtISO9001-2000编制。", "", "GB/T19001-2000idtISO9001-2000"),
        ("依据ISO 9001:2015编制。", "", "ISO 9001:2015"),
        ("见《GB/T 19000-2016 质量管理体系 基础和术语》。", "质量管理体系基础和术语", "GB/T 19000-2016"),
        ("见GB/T 19000-2016《质量管理体系 基础和术语》。", "质量管理体系基础和术语", "GB/T 19000-2016"),
        ("按《中华人民共和国安全生产法》执行。", "中华人民共和国安全生产法", ""),
        ("按国务院令第291号执行。", "", "国务院令第291号"),
        ("按《建设工程质量管理条例》（国务院令第279号）执行。", "建设工程质量管理条例", "国务院令第279号"),
    ],
)
def test_d_6_standards_and_laws_are_outside(text: str, name: str, number: str) -> None:
    found = only(text)
    assert (found.kind, found.name, found.number) == ("outside", name, number)


@pytest.mark.parametrize("name", ["相关程序", "有关规定", "本制度", "相关记录", "公司管理制度"])
def test_d_6_what_names_nothing_in_particular_is_generic(name: str) -> None:
    assert only(f"按《{name}》执行。").kind == "generic"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "坚持“质量第一、用户至上”。",
            "落实“三不放过”和“零缺陷”。",
            "加盖“受控”印章。",
            "写明“不得擅自更改规定”。",
        ),
        *(
            "【注意】雨天停工。",
            "【目的】规范工作。",
            "a <b> c",
            "甲<乙、丙>丁。",
            "版本为A/0。",
            "电话0755-1234567。",
        ),
        *(
            "见4.2.1。",
            "5 相关文件\n无\n6 相关记录\n略\n",
            "我们要求“必须严格执行制度”！",
            "他说“这就是标准”。",
        ),
        "5 相关文件\n5.1 各部门应当按时完成工作\n",
    ],
)
def test_d_6_slogans_and_other_things_in_marks_are_no_citations(text: str) -> None:
    assert cited(text) == []


@pytest.mark.parametrize(
    "text", ["本程序QP-01见《培训程序》。", "5 相关文件\n5.1 培训程序\n", "QP－01", "《培训程序》（QP-01）"]
)
def test_d_6_the_document_itself_is_left_out(text: str) -> None:
    assert cited(text, "QP-01", "培训程序") == []


def test_d_12_a_citation_counts_its_places_and_knows_its_list() -> None:
    found = only("3.1 按《采购程序》执行。\n3.2 再按《采购 程序》执行。\n5 相关文件\n5.1 采购程序 QP-07\n")
    assert (found.times, found.chapter, found.number) == (3, "documents", "QP-07")
    assert found.start == 5


def test_d_6_a_bare_number_is_not_said_twice() -> None:
    assert cited("见QP-07。按《采购程序》（QP-07）执行。") == [("document", "采购程序", "QP-07")]


def test_d_6_the_list_ends_where_the_next_chapter_begins() -> None:
    text = "5 相关文件\n1 采购程序\n2 仓库管理办法\n6 附则\n6.1 解释本程序的是质量管理制度\n"
    assert cited(text) == [("document", "采购程序", ""), ("document", "仓库管理办法", "")]


def test_d_6_names_are_read_through_readings_and_in_the_old_script() -> None:
    assert cited("按《業(yè)務管理程序》執行，填《檢驗記錄》。") == [
        ("document", "業務管理程序", ""),
        ("form", "檢驗記錄", ""),
    ]


def test_d_6_english_lists_are_read() -> None:
    text = "5. References\n5.1 Training Procedure (QP-05)\n6. Records\n6.1 FM-12 Audit Checklist\n7. Annex\n"
    assert cited(text) == [("document", "Training Procedure", "QP-05"), ("form", "Audit Checklist", "FM-12")]


def test_d_13_a_citation_says_in_which_clause_it_stands() -> None:
    text = "采购程序\n1 目的\n规范采购。\n2 范围\n物料。\n3 要求\n3.1 供方\n3.2 检验\n按《检验规程》执行。\n"
    assert [(one.name, one.clause) for one in find_facts(text, "采购程序.txt").citations] == [
        ("检验规程", "3.2")
    ]


def test_d_6_what_a_page_header_says_is_not_cited() -> None:
    header = "文件编号：QP-09\t版本：A/0\tQR-55"
    text = f"采购程序\n1 目的\n规范采购。\n6 相关记录\n6.1 采购单\n{header}"
    facts = find_facts(text, "a.docx", parts=[("header", len(text) - len(header), len(text))])
    assert [one.name for one in facts.citations] == ["采购单"]


def test_d_6_a_heading_on_the_line_of_what_it_heads_is_not_cited() -> None:
    assert cited("依据标准：GB/T 16923-2008\n上级文件：QP-08 采购程序\n") == [
        ("outside", "", "GB/T 16923-2008"),
        ("document", "采购程序", "QP-08"),
    ]


def test_d_6_a_standard_keeps_its_name_behind_a_wide_blank() -> None:
    text = "3 引用文件\nGB/T 19001-2016  质量管理体系 要求\nQP-01  文件控制程序\n4 职责\n"
    assert cited(text) == [
        ("outside", "质量管理体系要求", "GB/T 19001-2016"),
        ("document", "文件控制程序", "QP-01"),
    ]


def test_d_6_a_procedure_about_records_is_a_document() -> None:
    text = "3.0 REFERENCES\nQP-702 Control of Records\n4.0 RECORDS\nQF-715 Calibration Record\n5.0 REVIEW\n"
    assert cited(text) == [
        ("document", "Control of Records", "QP-702"),
        ("form", "Calibration Record", "QF-715"),
    ]
