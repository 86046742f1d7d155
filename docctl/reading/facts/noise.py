"""The noise around a title: collection numbers, 范本, download ids, numbers and labels of files (I-8)."""

from __future__ import annotations

import re
from typing import Final

from search.folding import without_readings

_HAN: Final = "\u3400-\u9fff"
NUMBER_BEFORE: Final = re.compile(
    rf"^(?:[A-Z]{{1,6}}[-_/][A-Z0-9./_-]*\d[A-Z0-9./_-]*[\s_-]+|[A-Z]{{1,6}}[-_/][A-Z0-9./_-]*\d(?=[{_HAN}]))",
    re.IGNORECASE,
)
#: Collection numbers before a title: 26, 007, 3-, 篇二: (I-8).
_COLLECTED: Final = re.compile(
    rf"^(?:\d{{1,3}}(?:[-_.、．\s]{{1,2}}|(?=[{_HAN}]))"
    r"|第?[一二三四五六七八九十百]{1,4}[、.．:：]\s?"
    r"|篇\s?[0-9一二三四五六七八九十]{1,3}\s?[:：_]?\s?"
    r"|[(（]\d{1,3}[)）]\s?"
    r"|之[一二三四五六七八九十]{1,3}\s?[、.:：]\s?"
    r"|第[一二三四五六七八九十\d]{1,3}(?:部分|分册|篇|册|章|节)\s?[:：]?\s?)"
)
#: What sites and collectors hang on: 范本, 精品, 最新版, download ids, second file endings (I-8).
_HUNG: Final = re.compile(
    r"(?:[-_—\s]*(?:精品|范本|範本|标准范本|模板|样本|樣本|通用版"
    r"|[(（](?:通用版|整理版|完整版|精选|最新|修订版|范本|抱怨)[)）]"
    r"|最新版本?|整理版|完整版|实用版|精选|全套|免费下载|下载|\(\d{6,}\)|（\d{6,}）|\d{5,}"
    r"|\.(?:docx?|pdf|txt|wps|xlsx?|rtf)))+$",
    re.IGNORECASE,
)
#: A number or a label in brackets behind a title: 培训程序（QP-04 A/1）, 培训程序（B版）.
_CODE_BEHIND: Final = re.compile(
    r"\s?[（(](?:[A-Z]版|[A-Z]/\d{1,2}版?|V\d{1,2}(?:\.\d{1,2}){0,2}"
    r"|[A-Z]{1,8}[-/_.][A-Z0-9./_-]*\d[A-Z0-9./_ -]{0,16})[)）]$"
)
#: 《气瓶管理规程》（第三版), whose first sign is cut.
_QUOTED: Final = re.compile(r"([^《》]{2,60})》\s?[（(][^()（）]{1,12}[)）]")
_KIND_BEFORE: Final = re.compile(
    r"^(?:Procedure|Policy|SOP|Instruction|程序|制度)\s?[:：]\s?(?=\S)", re.IGNORECASE
)
_NEWEST: Final = re.compile(
    r"^(?:最新(?:整理|编制|版(?!本))?|精品|【[^】]{1,8}】|[(（][^()（）]{0,6}(?:word|pdf|doc|版)[^()（）]{0,3}[)）])\s?",
    re.IGNORECASE,
)
_SERIES: Final = re.compile(
    rf"^[{_HAN}A-Z0-9:-]{{0,20}}(?:体系|體系)?(?:程序)?文件\s?[:：_]\s?|^\(?程序文件\)?\s?[:：_]?\s?(?=[{_HAN}])",
    re.IGNORECASE,
)
_FILE_END: Final = re.compile(
    r"(?:\.(?:docx?|pdf|txt|wps|xlsx?|rtf|pptx?|html?|ofd|xls|et))+$", re.IGNORECASE
)
_LABEL_IN_NAME: Final = re.compile(
    r"[-_\s]*[(（](?:19|20)\d\d[-./年]\d{1,2}(?:[-./月]\d{1,2}日?)?[)）]$|[-_\s(（\[]*(?:v|ver|rev)\.?\s?\d+(?:\.\d+)*[)）\]]*$|[-_\s(（]+[A-Z]\d{0,2}版?[)）]*$|[-_\s(（]*[A-Z]\d?版[)）]*$",
    re.IGNORECASE,
)


def from_name(name: str) -> str:
    """Return the title that a file name holds, without number, label, noise."""
    stem = _FILE_END.sub("", name.rsplit("/", 1)[-1])
    stem = re.sub(r"^\d{1,3}_", "", stem)
    for _ in range(2):
        stem = _LABEL_IN_NAME.sub("", stem)
    return clean(NUMBER_BEFORE.sub("", stem))


def clean(text: str) -> str:
    """Cut the noise around a title: collection numbers, 范本, download ids (I-8)."""
    title = " ".join(without_readings(text).replace("\u3000", " ").split()).strip(" *#·●■-_—《》<>“”\"'")
    if (quoted := _QUOTED.fullmatch(title)) is not None:
        title = quoted[1]
    for _ in range(3):
        before = title
        title = _HUNG.sub("", title)
        title = _NEWEST.sub("", title)
        title = _KIND_BEFORE.sub("", _CODE_BEHIND.sub("", title))
        shorter = _COLLECTED.sub("", title)
        if len(shorter) >= 4:
            title = shorter
        shorter = _SERIES.sub("", title)
        if len(shorter) >= 4:
            title = shorter
        title = title.strip(" -_—:：.")
        if title == before:
            break
    return re.sub(rf"(?<=[{_HAN}、])\s+(?=[{_HAN}])", "", title)
