"""Labelled facts of page headers, header tables, covers and first lines (I-1, I-5, I-7, I-10)."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from docctl.reading.facts import dates, runs, values
from docctl.reading.facts.cells import Cell, Sheet
from docctl.reading.facts.found import SURE, Finding, Found, Signer
from docctl.reading.facts.labels import SIGNING, Label, labels_in
from docctl.reading.facts.neighbours import places
from docctl.reading.facts.placeholders import is_placeholder
from docctl.reading.facts.signing import signers_of
from search.folding import fold

_DAY_OF: Final = {"prepared": "prepared_on", "reviewed": "reviewed_on", "approved": "approved_on"}
_DAYS: Final = frozenset({"effective", "issued", "made_on", "date", *_DAY_OF.values()})
#: Zones in which labels are believed, and how a value found there is sourced.
_SOURCES: Final = {
    "header": "page_header",
    "box": "cover",
    "top": "label",
    "footer": "page_header",
    "tail": "text",
}
#: What the last lines of a text may say of it, behind a colon.
_AT_THE_END: Final = frozenset({"effective", "issued", "department"})
_LAST_WORDS: Final = SIGNING | _AT_THE_END | {"date", *_DAY_OF.values()}
#: A day in the last lines is the text's where it begins its line: 本标准2020年9月1日发布.
_OF_ITSELF: Final = re.compile(r"\s*(?:本[\u3400-\u9fff]{2,4}(?<![自从從于於]))?\s*[12二]")
#: "2016.7.5 实施日期：" is a date and the next label.
_NO_LABEL: Final = r"(?!\s?(?:日|时间|者|人|部门|单位|date|from|:))"
#: What follows a date and says what it is of: 发布, 实施.
_ISSUED: Final = re.compile(rf"\s?(?:发布|颁布|发行|印发|公布|is\b|iss\b|issued?\b|released?\b){_NO_LABEL}")
_EFFECTIVE: Final = re.compile(
    r"\s?(?:起\s?)?(?:(?:公布|发布|颁布|公告)\s?)?"
    rf"(?:生效|实施|施行|执行|启用|ef\b|eff\b|effective\b|in force\b){_NO_LABEL}"
)
#: Before a day of what is cited: 《学校食品安全规定》（2019年4月1日起施行）.
_OF_CITED: Final = re.compile(r"[》」”][ \u3000]?[（(][^（）()]{0,30}$")
_IS_HAN: Final = re.compile("[\u3400-\u9fff]")
_SINCE: Final = frozenset("自从從于於")
_ORDINALS: Final = frozenset({"序号", "序", "项次", "项目", "no", "item", "s/n"})
_WANTED: Final = ("number", "revision", "effective", "prepared", "reviewed", "approved", "title")


@dataclass
class Read:
    """What the labels gave: candidates by kind, best first after `settle`, signers, what was empty."""

    candidates: dict[str, list[Found]] = field(default_factory=dict)
    signers: list[Signer] = field(default_factory=list)
    empty: dict[str, Found] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def best(self, kind: str) -> Found | None:
        """Return the surest fact of a kind."""
        return min(self.candidates.get(kind, ()), key=lambda one: (-one.confidence, one.start), default=None)

    def add(self, kind: str, found: Found) -> None:
        """Note a candidate."""
        self.candidates.setdefault(kind, []).append(found)


def read_header(sheet: Sheet, without: Set[int] = frozenset()) -> Read:
    """Read all labelled facts but those in rows `without`; empty ones become findings (I-5)."""
    read = Read()
    for cell in sheet.cells:
        if cell.zone not in _SOURCES or cell.row in without or _heads_list(sheet, cell):
            continue
        _read_cell(sheet, cell, read)
        if cell.zone != "tail" or (_begins_line(sheet, cell) and _OF_ITSELF.match(cell.text)):
            _read_dates_before(cell, read)
    _note_missing(read)
    return read


def _heads_list(sheet: Sheet, cell: Cell) -> bool:
    """Say whether a cell heads a column of a numbered list: what stands beside it is no value."""
    return cell.columns > 2 and sheet.first(cell.row).folded.text.strip(" .:") in _ORDINALS


def _read_cell(sheet: Sheet, cell: Cell, read: Read) -> None:
    found = list(labels_in(cell))
    at = 0
    while at < len(found):
        run = runs.run_at(cell, found, at)
        following = found[at + len(run)] if at + len(run) < len(found) else None
        if len(run) == 1 or not _read_run(sheet, cell, run, following, read):
            is_last_ones = len(run) < 2 or not any(runs.are_alike(run[-1], one) for one in run[:-1])
            for label, after in zip(run, [*run[1:], following], strict=True):
                # what stands behind 编制 审核 批准 is not known to be the last one's
                _read_label(sheet, cell, label, after if is_last_ones else label, read)
        at += len(run)


def _read_run(sheet: Sheet, cell: Cell, run: list[Label], following: Label | None, read: Read) -> bool:
    """Read labels that stand side by side, with their values in the same order behind or below them."""
    for start, text in runs.places(sheet, cell, run, following):
        values_found = runs.values_of(run, text)
        if values_found is None:
            continue
        source = _source(cell, sure=False)
        for label, kind, value in values_found:
            if kind and (cell.zone != "tail" or kind in SIGNING):
                shown = text[value.start : value.end]
                confidence = _confidence(source, label, sure=False)
                found = Found(value.value, shown, start + value.start, start + value.end, source, confidence)
                _note(sheet, cell, kind, found, "", read)
        return True
    return False


def _note(sheet: Sheet, cell: Cell, kind: str, found: Found, rest: str, read: Read) -> None:
    if kind in SIGNING:
        read.signers += signers_of(sheet, cell, kind, found, rest)
    else:
        read.add(kind, found)


def _read_label(sheet: Sheet, cell: Cell, label: Label, following: Label | None, read: Read) -> None:
    for kind in label.kinds:
        if values.can_read(kind) and (
            cell.zone != "tail" or kind in SIGNING or _may_end(sheet, cell, label, kind)
        ):
            _read_kind(sheet, cell, label, following, kind, read)


def _begins_line(sheet: Sheet, cell: Cell) -> bool:
    return sheet.text[max(0, cell.start - 1) : cell.start] in {"", "\n", "\f"}


def _may_end(sheet: Sheet, cell: Cell, label: Label, kind: str) -> bool:
    """Say whether a label of the last lines is believed: its line begins with one, and says nothing else."""
    if kind not in _AT_THE_END or not label.has_colon or not _begins_line(sheet, cell):
        return False
    word = cell.folded.text[label.start : label.end].strip(" :")
    others = list(labels_in(cell))
    is_own = not cell.folded.text[: others[0].start].strip() and all(
        set(one.kinds) & _LAST_WORDS for one in others
    )
    return is_own and (len(word) >= 4 or kind != "department")


def _read_kind(
    sheet: Sheet, cell: Cell, label: Label, following: Label | None, kind: str, read: Read
) -> None:
    shown = ""
    for start, text, sure in places(sheet, cell, label, following):
        value = values.read(kind, text)
        if value is None and kind in _DAYS and following is None and cell.column == cell.columns - 1:
            value = _over_the_line(sheet, start, start + len(text))
        if value is not None and kind == "number" and _counts_copies(cell, label, value.value):
            return
        if value is not None:
            source = _source(cell, sure)
            first, last = start + value.start, start + value.end
            confidence = _confidence(source, label, sure)
            found = Found(value.value, sheet.text[first:last], first, last, source, confidence)
            _note(sheet, cell, kind, found, text[value.end :], read)
            return
        if text.strip():
            shown = shown or text.strip().split()[0][:20]
            if is_placeholder(text):
                break
    first, last = cell.source(label.start, label.end)
    read.empty.setdefault(kind, Found("", shown, first, last, _source(cell, sure=True), 0))


def _counts_copies(cell: Cell, label: Label, value: str) -> bool:
    """Say whether a number counts the filled-in sheets of a form: NO：2023001."""
    word = cell.folded.text[label.start : label.end]
    return value.isdigit() and word.strip(" .:") == "no"


def _over_the_line(sheet: Sheet, start: int, end: int) -> values.Value | None:
    """Read a day that goes on in the next line: 2016年7月 / 5日; a clause's number is none."""
    value = values.read("date", sheet.text[start : end + 12])
    if value is None:
        return None
    last = start + value.end
    is_whole = sheet.text[last - 1] in "日号號" or sheet.text[last : last + 1] in {"", "\n"}
    return value if is_whole else None


def _source(cell: Cell, sure: bool) -> str:
    source = _SOURCES[cell.zone]
    if source == "label" and cell.is_in_table:
        source = "table"
    return source if sure or source == "page_header" else "line"


def _confidence(source: str, label: Label, sure: bool) -> int:
    return SURE[source] - (0 if label.has_colon or label.fills else 10) - (0 if sure else 5)


def _read_dates_before(cell: Cell, read: Read) -> None:
    """Read dates that stand before what they are of: 2014-04-05发布, 2021年1月20日 生效."""
    for one in dates.all_dates(cell.text[:2_000]):
        if cell.text[: one.start].rstrip()[-1:] in _SINCE:
            continue  # a sentence says whose day that is
        if _OF_CITED.search(cell.text, 0, one.start):
            continue
        behind = fold(cell.text[one.end : one.end + 16])
        for kind, pattern in (("issued", _ISSUED), ("effective", _EFFECTIVE)):
            said = pattern.match(behind)
            if said and not (cell.zone == "tail" and _IS_HAN.match(behind, said.end())):
                start, end = cell.start + one.start, cell.start + one.end
                shown = cell.text[one.start : one.end]
                source = _source(cell, sure=True)
                read.add(kind, Found(one.day.isoformat(), shown, start, end, source, SURE[source]))


def _note_missing(read: Read) -> None:
    """Say which labels had nothing behind them; the next label is never read as a value (I-5)."""
    have = {one.role for one in read.signers} | {kind for kind, found in read.candidates.items() if found}
    for kind in _WANTED:
        if kind in read.empty and kind not in have:
            at = read.empty[kind]
            code = "placeholder" if at.shown else "nothing_behind_label"
            params = {"field": kind, "shown": at.shown} if at.shown else {"field": kind}
            read.findings.append(Finding("I-5", code, params, at.start, at.end))
