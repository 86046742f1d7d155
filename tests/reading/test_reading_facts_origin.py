"""Own texts told apart from standards, laws and papers of customers (D-9, I-1)."""

from __future__ import annotations

import pytest

from docctl.reading.facts.find import find_facts

STANDARD = """ICS 03.120.10
A 00
中华人民共和国国家标准
GB/T 19001—2016/ISO 9001:2015
代替 GB/T 19001-2008
质量管理体系 要求
Quality management systems—Requirements
2016-12-30 发布
2017-07-01 实施
中华人民共和国国家质量监督检验检疫总局 发布
1 范围
本标准规定了质量管理体系的要求。
"""
LAW = """中华人民共和国国务院令第549号
特种设备安全监察条例
第一章 总则
第一条 为了加强特种设备的安全监察，制定本条例。
"""
ISO = """INTERNATIONAL STANDARD
ISO 9001:2015
Quality management systems - Requirements
Published by: International Organization for Standardization
1 Scope
This International Standard specifies requirements.
"""
CUSTOMER = """客户文件
焊接技术规范
客户名称：甲公司
1 范围
适用于本公司的焊接件。
"""
OWN = """示例精密科技有限公司
质量管理体系文件
依据 GB/T 19001-2016 编制
质量手册
文件编号：JL-QM-01
编制：林晓　审核：何平　批准：沈立新
1 目的
本手册按 GB/T 19001—2016 编写，公司遵守中华人民共和国产品质量法。
"""


@pytest.mark.parametrize(
    ("text", "name", "issuer", "number"),
    [
        pytest.param(
            STANDARD,
            "a.txt",
            "中华人民共和国国家质量监督检验检疫总局",
            "GB/T 19001—2016/ISO 9001:2015",
            id="a standard of the state",
        ),
        pytest.param(LAW, "a.txt", "国务院", "", id="an order"),
        pytest.param(
            ISO, "a.txt", "International Organization for Standardization", "ISO 9001:2015", id="ISO"
        ),
        pytest.param(CUSTOMER, "a.txt", "", "", id="a paper of a customer"),
        pytest.param("质量管理体系要求\n1 范围\n略", "外来文件/a.txt", "", "", id="its folder says so"),
        pytest.param(
            "质量管理体系要求\n1 范围\n略",
            "GB_T 19001-2016 质量管理体系 要求.txt",
            "",
            "GB/T 19001-2016",
            id="its name is a code",
        ),
        pytest.param("质量要求\nGJB 9001C-2017\n1 范围\n略", "a.txt", "", "GJB 9001C-2017", id="a bare code"),
    ],
)
def test_d_9_what_comes_from_outside_is_told_with_its_issuer_and_number(
    text: str, name: str, issuer: str, number: str
) -> None:
    facts = find_facts(text, name)
    assert facts.origin is not None
    assert facts.origin.value == "external"
    assert (facts.issuer.value if facts.issuer else "") == issuer
    assert (facts.issuer_number.value if facts.issuer_number else "") == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(OWN, "GB_T 19001-2016 质量手册.txt", id="a manual on a standard"),
        pytest.param("GB/T 19001-2016\n" + OWN, "a.txt", id="the code on its cover"),
        pytest.param("记录控制\n1 目的\n略", "GJB9001C-2017质量管理体系程序文件007.txt", id="in its name"),
        pytest.param("记录控制\n1 目的\n略", "GB 2760 记录.txt", id="a code without a year"),
        pytest.param("外来文件控制程序\n1 目的\n略", "外来文件控制程序.txt", id="a procedure on them"),
        pytest.param("企业标准\nQ/SL 001-2020\n仓储规范\n1 目的\n略", "a.txt", id="a company's standard"),
        pytest.param("", "a.txt", id="nothing"),
    ],
)
def test_d_9_own_texts_that_speak_of_standards_are_own(text: str, name: str) -> None:
    assert find_facts(text, name).origin is None


def test_d_9_the_mark_stands_where_it_was_read() -> None:
    facts = find_facts(STANDARD, "a.txt")
    assert facts.origin is not None
    assert STANDARD[facts.origin.start : facts.origin.end] == "中华人民共和国国家标准" == facts.origin.shown
    assert facts.title is not None
    assert facts.title.value == "质量管理体系 要求"
