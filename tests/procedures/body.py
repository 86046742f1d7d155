"""The rules of made procedures: chapters, neighbours that mislead, citations in many styles."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

CITED = (
    *("文件管理程序", "培训控制程序", "采购控制程序", "数据分析控制程序", "管理评审程序", "产品防护管理办法"),
    *("设备操作规程", "质量记录管理制度", "信息沟通控制程序", "改进控制程序"),
)
FORMS = (
    *(
        "文件发放回收登记表",
        "年度培训计划",
        "供方评价表",
        "设备点检记录",
        "会议签到表",
        "纠正措施报告",
        "来料检验单",
    ),
    *(
        "物料领用单",
        "内审检查表",
        "合格供方名录清单",
        "客户投诉台账",
        "文件更改申请单",
        "月生产计划",
        "联络单",
    ),
)
ENGLISH_CITED = ("Training Procedure", "Purchasing Procedure", "Calibration Procedure", "Quality Manual")
ENGLISH_FORMS = ("Audit Checklist", "Training Record", "Supplier Evaluation Form", "Corrective Action Report")
MISLEADING = (
    "4.9 文件编号规则：由公司代号、文件类别和顺序号组成，例如 XX-QP-00。",
    "4.9 记录编号：QR-8888，由文控统一分配。",
    "4.9 编制部门应在三日内将文件交审核部门，审核人员不得由编制人员兼任。",
    "4.9 版本号按A、B、C顺序排列，修改状态用0、1、2表示。",
    "4.9 本公司联系电话：0755-12345678，传真：021-8765-4321。",
    "4.9 批准后的文件由办公室于2019年3月5日前完成发布，各部门自2019年4月1日起执行。",
    "4.9 合同编号：HT-2018-0099，批准人应为总经理。",
    "4.9 文件封面应注明：文件编号、版本、编制、审核、批准、生效日期。",
    "4.9 生效日期：指文件正式执行的日期。",
    "4.9 受控文件应加盖“受控”印章，非受控文件不作更改控制。",
    "4.9 本程序代替2012年5月6日发布的旧版文件。",
    "4.9 审核：由主管部门负责人在三个工作日内完成；批准：由总经理在两个工作日内完成。",
    "4.9 坚持“质量第一、顾客至上”的方针，做到“三不放过”。",
    "4.9 依据GB/T 19001-2016及ISO 14001:2015的要求。",
)
ENGLISH_MISLEADING = (
    "4.9 The document number consists of the department code and a serial number, e.g. XX-000.",
    "4.9 Approved by signature means that the manager has read the document.",
    "4.9 Contract No.: HT-2018-0099. Phone: +86-755-12345678.",
    "4.9 This procedure follows ISO 9001:2015.",
)
EXTRA_FORM = (
    "附表一  文件更改申请单",
    "编号：QR-9901    日期：    年   月   日",
    "申请部门\t\t申请人\t",
    "更改内容\t",
    "审核：          批准：          日期：",
)


@dataclass
class Body:
    """Lines of the rules and what they cite."""

    lines: list[str]
    cites: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    form_numbers: list[str] = field(default_factory=list)
    #: What may be found besides: numbers that stand in the rules for other reasons.
    allowed: tuple[str, ...] = (
        "QR-8888",
        "QR-9901",
        "HT-2018-0099",
        "XX-QP-00",
        "ZZ-QP-99",
        "文件更改申请单",
    )


def a_body(chance: Random, *, english: bool, title: str) -> Body:
    """Return the rules of one procedure."""
    if english:
        return _english(chance, title)
    first = chance.choice(("1 目的", "1. 目的", "1、目的", "一、目的", "1.0 目的", "第一章 总则", "1.目 的"))
    body = Body([first, "为规范公司的管理活动，确保各项工作符合要求，特制定本文件。"])
    body.lines += [
        chance.choice(("2 范围", "2. 适用范围", "2、适用范围")),
        "适用于公司各部门以及外包方。",
        "3 职责",
        "3.1 主管部门负责组织实施，编制年度工作安排。",
        "3.2 总经理负责批准相关文件，管理者代表负责审核。",
        "4 工作程序",
        *(f"4.{at} {sentence}" for at, sentence in enumerate(_sentences(chance), start=1)),
    ]
    for line in chance.sample(MISLEADING, chance.randint(0, 4)):
        body.lines.append(line)
    _cite(chance, body, title)
    if chance.random() < 0.35:
        body.lines += EXTRA_FORM
    return body


def _sentences(chance: Random) -> list[str]:
    known = [
        "各部门每年识别需求，填写申请后报主管部门汇总。",
        "发现问题时应立即停止作业，并通知责任人处理。",
        "所有人员经培训合格后方可上岗，培训情况应予以记录。",
        "每季度组织一次检查，结果在例会上通报。",
        "外来人员进入现场应登记，由接待人员陪同。",
    ]
    return chance.sample(known, chance.randint(2, 5))


def _cite(chance: Random, body: Body, title: str) -> None:
    cites = chance.sample([one for one in CITED if one != title], chance.randint(1, 3))
    forms = chance.sample(FORMS, chance.randint(1, 3))
    numbers = [f"QR-{chance.randint(10, 99)}{at:02}" for at in range(len(forms))]
    style = chance.choice(("quoted", "bare", "numbered", "table", "inline", "commas"))
    body.cites, body.forms = cites, forms
    if style == "inline":
        opening, closing = chance.choice((("《", "》"), ("<<", ">>"), ("“", "”"), ("【", "】"), ("《", "》")))
        body.lines += [f"4.7 具体按{opening}{name}{closing}执行。" for name in cites]
        body.lines += [f"4.8 并填写{opening}{name}{closing}。" for name in forms]
        return
    body.lines.append(
        chance.choice(("5 相关文件", "5. 相关文件", "5、引用文件", "5 支持性文件", "5. 参考文件："))
    )
    if style == "commas":
        body.lines.append("、".join(f"《{name}》" for name in cites))
    else:
        shown = (lambda name: name) if style == "bare" else (lambda name: f"《{name}》")
        body.lines += [f"5.{at} {shown(name)}" for at, name in enumerate(cites, start=1)]
    body.lines.append(chance.choice(("6 相关记录", "6. 质量记录", "6、记录表格", "6 相关表单")))
    if style in {"numbered", "table"}:
        body.form_numbers = numbers
    if style == "table":
        body.lines.append("序号\t记录名称\t编号\t保存期")
        body.lines += [
            f"{at}\t{name}\t{number}\t三年"
            for at, (name, number) in enumerate(zip(forms, numbers, strict=True), start=1)
        ]
        return
    way = chance.choice(
        ("{c}《{n}》", "《{n}》{c}", "{n}（{c}）", "{c} {n}", "{c}{n}", "《{n}》（{c}）", "{n} {c}")
    )
    for at, (name, number) in enumerate(zip(forms, numbers, strict=True), start=1):
        shown = (
            way.format(n=name, c=number)
            if style == "numbered"
            else name
            if style == "bare"
            else f"《{name}》"
        )
        body.lines.append(f"6.{at} {shown}")


def _english(chance: Random, title: str) -> Body:
    cites = chance.sample([one for one in ENGLISH_CITED if one != title], 2)
    forms = chance.sample(ENGLISH_FORMS, 2)
    numbers = [f"FM-{chance.randint(10, 99)}{at}" for at in range(2)]
    lines = [
        *("1. Purpose", "This procedure describes how the company keeps its processes under control."),
        *("2. Scope", "It applies to all departments.", "3. Responsibilities"),
        *("3.1 The manager approves the plan.", "4. Procedure", "4.1 Records are kept for three years."),
        *chance.sample(ENGLISH_MISLEADING, chance.randint(0, 3)),
        chance.choice(("5. References", "5. Related Documents")),
        *(f"5.{at} {name}" for at, name in enumerate(cites, start=1)),
        "6. Records",
        *(
            f"6.{at} {number} {name}"
            for at, (name, number) in enumerate(zip(forms, numbers, strict=True), start=1)
        ),
    ]
    return Body(lines, cites, forms, numbers)
