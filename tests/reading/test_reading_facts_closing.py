"""What sentences and closing lines say of a text, and what they say of others (I-1)."""

from __future__ import annotations

import pytest

from docctl.reading.facts import Facts, find_facts

HEAD = "门禁管理制度\n"
RULES = "第一章 总则\n第一条 为规范门禁管理，制定本制度。\n第二条 访客应当登记。\n"


def facts(closing: str, head: str = HEAD, name: str = "门禁管理制度.docx") -> Facts:
    return find_facts(f"{head}{RULES}{closing}", name)


def day(closing: str, kind: str, head: str = HEAD) -> str | None:
    found = facts(closing, head).found()[kind]
    return found.value if found else None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("本制度自2021年3月1日起施行。", "2021-03-01"),
        ("第九条 本制度由行政部负责解释，自二〇二一年三月一日起执行。", "2021-03-01"),
        ("本办法从2021年3月1日起正式实施。", "2021-03-01"),
        ("本辦法自民國110年3月1日起施行。", "2021-03-01"),
        *(("本制度自发布之日起施行。", None), ("各部门自2021年3月1日起执行。", None)),
        *(("原制度自2021年3月1日起施行。", None), ("本制度所称条例自2021年3月1日起施行。", None)),
        ("本制度自2021年3月1日起施行。\n本办法自2022年1月1日起施行。", None),
        *(
            ("本公司与客户签订的合同自2021年3月1日起执行。", None),
            ("本办法中的合同自2021年3月1日起生效。", None),
        ),
    ],
)
def test_i_1_a_sentence_says_since_when_a_text_is_in_force(said: str, meant: str | None) -> None:
    assert day(said, "effective") == meant


def test_i_1_a_label_is_believed_before_a_sentence() -> None:
    assert day("本制度自2021年3月1日起施行。", "effective", f"{HEAD}生效日期：2020-01-01\n") == "2020-01-01"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("东海物业有限公司\n2021年2月20日\n", "2021-02-20"),
        ("东海县人民医院\n二〇二一年二月二十日\n", "2021-02-20"),
        *(("请各单位遵照执行。\n2021年2月20日\n", None), ("东海物业有限公司\n2021年2月\n", None)),
        ("东海物业有限公司：\n2021年2月20日\n", None),
        ("东海物业有限公司\n2021年2月20日\n因访客未登记引起失窃。\n", None),
        ("2018年1月1日发布第一版，2019年5月1日发布第二版。\n", None),
        ("2018年1月1日发布，2018年2月1日实施。\n", "2018-01-01"),
    ],
)
def test_i_1_a_day_alone_below_the_body_is_that_of_issue(said: str, meant: str | None) -> None:
    assert day(said, "issued") == meant


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("东医发〔2020〕15号", "东医发〔2020〕15号"),
        ("（东医发〔2020〕15号  2020年5月8日印发）", "东医发〔2020〕15号"),
        ("东医发〔2020〕第 15 号          签发人：庄周", "东医发〔2020〕第15号"),
        *(("根据东医发〔2020〕15号", None), ("东医发〔2020〕15号文同时废止", None)),
    ],
)
def test_i_1_an_official_number_begins_its_line(line: str, meant: str | None) -> None:
    number = facts("", f"{line}\n{HEAD}").number
    assert (number.value if number else None) == meant


def test_i_1_last_lines_that_name_a_number_are_those_of_an_example() -> None:
    example = "文件编号：ZZ-QP-99  审核：丁戊己  生效日期：1999-09-09\n"
    assert day(example, "effective") is None
    assert day("批准：庄周  生效日期：1999-09-09\n", "effective") == "1999-09-09"


def test_i_1_where_a_table_alone_says_who_two_columns_are_no_signatures() -> None:
    rows = "版本\t编制\t批准\t日期\nA\t庄周\t惠施\t2020-01-01\n"
    assert facts("", f"{HEAD}{rows}").signers == ()
    rows = "版本\t编制\t审核\t批准\t日期\nA\t庄周\t列御寇\t惠施\t2020-01-01\n"
    signers = facts("", f"{HEAD}{rows}").signers
    assert [(one.role, one.name, one.signed_on) for one in signers] == [
        ("prepared", "庄周", "2020-01-01"),
        ("reviewed", "列御寇", "2020-01-01"),
        ("approved", "惠施", "2020-01-01"),
    ]


@pytest.mark.parametrize(
    ("name", "number", "label"),
    [
        ("WI-TP-011_V2.0_贴标作业指导书.docx", "WI-TP-011", "V2.0"),
        ("XB-QP-0031《退料流程》A2版.docx", "XB-QP-0031", "A2版"),
        ("ABX-HSE-PRO-0021_Rev B1.docx", "ABX-HSE-PRO-0021", "B1"),
    ],
)
def test_i_1_a_file_s_name_says_number_and_label(name: str, number: str, label: str) -> None:
    found = find_facts(RULES, name)
    assert found.number is not None
    assert found.revision is not None
    assert (found.number.value, found.revision.value) == (number, label)
