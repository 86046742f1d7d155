"""Facts that no label says: a number or a revision beside the title or in the file's name, a stamp (I-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from docctl.domain import labels as revision_labels
from docctl.reading.facts import values
from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.found import SURE, Found
from docctl.reading.facts.words import ends_as
from search.folding import fold

#: A code that is a document's number though nothing says so: letters, digits, signs between.
_CODE: Final = re.compile(r"(?<![A-Za-z0-9/_-])[A-Z]{1,8}(?:[-/_.][A-Z0-9.]{1,12}){1,5}(?![A-Za-z0-9/_-])")
#: Hung on a number in a file's name: WI-SMT-023_V2.
_VERSION_BEHIND: Final = re.compile(r"[-_.](?:V|VER|REV)\.?\d{1,2}(?:\.\d{1,2})*$", re.IGNORECASE)
#: Standards, laws, download ids: cited, not the text's own number.
_OUTSIDE: Final = re.compile(
    r"^(?:ISO|IEC|GB|GBT|GJB|GJBC|IATF|TS|DB|JB|QS|OHSAS|SA|AS|EN|ASTM|HACCP|BS|DIN|JIS|YY|HB|HG|SJ|MIL"
    r"|RoHS|WEEE|VDA)(?:\s?/\s?(?:T|Z|IEC|TS))?[-_./\s]?(?:\d|T\s?\d)",
    re.IGNORECASE,
)
#: Before a code of something else: behind a colon it is what that label says, which is none of ours.
_NOT_OWN: Final = re.compile(r"(?:[:：]|代替|替代|取代|supersedes|replaces)\s{0,3}$", re.IGNORECASE)
_STAMP: Final = re.compile(
    r"(非受控|不受控|受控|管制|(?:un)?controlled(?= (?:copy|document)\b))"
    r"(?:文件|副本|本|版本| copy| document)?"
    r"(?:\s{1,4}no\.?\s?:?\s?[a-z0-9-]{1,8})?"
    r"(?:[\s,;!。]*(?:禁止|严禁|不得|请勿|未经).{1,12})?"
)
_LABEL_IN_NAME: Final = re.compile(
    r"(?:^|[-_\s(（\[第》])(?P<label>(?:V|Ver|Rev)\.?\s?\d{1,2}(?:\.\d{1,2}){0,2}|[A-Z][/-]?\d{0,2}版?|第?\d{1,2}版)(?=[)）\]\s_.-]|$)",
    re.IGNORECASE,
)
_BARE_LABEL: Final = re.compile(
    r"第\s?[0-9一二三四五六七八九十A-Z]{1,2}\s?版|[A-Z]\s?/\s?\d{1,2}版?|[A-Z]版|[(（][A-Z]/\d{1,2}版?[)）]|V\d{1,2}\.\d{1,2}(?:[(（](?:草稿|草案|征求意见稿|送审稿|draft)[)）])?"
    r"|[(（](?:第\s?[0-9一二三四五六七八九十]{1,2}\s?版|V\d{1,2}\.\d{1,2}\s?版?)[)）]"
)
_WHOLE_LABEL: Final = re.compile(
    r"(?:第\s?[0-9一二三四五六七八九十A-Z]{1,2}|(?<=[(（])\s?[A-Z0-9])\s?版[\s,，/]*第\s?[0-9一二三四五六七八九十]{1,2}\s?次(?:修改|修订|修訂|更改)"
)
_LABEL_AFTER_TITLE: Final = re.compile(
    r"(?:程序|制度|办法|规定|规程|方案|手册|计划|指引|流程|细则|规范|标准|预案)》?\s?[(（]?"
    r"(?P<label>V\d{1,2}(?:\.\d{1,2}){1,2}|[A-Z][/]?\d?版|(?<=[(（])第[0-9一二三四五六七八九十]{1,2}版)[)）]?(?![A-Za-z0-9])",
    re.IGNORECASE,
)


#: _Rev B1: what stands behind the word.
_REV_IN_NAME: Final = re.compile(
    r"(?:^|[-_\s])Rev[. ]\s?(?P<label>[A-Z]\d{0,2})(?=$|[)_\s.-])", re.IGNORECASE
)


#: At the foot of a form, between blanks: Rev.B, A/0, V1.2.
_FOOT_LABEL: Final = re.compile(
    r"(?:(?<=\s)|(?<=\u3000))(?:"
    r"(?:Rev|Ver)\.?\s?(?P<label>[A-Z0-9]{1,2}(?:[./]\d{1,2})?)|(?P<whole>[A-Z]/\d{1,2}))"
    r"(?=\s|$)",
    re.IGNORECASE,
)


def label_beside_title(sheet: Sheet) -> Found | None:
    match = _LABEL_AFTER_TITLE.search(sheet.text[: sheet.top])
    if match is not None:
        return Found(match["label"], match["label"], *match.span("label"), "line", SURE["line"])
    bare = {  # A/0 on a line of its own; a list of documents has several
        text: sheet.text.index(text, cell.start)
        for cell in reversed(sheet.cells)
        if cell.zone in {"header", "top", "box"} and (text := _bare_label(sheet, cell))
    }
    if len(bare) != 1:
        return None
    ((shown, start),) = bare.items()
    value = re.sub(r"^[(（]|[)）]$" if shown[0] in "(（" else r"\s+", "", re.sub(r"\s+", "", shown))
    value = re.sub(r"\s+|[(（](?:草|征|送|draft).*", "", value)
    return Found(value, shown, start, start + len(shown), "line", SURE["line"] - 10)


def _bare_label(sheet: Sheet, cell: Cell) -> str:
    """Return the label that a cell holds, alone or beside a number: LT-QP-09  A/0."""
    text = cell.text
    if cell.is_in_table and (parted := _WHOLE_LABEL.match(sheet.text[: cell.start + 40], cell.start)):
        return parted[0]  # 第 A 版 and 第 0 次修订 in two cells
    if _BARE_LABEL.fullmatch(text.strip()):
        return text.strip()
    if (whole := _WHOLE_LABEL.search(text[:80])) is not None:
        return whole[0]
    pieces = re.split(r"\s{2,}|(?<=\d)\s(?=[A-Z]\s?/\s?\d)", text.strip())
    labels = [one for one in pieces if _BARE_LABEL.fullmatch(one)]
    others = [one for one in pieces if one not in labels]
    return (
        labels[0]
        if len(labels) == 1
        and (
            cell.zone == "header"
            or all(_CODE.fullmatch(one) or ends_as("units", fold(one)) for one in others)
        )
        else ""
    )


def label_in_name(name: str) -> Found | None:
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.rsplit("/", 1)[-1])
    if (rev := _REV_IN_NAME.search(stem)) is not None:
        return Found(rev["label"], rev["label"], -1, -1, "name", SURE["name"])
    for match in _LABEL_IN_NAME.finditer(stem):
        label = match["label"]
        if (
            re.search(r"\d|版", label)
            and revision_labels.read(label) is not None
            and re.match(r"v|r|第|[A-Z][/-]?\d?版", label, re.IGNORECASE)
        ):
            return Found(label, label, -1, -1, "name", SURE["name"])
    return None


def bare_number(sheet: Sheet, name: str) -> Found | None:
    """Take a code of the header, or of the file's name, if there is exactly one (I-1)."""
    found: dict[str, Found] = {}
    for cell in sheet.cells:
        if cell.zone in {"header", "top", "box"}:
            for shown, start in _codes_of(cell):
                end = start + len(shown)
                found.setdefault(shown, Found(shown, shown, start, end, "line", SURE["line"] - 10))
    if len(found) == 1:
        return next(iter(found.values()))
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.rsplit("/", 1)[-1])
    stem = re.sub("_(?=[A-Za-z][a-z])", " ", stem)
    own = [
        _VERSION_BEHIND.sub("", match[0]).rstrip("._-") for match in _CODE.finditer(stem) if _is_own(match[0])
    ]
    if len(own) == 1 and (not found or own[0] in found):
        return found.get(own[0]) or Found(own[0], own[0], -1, -1, "name", SURE["name"])
    return None


def form_foot(sheet: Sheet) -> tuple[Found | None, Found | None]:
    """Return number and label at the foot of a form: CY-QR-042  Rev.B  保存期三年 (N-4)."""
    for cell in sheet.cells:
        codes = list(_codes_of(cell)) if cell.zone == "footer" and len(cell.text) <= 80 else []
        if len(codes) == 1:
            shown, start = codes[0]
            number = Found(shown, shown, start, start + len(shown), "page_header", SURE["line"])
            label = _FOOT_LABEL.search(cell.text)
            if label is None:
                return number, None
            shown = label["label"] or label["whole"]
            first, last = (cell.start + at for at in label.span("label" if label["label"] else "whole"))
            return number, Found(shown, shown, first, last, "page_header", SURE["line"])
    return None, None


def _codes_of(cell: Cell) -> Iterator[tuple[str, int]]:
    """Yield the codes of a cell that may be numbers of the document; one may fill it: 安环〔2021〕18号."""
    text = cell.text.strip()
    is_short = len(text) <= 40 and re.match("根据|依据|按照|参照|根據|依據|参见|原|代替|取代", text) is None
    whole = values.read("number", text) if is_short else None
    if whole is not None and whole.end == len(text) and re.search(r"[〔\[（(][12]\d{3}|[A-Z]{1,8}[-/]", text):
        text = text[whole.start :]  # No. OP-21
        if _OUTSIDE.match(text) is None and _BARE_LABEL.fullmatch(text) is None:
            yield text, cell.start + cell.text.index(text)
        return
    for match in _CODE.finditer(cell.text[:600]):
        if _is_own(match[0]) and not _NOT_OWN.search(cell.text[: match.start()]):
            yield match[0], cell.start + match.start()


def _is_own(code: str) -> bool:
    return (
        _OUTSIDE.match(code) is None
        and re.search(r"\d{2}", code) is not None
        and re.search(r"[A-Z]{2}", code) is not None
        and not re.search(r"[A-Z]\d+[A-Z]-[A-Z]\d", code)
    )


def stamped(sheet: Sheet) -> Found | None:
    for cell in sheet.cells:
        text = cell.text.strip()
        if (answer := _answered(sheet, cell)) is not None:
            return answer
        if (
            cell.zone in {"header", "top", "box", "footer"}
            and len(text) <= 24
            and (match := _STAMP.fullmatch(fold(text)))
        ):
            start = cell.start + cell.text.index(text)
            value = "yes" if match[1] in {"受控", "管制", "controlled"} else "no"
            return Found(value, text, start, start + len(text), "line", SURE["line"])
    return None


def _answered(sheet: Sheet, cell: Cell) -> Found | None:
    """Return what the next cell says to a cell that says 受控 alone: □是 ☑否."""
    beside = sheet.right_of(cell)
    if cell.zone not in {"header", "top", "box"} or beside is None or fold(cell.text.strip()) != "受控":
        return None
    value = values.read("status", beside.text)
    if value is None:
        return None
    start, end = beside.start + value.start, beside.start + value.end
    return Found(value.value, sheet.text[start:end], start, end, "table", SURE["table"])
