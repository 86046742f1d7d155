"""What a text cites: documents, record forms, outside rules, in all their ways of writing (D-6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from docctl.domain.normal_form import normal
from docctl.reading.facts.outline import Clause
from search.folding import fold, without_readings

_HAN: Final = "\u3400-\u9fff"
_QUOTED: Final = re.compile(
    r"《([^《》\n]{2,60})》|<<([^<>\n]{2,60})>>|【([^【】\n]{2,40})】|(?<![A-Za-z/])<([^<>\n/]{2,40})>|〈([^〈〉\n]{2,40})〉"
)
_MARKS: Final = re.compile(r"[“\"]([^”\"\n。,，;；]{2,30})[”\"]")
#: A cited name that is broken by a line end still is one.
_BROKEN: Final = re.compile(r"《([^《》]{2,60})》")
_STANDARD: Final = re.compile(
    r"(?:GB(?:\s?[/\\]\s?[TZ])?|GJB(?:\s?Z)?|ISO(?:\s?/\s?(?:IEC|TS|DIS))?|IEC|IATF|DB\d\d(?:\s?/\s?T)?|JGJ|JB(?:\s?/\s?T)?|YY(?:\s?/\s?T)?|HJ|OHSAS|ASTM|EN|QC\s?/\s?T)\s?[A-Z]?\s?\d{2,5}(?:[.\-–—:：]\s?\d{1,4})*[A-Z]?(?:\s?[-–—:：]\s?(?:19|20)?\d\d)?"
    r"|(?:国务院令|主席令|部令)\s?第\s?\d+\s?号|[一-鿿]{1,6}[〔\[]\s?(?:19|20)\d\d\s?[〕\]]\s?\d{1,4}\s?号"
)
_CODE: Final = re.compile(r"(?<![A-Za-z0-9/_.-])[A-Z]{1,8}(?:[-/_][A-Z0-9.]{1,12}){1,5}(?![A-Za-z0-9/_-])")
_FORM: Final = re.compile(
    r"(?:表|单|單|记录|紀錄|記錄|台账|臺賬|台帳|清单|清單|报告|報告|卡|登记|登記|日报|月报|计划|計劃|通知|通知书|申请|申請|证|簿|册|日记|联络单|一览表|方案|报表|工单|工單|标签|凭证|意见书|意見書|签到|档案|凭单|总结|目录|计划书|名单|回执|处理书|要求单|登记本|本|form|record|list|report|sheet|log|register|checklist)(?:\([^()]{1,10}\))?$",
    re.IGNORECASE,
)
_DOCUMENT: Final = re.compile(
    r"(?:程序|制度|办法|辦法|规定|規定|规程|規程|手册|手冊|细则|規則|规则|规范|規範|准则|準則|标准|標準|指导书|指導書|指引|守则|守則|要求|大纲|预案|文件|流程|章程|条例|條例|法|指南|说明书|procedure|manual|policy|instruction|standard|guide)(?:\([^()]{1,10}\))?$",
    re.IGNORECASE,
)
_LAW: Final = re.compile(
    r"(?:中华人民共和国|國務院|国务院|条例|條例|法(?:\([^()]*\))?$|法律|国家标准|行业标准)"
)
_GENERIC: Final = re.compile(
    r"^(?:相关|相關|有关|有關|各|本|该|該|上述|以上|国家|國家)?(?:程序|制度|文件|规定|规程|标准|法律法规|法规|记录|表格|要求|办法|作业指导书|管理制度|程序文件)$"
)
_FORMS_CHAPTER: Final = re.compile(
    r"(?:相关|相關|质量|質量|有关|形成的?|支持性|附属|体系)?(?:记录|記錄|紀錄|表单|表單|表格|质量记录|附表|记录表格|记录表单|相关表单|报告和记录)(?:表格|表单|清单|文件|目录)?|records?|related records|forms?",
    re.IGNORECASE,
)
_DOCUMENTS_CHAPTER: Final = re.compile(
    r"(?:相关|相關|引用|支持性|参考|參考|依据|有关|相应|关联|規範性引用|规范性引用|支持)(?:性)?(?:文件|标准|資料|资料|程序|制度|支持文件|文件和记录)?(?:和记录|与记录|及记录)?|引用标准|(?:related|reference) (?:documents?|procedures?)|references?",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(
    rf"(?:^|(?<=[\s。;；]))(?:\d{{1,2}}(?:\.0)?|[一二三四五六七八九十]{{1,3}}|第[一二三四五六七八九十]{{1,3}}[章条条])\s?[、.．。:：]?\s?(?P<name>[{_HAN}]{{2,12}}|[A-Za-z ]{{5,30}}?)\s?[:：]?(?=\s|\n|$|[《<\d])",
    re.MULTILINE,
)
_ITEM: Final = re.compile(
    r"(?:^|(?<=[\s。;；]))(?:\d{1,2}\.\d{1,2}(?:\.\d{1,2})?|[(（]?\d{1,2}[)）、]|[a-z][)）.、]|[①-⑳]|[●■◆·•*-])\s?[.、]?\s{0,3}(?P<item>[^\n;；。]{2,60}?)(?=\s*(?:$|[\n;；。]|\s\d{1,2}\.\d{1,2}\s?[^\d\s]))",
    re.MULTILINE,
)
_LEADING_CODE: Final = re.compile(
    r"^(?P<code>[A-Z]{1,8}(?:[-/_.][A-Z0-9.]+)*[-/_]?\d[A-Z0-9./_-]*)\s*[:：]?\s*(?P<name>.*)$"
)
_TRAILING_CODE: Final = re.compile(
    r"^(?P<name>.*?)[\s(（:：]*(?P<code>[A-Z]{1,8}(?:[-/_.][A-Z0-9.]+)*[-/_]\d[A-Z0-9./_-]*)[)）]?$"
)


@dataclass(frozen=True, slots=True)
class Citation:
    """One thing cited: `kind` is document, form, outside, generic; name and number as written, where first.

    `times` counts the places; `chapter` says where it is listed: "documents", "forms" or "" (D-6, D-12).
    """

    kind: str
    name: str
    number: str
    start: int
    end: int
    times: int = 1
    chapter: str = ""
    clause: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the citation as JSON can carry it."""
        return {
            "kind": self.kind,
            "name": self.name,
            "number": self.number,
            "start": self.start,
            "end": self.end,
            "times": self.times,
            "chapter": self.chapter,
            "clause": self.clause,
        }


def find_citations(text: str, own_number: str = "", own_title: str = "") -> tuple[Citation, ...]:
    """Return what is cited, each once, in the order of first mention; the text itself is left out (D-6)."""
    chapters = list(_chapters(text))
    found: dict[str, Citation] = {}
    for start, end, shown in sorted(_mentions(text, chapters)):
        for one in _read(shown, start, end, _chapter_at(chapters, start)):
            key = normal(fold(one.name) or one.number)
            if (
                not key
                or key in {normal(fold(own_title)), normal(own_number)}
                or normal(one.number or "") == normal(own_number) != ""
            ):
                continue
            old = found.get(key)
            if old is None:
                found[key] = one
            else:
                found[key] = Citation(
                    old.kind if old.kind != "generic" else one.kind,
                    old.name,
                    old.number or one.number,
                    old.start,
                    old.end,
                    old.times + (one.start >= old.end),
                    old.chapter or one.chapter,
                )
    return tuple(_without_twins(found))


def _without_twins(found: dict[str, Citation]) -> Iterator[Citation]:
    """Leave out bare numbers that belong to a citation with a name."""
    numbered = {normal(one.number) for one in found.values() if one.name and one.number}
    for one in found.values():
        if one.name or normal(one.number) not in numbered:
            yield one


def _mentions(text: str, chapters: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    taken: list[tuple[int, int]] = []
    for pattern in (_QUOTED, _BROKEN):
        for match in pattern.finditer(text):
            if any(start <= match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            yield match.start(), match.end(), next(group for group in match.groups() if group is not None)
    for match in _MARKS.finditer(text):
        name = fold(match[1])
        if (_FORM.search(name) and len(name) >= 4) or (_DOCUMENT.search(name) and len(name) >= 5):
            taken.append(match.span())
            yield match.start(), match.end(), match[1]
    for match in _STANDARD.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            taken.append(match.span())
            yield match.start(), match.end(), match[0]
    for start, end, kind in chapters:
        for match in _ITEM.finditer(text, start, end):
            shown = match["item"].strip()
            if not any(begin < match.end("item") and match.start("item") < until for begin, until in taken):
                if kind == "forms" or _DOCUMENT.search(fold(shown)) or _LEADING_CODE.match(shown):
                    taken.append(match.span("item"))
                    yield match.start("item"), match.end("item"), shown
    for match in _CODE.finditer(text):
        if re.search(r"\d{2}", match[0]) and not any(start <= match.start() < end for start, end in taken):
            yield match.start(), match.end(), match[0]


def _read(shown: str, start: int, end: int, chapter: str) -> Iterator[Citation]:
    """Class one mention: its number apart from its name, form or document, ours or outside."""
    text = re.sub(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])|[\n\r]", "", " ".join(shown.split())).strip(
        ' 《》<>“”"、,，.:：'
    )
    number = ""
    text = without_readings(text)
    if (match := _STANDARD.match(text)) is not None and match.end() == len(text):
        number, text = match[0], ""
    elif (match := _LEADING_CODE.match(text)) or (match := _TRAILING_CODE.match(text)):
        number, text = match["code"].strip("-/_."), match["name"].strip(" 《》<>:：-_")
    elif (match := _STANDARD.match(text)) is not None:
        number, text = match[0], text[match.end() :].strip(" 《》:：-_")
    folded = fold(text)
    if len(folded) > 40 or (not folded and not number):
        return
    if folded in {"无", "无相关记录", "略"}:
        return
    yield Citation(_kind(folded, number, chapter), text, number, start, end, chapter=chapter)


def _kind(name: str, number: str, chapter: str) -> str:
    if (number and _STANDARD.match(number)) or _LAW.search(name):
        return "outside"
    if name and _GENERIC.match(name):
        return "generic"
    if chapter == "forms" and not re.search(r"(?:程序|制度|办法|规定|手册)$", name):
        return "form"
    if _DOCUMENT.search(name):
        return "document"
    if _FORM.search(name):
        return "form"
    return "document" if chapter == "documents" or (number and not name) else "generic"


def _chapters(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the stretches of the chapters that list documents or records."""
    heads = [(match.start(), match.end(), fold(match["name"]).strip()) for match in _HEAD.finditer(text)]
    for at, (_, behind, name) in enumerate(heads):
        kind = (
            "forms"
            if _FORMS_CHAPTER.fullmatch(name)
            else "documents"
            if _DOCUMENTS_CHAPTER.fullmatch(name)
            else ""
        )
        if kind:
            end = heads[at + 1][0] if at + 1 < len(heads) else len(text)
            yield behind, min(end, behind + 4_000), kind


def _chapter_at(chapters: list[tuple[int, int, str]], offset: int) -> str:
    return next((kind for start, end, kind in chapters if start <= offset < end), "")


def in_clause(citation: Citation, outline: tuple[Clause, ...]) -> str:
    """Return the path of the clause in which something is cited first (D-13)."""
    best = ""
    for clause in outline:
        if clause.start > citation.start:
            break
        best = clause.path
    return best
