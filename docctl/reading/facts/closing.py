"""Facts that sentences and closing lines say: since when, given out when, kept by whom, its number (I-1)."""

from __future__ import annotations

import re
from typing import Final

from docctl.reading.facts import dates
from docctl.reading.facts.cells import Sheet
from docctl.reading.facts.found import SURE, Found
from docctl.reading.facts.words import ends_as
from search.folding import fold

_HAN: Final = "\u3400-\u9fff"
#: 自2023年6月1日起施行; the day is read by itself.
_SINCE: Final = re.compile(
    r"[自从從于於]\s?(?P<day>(?:[12]\d{3}|[12二一]\s?[〇零○ＯO0-9一二三四五六七八九]{3}|(?:中[华華])?民[国國]\s?\d{2,3})\s?[年./-]"
    r"[^。；;，,\n]{3,14}?)\s?起?\s?(?:正式|开始|開始)?(?:施行|[实實]施|[执執]行|[实實]行|生效|[试試]行|[启啟]用)"
)
#: Whose day that is: the text's own.
_OWN: Final = re.compile(
    r"本(?:制度|[办辦]法|[规規](?:定|程|范|範|[则則]|章)|程序|程序書|程序书|[标標][准準]|[细細][则則]|文件|手[册冊]|流程|指引|指南"
    r"|方案|[预預]案|要[点點]|[条條]例|章程|准[则則]|守[则則]|[须須]知|通知|[计計][划劃]|指[导導][书書]|[决決]定)"
    r"|现予|現予|印发|印發|[现現]将"
)
#: Between the text's own name and the day: nothing, or a clause that ends there.
_BETWEEN: Final = re.compile(r"\s*|.*[，,]\s*")
_OTHERS: Final = re.compile(r"[原旧舊该該]|所称|所稱|根据|根據")
#: 本标准由设备部提出并归口.
_KEPT: Final = re.compile(
    rf"本[{_HAN}]{{2,6}}由(?:本?(?:公司|集团|院|厂|校))?(?P<unit>[{_HAN}A-Za-z0-9]{{2,20}}?)(?:提出(?:并|[、和]))?(?:负责|負責)?(?:归口|歸口)"
)
#: The number of a paper of an authority: 卫发〔2023〕12号.
_OFFICIAL: Final = re.compile(
    rf"[（(【]?\s?(?P<number>(?!根据|依据|按照|参照|原|代替|经)[{_HAN}]{{1,12}}\s?[〔\[［【(（](?:19|20)\d\d[〕\]］】)）]\s?第?\s?\d{{1,4}}\s?[号號])"
    r"(?=\s*[)）】]|\s*$|\s{2,}|\s*(?:19|20)\d\d|\s*签发|\s*簽發)"
)
_NEAR: Final = 60


def official_number(sheet: Sheet) -> Found | None:
    """Return the first number of an official paper that begins a line above the rules."""
    for cell in sheet.cells:
        if cell.zone not in {"header", "top", "box"} or len(cell.text) > 120:
            continue
        if (match := _OFFICIAL.match(cell.text.lstrip())) is not None:
            shown = match["number"]
            start = sheet.text.index(shown, cell.start)
            value = re.sub(r"\s+", "", shown)
            return Found(value, shown, start, start + len(shown), "line", SURE["line"])
    return None


def in_force_since(sheet: Sheet) -> Found | None:
    """Return the day from which a text says of itself that it is in force; none where it names several."""
    found: dict[str, Found] = {}
    for match in _SINCE.finditer(sheet.text):
        day = dates.first_date(match["day"], at_start=True)
        before = re.split(r"[。；;\n]", sheet.text[max(0, match.start() - _NEAR) : match.start()])[-1]
        is_above = match.start() < sheet.top and re.search("[（(]", before) is not None
        is_above = is_above or not before.strip()
        own = list(_OWN.finditer(before))
        since = before[own[-1].end() :] if own else before
        if day is None or not (own or is_above) or _OTHERS.search(since):
            continue
        if own and not _BETWEEN.fullmatch(since):
            continue
        start, end = match.start("day") + day.start, match.start("day") + day.end
        value = day.day.isoformat()
        found.setdefault(value, Found(value, sheet.text[start:end], start, end, "text", SURE["text"]))
    return next(iter(found.values())) if len(found) == 1 else None


def given_out(sheet: Sheet) -> Found | None:
    """Return the day alone on a line below who gave the text out: above the rules, or at the end."""
    before = None
    end = len(sheet.text[: sheet.end].rstrip())
    for cell in sheet.cells:
        text = cell.text.strip()
        if not text:
            continue
        if (
            before is not None
            and cell.columns == before.columns == 1
            and (cell.zone == "top" or cell.start + len(cell.text.rstrip()) == end)
            and 8 <= len(text) <= 18
            and (text[-1] in "日号號" or text[-1].isdigit())
            and _closes(before.text.strip())
            and (day := dates.first_date(text, at_start=True)) is not None
            and day.end == len(text)
        ):
            start = sheet.text.index(text, cell.start)
            return Found(day.day.isoformat(), text, start, start + len(text), "text", SURE["text"])
        before = cell
    return None


def _closes(line: str) -> bool:
    """Say whether a line is the name of a body alone, as above the day at the end of a paper."""
    return len(line) <= 30 and re.search("[，。；：:,;]", line) is None and ends_as("givers", fold(line))


def kept_by(sheet: Sheet) -> Found | None:
    """Return the unit by which a text says to be kept."""
    for match in _KEPT.finditer(sheet.text):
        if ends_as("units", fold(match["unit"])):
            start, end = match.span("unit")
            return Found(match["unit"], match["unit"], start, end, "text", SURE["text"])
    return None
