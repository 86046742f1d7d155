"""Numbers, days, people, titles of made procedures, each in a way in which people write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

PEOPLE = (
    *(
        "张建军",
        "李秀英",
        "王伟",
        "赵明",
        "陈思远",
        "刘洋",
        "周海燕",
        "吴国强",
        "郑晓东",
        "孙丽",
        "马超",
        "林志强",
    ),
    *(
        "欧阳建国",
        "司马俊",
        "何雨桐",
        "高峰",
        "罗永浩然",
        "谢婷婷",
        "韩冰",
        "唐文龙",
        "曹磊",
        "邓小云",
        "于海",
        "沈默",
    ),
)
ENGLISH_PEOPLE = (
    "John Smith",
    "Mary Johnson",
    "Peter Lee",
    "Wang Lei",
    "Anna K. Brown",
    "David Chen",
    "Susan O'Neil",
)
UNITS = (
    *(
        "质量部",
        "品管部",
        "行政部",
        "人力资源部",
        "生产技术部",
        "办公室",
        "销售中心",
        "工程部",
        "采购科",
        "仓储物流部",
    ),
    *(
        "安全环保处",
        "综合管理办公室",
        "总经办",
        "客户服务中心",
        "设备课",
        "研发中心",
        "质量管理部（体系组）",
        "财务处",
    ),
)
ENGLISH_UNITS = (
    "Quality Department",
    "Quality Assurance",
    "HR Department",
    "Production",
    "Customer Service Dept.",
)
COMPANIES = (
    "华宇精密机械有限公司",
    "北方电子科技股份有限公司",
    "江南食品集团",
    "东莞市恒达塑胶制品有限公司",
    "安和物业管理有限公司",
)
TITLES = (
    *(
        "文件控制程序",
        "内部审核控制程序",
        "供应商管理程序",
        "生产设备管理规定",
        "不合格品控制程序",
        "客户满意度测量程序",
    ),
    *(
        "人力资源管理制度",
        "仓库管理办法",
        "检验和试验控制程序",
        "应急准备和响应控制程序",
        "培训管理制度",
        "目标、指标和管理方案控制程序",
    ),
    *(
        "监视和测量设备控制程序",
        "采购管理规范",
        "安全生产责任制管理办法",
        "纠正和预防措施控制程序",
        "5S管理规定",
        "ERP系统使用管理办法",
    ),
    *(
        "产品标识和可追溯性控制程序",
        "化学品安全管理作业指导书",
        "质量手册",
        "组织环境与风险控制程序",
        "设计和开发控制程序",
    ),
    *(
        "进料检验规范",
        "出货检验作业指导书",
        "客诉处理流程",
        "电梯维修保养细则",
        "工程变更管理办法(试行)",
        "会议管理规程",
    ),
)
LONG_TITLES = (
    ("目标、指标和管理方案", "控制程序"),
    ("法律法规和其他要求识别", "与合规性评价控制程序"),
    ("危险源辨识、风险评价", "和风险控制程序"),
)
ENGLISH_TITLES = (
    *(
        "Document Control Procedure",
        "Internal Audit Procedure",
        "Supplier Management Procedure",
        "Training Policy",
    ),
    *(
        "Control of Nonconforming Product",
        "Complaint Handling Procedure",
        "Equipment Maintenance Instruction",
    ),
)
_HAN_DIGITS = "〇一二三四五六七八九"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True)
class Said:
    """A value: how it is written, and what it means."""

    shown: str
    meant: str


def a_number(chance: Random) -> Said:
    """Return a number; blanks beside signs do not count."""
    serial, year = chance.randint(1, 39), chance.randint(2005, 2024)
    prefix = chance.choice(("HY", "BF", "JNF", "HD", "AH", "QM"))
    kind = chance.choice(("QP", "WI", "CX", "GL", "SOP", "MP", "ZD"))
    forms = (
        (f"{prefix}-{kind}-{serial:02}",) * 2,
        (f"{kind}-{serial:02}",) * 2,
        (f"{prefix}/{kind}-{serial:03}-{year}",) * 2,
        (f"Q/{prefix} {serial:02}-{year}",) * 2,
        (f"{prefix}{kind}{serial:03}",) * 2,
        (f"{prefix}-{kind}-7.{serial % 9 + 1}.{serial % 5 + 1}-{serial:02}",) * 2,
        (f"{prefix}-{kind}-{serial:02}-A",) * 2,
        (f"{prefix}〔{year}〕{serial}号",) * 2,
        (f"质控〔{year}〕{serial}号",) * 2,
        (f"{kind}—质—{serial:02}",) * 2,
        (f"{prefix} - {kind} - {serial:02}", f"{prefix}-{kind}-{serial:02}"),
        (f"{prefix}.{kind}.{serial:02}.{year}",) * 2,
        (f"{kind}/{prefix}{serial:02}-01(A)",) * 2,
        (f"{kind}_{prefix}_{serial:03}",) * 2,
    )
    shown, meant = chance.choice(forms)
    return Said(shown, meant)


def a_label(chance: Random) -> Said:
    """Return a revision's label."""
    letter, number, more = chance.choice("ABCDE"), chance.randint(1, 9), chance.randint(0, 6)
    shown = chance.choice(
        (
            f"{letter}/{more}",
            f"{letter}/{more}",
            f"{letter}{more}",
            f"V{number}.{more}",
            f"{number}.{more}",
            f"Rev.{letter}",
            f"第{number}版/第{more + 1}次修改",
            f"{letter}版",
            letter,
            f"第{number}版",
            f"{letter}版第{more}次修改",
            f"0{number}",
            f"{letter}/0{more}",
        )
    )
    return Said(shown, shown)


def a_day(chance: Random, *, english: bool = False) -> Said:
    """Return a day, written in one of many ways."""
    day = date(chance.randint(2008, 2024), chance.randint(1, 12), chance.randint(1, 28))
    y, m, d = day.year, day.month, day.day
    british = f"{d} {_MONTHS[m - 1]} {y}"
    american = f"{_MONTHS[m - 1]} {d}, {y}"
    if english:
        shown = chance.choice((british, american, f"{y}-{m:02}-{d:02}", f"{d:02}-{_MONTHS[m - 1][:3]}-{y}"))
    else:
        shown = chance.choice(
            (
                *(
                    f"{y}.{m}.{d}",
                    f"{y}/{m:02}/{d:02}",
                    f"{y}-{m:02}-{d:02}",
                    f"{y}年{m}月{d}日",
                    f"{y}年{m:02}月{d:02}日",
                ),
                *(
                    f"{y} 年 {m} 月 {d} 日",
                    f"{y}{m:02}{d:02}",
                    _in_han(day),
                    f"民國{y - 1911}年{m}月{d}日",
                    f"{y}.{m:02}.{d:02}",
                ),
                *(british, f"{y}－{m:02}－{d:02}"),
            )
        )
    return Said(shown, day.isoformat())


def a_person(chance: Random, *, english: bool = False) -> Said:
    """Return who signed, with two-character names also spaced."""
    name = chance.choice(ENGLISH_PEOPLE if english else PEOPLE)
    if len(name) == 2 and chance.random() < 0.4:
        return Said(f"{name[0]}{chance.choice((' ', '　', '  '))}{name[1]}", name)
    return Said(name, name)


def _in_han(day: date) -> str:
    year = "".join(_HAN_DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_of_two(day.month)}月{_of_two(day.day)}日"


def _of_two(number: int) -> str:
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{_HAN_DIGITS[tens]}十"
    return ten + (_HAN_DIGITS[ones] if ones else "")
