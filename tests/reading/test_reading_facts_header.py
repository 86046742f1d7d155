"""Labelled facts of headers, covers and lines (I-1, I-5, I-7): found where said, missing where doubtful."""

from __future__ import annotations

import pytest

from docctl.reading.facts import Facts, find_facts

BODY = """
1 目的
规范公司的培训工作，使员工能够胜任岗位。
2 范围
适用于全体员工。
3 职责
3.1 办公室负责组织。
"""


def facts(top: str, body: str = BODY, name: str = "培训管理程序.docx") -> Facts:
    return find_facts(f"培训管理程序\n{top}{body}", name)


def value(top: str, kind: str, body: str = BODY) -> str | None:
    found = facts(top, body).found()[kind]
    return found.value if found else None


def signers(top: str, body: str = BODY) -> list[tuple[str, str, str]]:
    return [(one.role, one.name, one.signed_on) for one in facts(top, body).signers]


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        *(("QP-04", "QP-04"), ("T/NDF/TSP01", "T/NDF/TSP01"), ("QM/XX-B-2009", "QM/XX-B-2009")),
        *(("HY - QP - 04", "HY-QP-04"), ("Q/HY G 02-2020", "Q/HY G 02-2020"), ("HYQP004", "HYQP004")),
        *(("质控〔2020〕5号", "质控(2020)5号"), ("HY〔2020〕12号", "HY(2020)12号"), ("ＱＰ－０４", "QP-04")),
        *(("QP—质—01", "QP—质—01"), ("GL/HY21-01(A)", "GL/HY21-01(A)"), ("HY.QP.04.2020", "HY.QP.04.2020")),
        ("HY-QP-8.5.1-04", "HY-QP-8.5.1-04"),
    ],
)
def test_i_1_numbers_are_read_in_each_form(shown: str, meant: str) -> None:
    found = value(f"文件编号：{shown}  版本：A/0", "number")
    assert found is not None
    assert found.replace("〔", "(").replace("〕", ")").replace("－", "-") == meant


@pytest.mark.parametrize(
    "label",
    [
        *(
            "A/0",
            "A0",
            "V2.1",
            "1.0",
            "Rev.B",
            "B版",
            "第3版",
            "第3版/第1次修改",
            "A版第2次修改",
            "B",
            "02",
            "C/02",
            "3版2次",
            "A版/第2次修订",
            "A（1）",
            "第贰版",
            "第1.0版",
        ),
        "Ver1.2",
    ],
)
@pytest.mark.parametrize(
    "way", ["版本：{}", "版 次:{}", "版本号\t{}", "版本/修订 {}", "Rev. 版次：{}", "【版本】{}"]
)
def test_v_1_labels_are_read_in_each_form(label: str, way: str) -> None:
    assert value(f"文件编号：QP-04\n{way.format(label)}\n", "revision") == label


def test_v_1_issue_and_amendment_in_two_cells_are_one_label() -> None:
    assert value("版本\tB\t修订状态\t3\n", "revision") == "B/3"


@pytest.mark.parametrize(
    "line",
    [
        *(
            "生效日期：2016.7.5",
            "实施日期: 2016/07/05",
            "执行日期\t2016-7-5",
            "生效日期 2016年7月5日",
            "实施日期：2016 年 07 月 05 日",
        ),
        *(
            "实施日期：二〇一六年七月五日",
            "實施日期：民國105年7月5日",
            "Effective date: 5 July 2016",
            "Effective Date: July 5, 2016",
        ),
        *(
            "生效日：20160705",
            "2016年7月5日实施",
            "2016-07-05 起实施",
            "2015.1.1发布 2016.7.5实施",
            "执行日期：16.7.5",
        ),
        *("Effective Date 生效日期：5-Jul-2016", "生效日期：2016年7月\n5日", "生效日期：２０１６年７月５日"),
    ],
)
def test_i_7_days_are_read_leniently(line: str) -> None:
    assert value(f"{line}\n", "effective") == "2016-07-05"


@pytest.mark.parametrize(
    "line",
    [
        *(
            "生效日期：2016年2月30日",
            "生效日期：2016年7月",
            "生效日期：13/14/2016",
            "生效日期：0755-1234567",
            "实施日期：每年",
        ),
        "2016年7月5日修订",
    ],
)
def test_i_7_what_is_no_day_is_none(line: str) -> None:
    assert value(f"{line}\n", "effective") is None


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        *(
            ("number", "XXXX"),
            ("number", "____"),
            ("number", ""),
            ("number", "XX-XX-XX"),
            ("number", "待编号"),
        ),
        *(("revision", "X"), ("revision", "__"), ("revision", "")),
        *(("effective", "xx年xx月xx日"), ("effective", "    年  月  日"), ("effective", "____年__月__日")),
        *(("effective", "XXXX-XX-XX"), ("department", "XX部"), ("department", "____")),
    ],
)
def test_i_5_placeholders_count_as_missing_and_are_said(kind: str, shown: str) -> None:
    words = {"number": "文件编号", "revision": "版本", "effective": "生效日期", "department": "归口部门"}
    found = facts(f"{words[kind]}：{shown}\n发放号：07\n")
    assert found.found()[kind] is None
    if kind != "department":
        (finding,) = [one for one in found.findings if one.rule == "I-5"]
        assert finding.params["field"] == kind
        assert finding.code == ("placeholder" if shown.strip() else "nothing_behind_label")


def test_i_5_the_next_label_is_never_a_value() -> None:
    found = facts("文件编号： 版本： 编制： 审核： 批准： 归口部门： 生效日期：\n")
    assert (found.number, found.revision, found.signers, found.department, found.effective) == (
        *(None, None, (), None, None),
    )


@pytest.mark.parametrize(
    "top",
    [
        "编制：张伟  审核：李秀英  批准：王　刚\n",
        "编写:张伟 校核:李秀英 核准:王刚\n",
        "拟制\t审核\t批准\n张伟\t李秀英\t王 刚\n",
        "拟 制  审 核  批 准\n张伟  李秀英  王刚\n",
        "编制\t张伟\n审核\t李秀英\n批准\t王刚\n",
        "编制人：张伟（主管）\n审核人：李秀英（经理）\n批准人：王刚（总经理）\n",
        "编制/日期：张伟 2016.7.5\t审核/日期：李秀英 2016.7.6\t批准/日期：王刚 2016.7.7\n",
        "編寫：张伟 審核：李秀英 核准：王刚\n",
        "Prepared by 编制：张伟\nReviewed by 审核：李秀英\nApproved by 批准：王刚\n",
        "【编制】张伟\n【审核】李秀英\n【批准】王刚\n",
        "编制（签字）：张伟\n审核（签字）：李秀英\n批准（签字）：王刚\n",
        "\t姓名\t职务\t日期\n编制\t张伟\t文员\t\n审核\t李秀英\t部门经理\t\n批准\t王刚\t总经理\t\n",
        "\t职务\t姓名\n编制\t文员\t张伟\n审核\t部门经理\t李秀英\n批准\t总经理\t王刚\n",
    ],
)
def test_i_10_who_signed_is_read_in_each_layout(top: str) -> None:
    assert [(role, name) for role, name, _ in signers(top)] == [
        *(("prepared", "张伟"), ("reviewed", "李秀英"), ("approved", "王刚")),
    ]


def test_i_10_days_of_signing_stand_with_the_names() -> None:
    assert signers("编制\t张伟\t日期\t2016.7.5\n批准\t王刚\t日期\t2016.7.7\n") == [
        ("prepared", "张伟", "2016-07-05"),
        ("approved", "王刚", "2016-07-07"),
    ]


def test_i_10_several_reviewers_are_each_named() -> None:
    assert [name for _, name, _ in signers("编制：张伟\n审核：李秀英、陈 明\n批准：王刚\n")] == [
        "张伟",
        "李秀英",
        "陈明",
        "王刚",
    ]


def test_i_10_signatures_at_the_end_count() -> None:
    tail = BODY + "各部门遵照执行。\n" * 60 + "编制：张伟    审核：李秀英    批准：王刚\n"
    assert len(signers("文件编号：QP-04\n", tail)) == 3


@pytest.mark.parametrize(
    "line",
    [
        *(
            "审核：由部门经理在三日内完成",
            "批准：总经理",
            "编制部门：质量部",
            "审核：见附件",
            "批准：各部门",
            "审核：第一章",
        ),
        *(
            "编制说明：本文件为新编",
            "审批权限：十万元以下",
            "Approved by: Date",
            "Prepared by: December 2016",
        ),
    ],
)
def test_i_1_what_is_no_name_signs_nothing(line: str) -> None:
    assert signers(f"{line}\n") == []


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        *(("受控状态：受控", "yes"), ("受控状态：非受控", "no"), ("受控状态\t☑受控 □非受控", "yes")),
        *(
            ("受控状态：□受控 ☑非受控", "no"),
            ("受控状态：受控☑ 非受控□", "yes"),
            ("受控状态：受控□ 非受控■", "no"),
        ),
        *(
            ("受控状态：□受控 □非受控", None),
            ("受控状态：受控/非受控", None),
            ("Status: Uncontrolled", "no"),
            ("非受控", "no"),
        ),
        *(("受控文件应当妥善保管", None), ("受控状态：", None)),
    ],
)
def test_d_1_the_ticked_state_is_read(line: str, meant: str | None) -> None:
    assert value(f"{line}\n", "controlled") == meant


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        *(
            ("归口部门：质量部", "质量部"),
            ("编制部门\t综合管理办公室\n", "综合管理办公室"),
            ("主责部门：质量部（体系组）", "质量部（体系组）"),
        ),
        *(("Department: Quality Department", "Quality Department"), ("制定部門：品保課", "品保課")),
        *(("归口部门：                版本：A", None), ("部门：详见第三章规定的内容", None)),
    ],
)
def test_i_1_the_department_is_read(line: str, meant: str | None) -> None:
    assert value(f"{line}\n", "department") == meant


@pytest.mark.parametrize(
    "misleading",
    [
        *(
            "4.1 文件编号规则：公司代号加顺序号，例如ZZ-QP-99。",
            "4.1 记录编号：JL-99",
            "4.1 合同编号：HT-2018-01",
        ),
        *(
            "4.1 编制：张三丰 审核：李四光 批准：王五一",
            "4.1 版本：Z/9 生效日期：1999-09-09",
            "4.1 依据GB/T 19001-2016执行。",
        ),
        *("4.1 电话：0755-12345678", "4.1 归口部门：工会", "4.1 2019年4月1日起执行。"),
    ],
)
def test_i_1_the_rules_themselves_say_nothing_of_the_document(misleading: str) -> None:
    found = facts("", BODY + misleading + "\n各部门遵照执行。" * 60)
    assert {kind: one for kind, one in found.found().items() if one is not None and kind != "title"} == {}
    assert found.signers == ()


@pytest.mark.parametrize(
    "line", ["合同编号：HT-2018-01", "记录编号：JL-99", "工程名称：某某大厦", "产品版本：V9"]
)
def test_i_1_labels_of_other_things_are_not_the_documents(line: str) -> None:
    found = facts(f"{line}\n")
    assert found.number is None
    assert found.revision is None
    assert found.title is not None
    assert found.title.value == "培训管理程序"


def test_v_2_the_table_of_revisions_is_read_and_signs_nothing() -> None:
    table = (
        "修订记录\n序号\t版本\t修订内容\t编制\t批准\t日期\n"
        "1\tA/0\t首次发布\t何大文\t黄小明\t2001-02-03\n2\tA/1\t改4.2\t何大文\t黄小明\t2003.4.5\n"
    )
    found = facts(table)
    assert [(one.label, one.what, one.day) for one in found.history] == [
        ("A/0", "首次发布", "2001-02-03"),
        ("A/1", "改4.2", "2003-04-05"),
    ]
    assert found.signers == ()
    assert found.revision is not None
    assert found.revision.value == "A/1"


def test_i_1_a_page_header_wins_over_a_header_that_is_quoted() -> None:
    quoted = "培训管理程序\n文件编号：ZZ-01  版本：Z/9\n1 目的\n规范培训。\n"
    header = "某公司\t文件编号\tQP-04\n培训管理程序\t版本\tA/1"
    parts = [("header", len(quoted), len(quoted) + len(header))]
    found = find_facts(quoted + header, "a.docx", parts=parts)
    assert found.number is not None
    assert (found.number.value, found.others["number"][0].value) == ("QP-04", "ZZ-01")


def test_i_1_all_is_found_where_line_ends_were_lost() -> None:
    text = (
        "某某公司 培训管理程序 文件编号：QP-04 版本：A/0 生效日期：2016-07-05 "
        "编制 审核 批准 张伟 李秀英 王刚 1 目的 规范培训。 2 范围 全体员工。 3 职责 3.1 审核：由经理负责。"
    )
    found = find_facts(text, "1-培训管理程序.txt")
    assert {kind: one.value for kind, one in found.found().items() if one} == {
        "number": "QP-04",
        "title": "培训管理程序",
        "revision": "A/0",
        "effective": "2016-07-05",
    }
    assert [one.name for one in found.signers] == ["张伟", "李秀英", "王刚"]


def test_i_1_each_fact_knows_its_place() -> None:
    text = f"培训管理程序\n文件编号：QP-04  生效日期：2016年7月5日{BODY}"
    for kind, shown in (("number", "QP-04"), ("effective", "2016年7月5日"), ("title", "培训管理程序")):
        found = find_facts(text, "a.txt").found()[kind]
        assert found is not None
        assert text[found.start : found.end] == found.shown == shown


def test_d_3_a_copy_ban_is_noticed() -> None:
    assert facts("未经批准不得复制。\n").is_copy_banned
    assert not facts("复制三份。\n").is_copy_banned


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("版本：A\n第3版 第1次修改", "A"),
        ("文件编号：QP-04   第3版 第1次修改", "第3版第1次修改"),
        ("QP-04  A/2", "A/2"),
        ("第二版", "第二版"),
        ("Rev. D", "D"),
        ("本程序共3版。", None),
    ],
)
def test_v_1_a_label_without_its_word_is_read_where_it_cannot_be_another(
    line: str, meant: str | None
) -> None:
    assert value(f"{line}\n", "revision") == meant


def test_i_1_a_number_behind_no_is_none_of_the_document() -> None:
    assert value("No. 5 Workshop\n", "number") is None


@pytest.mark.parametrize(
    ("shown", "names"),
    [
        ("邸刚", ["邸刚"]),
        ("亓元", ["亓元"]),
        ("乜正", ["乜正"]),  # no surname of the list
        ("阿依古丽", ["阿依古丽"]),
        ("乜正（副总经理）", ["乜正"]),
        ("J. Müller", ["J. Müller"]),
        ("见审批单", []),
        ("待定", []),
        ("甲乙丙", []),
        ("体系管理", []),
        ("乜正同意下列各条", []),
    ],
)
def test_i_1_a_name_of_any_surname_is_read_and_no_other_word(shown: str, names: list[str]) -> None:
    assert [name for _, name, _ in signers(f"批准：{shown}\n")] == names


def test_i_1_names_before_their_roles_are_read() -> None:
    assert [(role, name) for role, name, _ in signers("张伟 编制\n李秀英 批准\n")] == [
        ("prepared", "张伟"),
        ("approved", "李秀英"),
    ]


def test_i_1_departments_that_sign_are_no_signers() -> None:
    assert signers("会签部门：财务部、法务部\n会签：王刚\n") == [("countersigned", "王刚", "")]


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("Owner: IT", "IT"),
        ("Department: Quality Assurance", "Quality Assurance"),
        ("Department: Quality Department  Copy: 4", "Quality Department"),
        ("Department: Quality Assurance Control of Records", "Quality Assurance"),
        ("Owner: Grace Lee", None),
        ("制定科室：医务科", "医务科"),
    ],
)
def test_i_1_units_in_english_are_told_from_persons(shown: str, meant: str | None) -> None:
    assert value(f"{shown}\n", "department") == meant


def test_i_7_the_day_of_making_is_that_of_issue_only_where_no_signer_has_a_day() -> None:
    assert value("制定日期：2019-05-01\n", "issued") == "2019-05-01"
    assert value("制定日期：2019-05-01\n发布日期：2019-06-01\n", "issued") == "2019-06-01"
    assert value("制定日期：2019-05-01\n审核日期：2019-05-08\n", "issued") is None


def test_i_1_a_stamp_may_ban_copies() -> None:
    assert value("受控文件 禁止复印\n", "controlled") == "yes"
    assert value("受控文件由办公室发放并禁止复印\n", "controlled") is None


def test_i_7_the_number_of_a_form_is_the_texts_own_only_on_a_form() -> None:
    form = find_facts("表单编号：QR-75-01\n内审检查表\n受审部门\t生产部\n", "a.docx")
    assert form.number is not None
    assert form.number.value == "QR-75-01"
    assert find_facts(f"表单编号：QR-75-01\n培训管理程序\n{BODY}", "a.docx").number is None


def test_i_1_a_list_of_documents_says_nothing_of_itself() -> None:
    rows = "序号\t文件编号\t文件名称\t版本\t生效日期\t责任部门\n"
    rows += (
        "1\tQP-01\t文件控制程序\tA/1\t2019-01-01\t办公室\n2\tQP-02\t记录控制程序\tA/0\t2018-01-01\t办公室\n"
    )
    found = find_facts(f"受控文件清单\n编号：QR-01    版本：B/0\n{rows}", "a.xlsx")
    assert {kind: one.value for kind, one in found.found().items() if one} == {
        "number": "QR-01",
        "title": "受控文件清单",
        "revision": "B/0",
    }


@pytest.mark.parametrize(("head", "meant"), [("生效日期", "2020-03-02"), ("修订日期", None)])
def test_i_1_the_newest_row_of_a_history_says_when_it_took_effect(head: str, meant: str | None) -> None:
    table = f"版本\t修改内容\t修订人\t{head}\nA\t新编\t张伟\t2019-01-01\nB\t改4.2\t张伟\t2020-03-02\n"
    assert value(table, "effective") == meant


@pytest.mark.parametrize(
    "drawn",
    [
        "| 文件编号 | QP-04 | 版本 | A |\n| --- | --- | --- | --- |\n| 编制 | 张伟 | 批准 | 王刚 |\n",
        "┌──┬──┬──┬──┐\n│文件编号│QP-04│版本│A│\n├──┼──┼──┼──┤\n│编制│张伟│批准│王刚│\n└──┴──┴──┴──┘\n",
        "文件编号 | QP-04 | 版本 | A\n======\n编制 | 张伟 | 批准 | 王刚\n",
        "编\t号\tQP-04\t版\t本\tA\n编\t制\t张伟\t批\t准\t王刚\n",
    ],
)
def test_i_1_drawn_tables_and_wide_labels_are_read(drawn: str) -> None:
    found = facts(drawn)
    assert (found.number and found.number.value, found.revision and found.revision.value) == ("QP-04", "A")
    assert [one.name for one in found.signers] == ["张伟", "王刚"]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("实施:2014.5.20", "2014-05-20"),
        ("實施日期：110年3月15日", "2021-03-15"),
        ("实施日期：130年3月15日", None),
        ("110年3月15日起办理", None),
        ("2016年5月1日 发布    年  月  日 实施\n2016年6月1日", None),
        ("生效\t2016年6月1日\t编号\tQP-04", "2016-06-01"),
    ],
)
def test_i_7_verbs_and_years_of_the_republic_need_a_label(line: str, meant: str | None) -> None:
    assert value(f"{line}\n", "effective") == meant


def test_i_1_chapters_of_a_table_of_contents_do_not_end_the_header() -> None:
    contents = "目录\n1 目的\n2 适用范围\n3 职责\n"
    assert value(f"{contents}文件编号：QP-04\n", "number") == "QP-04"
    assert value("1 目的\n2 台设备的培训。\n3 文件编号：QP-04\n", "number", body="") is None


def test_i_1_a_label_is_found_behind_a_name_that_makes_another_word_of_it() -> None:
    assert [name for _, name, _ in signers("编制：严复　审核：杨过　批准：姚明\n")] == [
        "严复",
        "杨过",
        "姚明",
    ]


def test_i_1_codes_of_other_papers_are_no_number_of_the_document() -> None:
    assert value("（代替CX-17-2009）\nCX-17-2015\n", "number") == "CX-17-2015"
    assert value("（参见CX-17-2009）\nCX-17-2015\n", "number") is None
    assert value("JL-07-03\tNO：2023001\n", "number") == "JL-07-03"
    assert value("No.: QP-04\n", "number") == "QP-04"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("编制\t凌小云\t2023-02-20\n批准\t卓大伟\t2023-03-01\n", id="behind the name"),
        pytest.param(
            "\t姓名\t签名\t日期\n编制\t凌小云\t\t2023.2.20\n批准\t卓大伟\t\t2023.3.1\n",
            id="in a column of days",
        ),
        pytest.param("编制\t凌小云\t批准\t卓大伟\n日期\t2023.2.20\t日期\t2023.3.1\n", id="below the name"),
        pytest.param(
            "起草人\t凌小云\t批准人\t卓大伟\n起草日期\t2023年02月20日\t批准日期\t2023年03月01日\n",
            id="with labels of their own",
        ),
    ],
)
def test_i_10_who_signed_on_paper_has_the_day_on_which_that_was(text: str) -> None:
    found = facts(f"文件编号：QP-04\n{text}")
    assert [(one.role, one.name, one.signed_on) for one in found.signers] == [
        ("prepared", "凌小云", "2023-02-20"),
        ("approved", "卓大伟", "2023-03-01"),
    ]


def test_n_4_number_and_label_at_the_foot_of_a_form_are_its_own() -> None:
    text = "首件签样记录表\n客户\t\n机长：\t日期：\n"
    foot = "CY-QR-042　　Rev.B　　保存期：三年"
    found = find_facts(text + foot, "扫描.docx", parts=[("footer", len(text), len(text + foot))])
    assert (found.number and found.number.value, found.revision and found.revision.value) == (
        "CY-QR-042",
        "B",
    )
    text = text.replace("记录表", "控制程序")  # on a procedure it is the form's
    found = find_facts(text + foot, "扫描.docx", parts=[("footer", len(text), len(text + foot))])
    assert (found.number, found.revision) == (None, None)
