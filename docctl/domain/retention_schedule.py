"""The retention classes that come with the product; a company changes them by approval (R-2, R-3).

The periods of laws are from memory: the basis says so until somebody has checked the official text.
"""

from __future__ import annotations

from typing import Final

from docctl.domain.retention_classes import (
    PERMANENT,
    EndAction,
    Period,
    RetentionClass,
    Trigger,
    TriggerKind,
    Unit,
)

COMPLETION: Final = Trigger(TriggerKind.COMPLETION)
CALENDAR_YEAR: Final = Trigger(TriggerKind.END_OF_CALENDAR_YEAR)
FISCAL_YEAR: Final = Trigger(TriggerKind.END_OF_FISCAL_YEAR)
SUPERSESSION: Final = Trigger(TriggerKind.SUPERSESSION)

#: What a basis ends with until the official text has been compared.
TO_VERIFY: Final = "（需核对）"

#: The class of whatever has none of its own (R-10).
CATCH_ALL: Final = "other"

#: Kept until the event is entered; nothing is added to it.
_PRODUCT_LIFE: Final = Period(0, Unit.DAYS)


def _years(amount: int) -> Period:
    return Period(amount, Unit.YEARS)


def _event(name: str) -> Trigger:
    return Trigger(TriggerKind.EVENT, event=name)


def _company(
    code: str, name: str, period: Period, trigger: Trigger = COMPLETION, *functions: str
) -> RetentionClass:
    return RetentionClass(code, name, "公司记录控制程序", period, trigger, functions=functions)


def _law(code: str, name: str, law: str, period: Period, trigger: Trigger, *functions: str) -> RetentionClass:
    # What is permanent comes up for no action; a review is the careful default for the rest.
    return RetentionClass(
        code,
        name,
        law + TO_VERIFY,
        period,
        trigger,
        is_law=True,
        action=EndAction.REVIEW,
        functions=functions,
    )


def _accounts(code: str, name: str, period: Period) -> RetentionClass:
    return _law(f"accounting_{code}", name, "会计档案管理办法", period, FISCAL_YEAR, "accounting")


#: Every class that a new company starts with.
BUILT_IN: Final[tuple[RetentionClass, ...]] = (
    _company(CATCH_ALL, "其他记录", _years(4)),
    # quality
    _company("document_superseded", "作废文件", _years(5), SUPERSESSION),
    _company("quality", "质量记录", _years(5), COMPLETION, "quality"),
    _company("product_civil", "民品产品记录", _years(5), COMPLETION, "quality"),
    _company("product_military", "军品产品记录", _PRODUCT_LIFE, _event("product_life_end"), "quality"),
    _company("complaint", "顾客投诉记录", _years(5), COMPLETION, "quality"),
    _company("management_review", "管理评审记录", _years(5), CALENDAR_YEAR, "quality"),
    _company("internal_audit", "内部审核记录", _years(5), CALENDAR_YEAR, "quality"),
    _company("corrective_action", "纠正和预防措施记录", _years(5), COMPLETION, "quality"),
    _company("calibration", "测量设备校准记录", _years(5), _event("asset_scrapped"), "quality"),
    _company("supplier", "供方评价记录", _years(5), CALENDAR_YEAR, "purchasing"),
    _company("contract", "合同及评审记录", _years(5), _event("contract_end"), "legal"),
    _company("project", "项目资料", _years(5), _event("project_handover"), "quality"),
    _company("warranty", "售后与保修记录", _years(2), _event("warranty_end"), "quality"),
    _company("dispute", "争议案件资料", _years(5), _event("dispute_end"), "legal"),
    # people
    _company("training", "培训记录", _years(3), CALENDAR_YEAR, "personnel"),
    _company("personnel", "人员能力与资格记录", _years(3), _event("staff_left"), "personnel"),
    _law(
        "labour_contract",
        "劳动合同文本",
        "劳动合同法",
        _years(2),
        _event("staff_left"),
        "personnel",
    ),
    # environment, occupational health and safety
    _company("environment", "环境运行与监测记录", _years(5), CALENDAR_YEAR, "environment"),
    _law(
        "environment_permit",
        "排污许可环境管理台账",
        "排污许可管理条例",
        _years(5),
        CALENDAR_YEAR,
        "environment",
    ),
    _law(
        "hazardous_waste",
        "危险废物管理台账",
        "危险废物管理计划和管理台账制定技术导则",
        _years(5),
        CALENDAR_YEAR,
        "environment",
    ),
    _company("safety", "职业健康安全运行记录", _years(5), CALENDAR_YEAR, "safety"),
    _company("accident", "事故与应急记录", PERMANENT, COMPLETION, "safety"),
    _company("health_surveillance", "职业健康监护档案", _years(30), _event("staff_left"), "safety"),
    _law(
        "food_purchase",
        "食品进货查验记录",
        "食品安全法",
        Period(6, Unit.MONTHS),
        _event("shelf_life_end"),
        "quality",
    ),
    # accounting archives
    _accounts("voucher", "会计凭证", _years(30)),
    _accounts("book", "会计账簿", _years(30)),
    _accounts("handover", "会计档案移交清册", _years(30)),
    _accounts("interim_report", "月度、季度、半年度财务报告", _years(10)),
    _accounts("bank", "银行对账单及余额调节表", _years(10)),
    _accounts("tax", "纳税申报表", _years(10)),
    _accounts("annual_report", "年度财务报告", PERMANENT),
    _accounts("register", "会计档案保管清册、销毁清册、鉴定意见书", PERMANENT),
    _law(
        "accounting_asset_card",
        "固定资产卡片",
        "会计档案管理办法",
        _years(5),
        _event("asset_scrapped"),
        "accounting",
    ),
)
