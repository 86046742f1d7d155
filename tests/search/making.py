"""Entries and questions with sound defaults; a test spells out only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from search.api import Entry, Found, Query, SearchEngine

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)

#: Our own sentences, in the scripts and shapes that procedures come in.
SENTENCES = (
    "仓库每月盘点一次，差异由保管员说明。",
    "倉庫每月盤點一次，差異由保管員說明。",
    "檢驗員應在當日填寫檢驗記錄，並交給班長核對。",
    "检验员应在当日填写检验记录，并交给班长核对。",
    "The calibration certificate is kept for six years.",
    "見附件 AB/QP-7.1.5C-2019 及 ISO 9001:2015 的條款。",
    "温度 ≥ 25℃、面积 30㎡，第⑵项 Ⅳ级，合格率 98.5%。",
    "客戶服務中心收到來電後，先登記，再派單（急件除外）。",
    "各部門的產(chǎn)品臺帳由專人管理，維修單(領料)另存。",
    "范圍、准則和方法在审核计划中写明；頭髮須束起。",
    "Suppliers' audits: follow-up within 30 days, see form FS-QG-76068.",
    "本月共退货12批,其中3批为重复问题;责任单位:工艺科。",
    "设备编号ZK-0042的保养记录\n由操作工\r\n填写。",
)


def entry(entry_id: str = "e1", body: str = "正文", **changed: Any) -> Entry:
    facts: dict[str, Any] = {
        "id": entry_id,
        "kind": "record",
        "number": f"QR-{entry_id}",
        "title": "标题",
        "body": body,
        "state": "accepted",
        "unit": "quality",
        "type": "form",
        "day": None,
        "access": "staff",
    }
    return Entry(**{**facts, **changed})


#: Words that mean the same, as a company may say.
SYNONYMS = (("顾客", "客户", "业主"), ("投诉", "抱怨", "客诉"), ("不合格品", "不良品"))


def query(text: str = "", **changed: Any) -> Query:
    return Query(**{"text": text, "sets": frozenset({"staff"}), "at": NOW, "limit": 100, **changed})


def ids(found: Found) -> list[str]:
    return [hit.id for hit in found.hits]


def find(engine: SearchEngine, text: str = "", **changed: Any) -> set[str]:
    found = engine.search(query(text, **changed))
    assert found.total == len(found.hits)
    return set(ids(found))
