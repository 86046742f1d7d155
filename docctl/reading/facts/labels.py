"""Which words are labels, and of what (I-7): read once from `labels.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from docctl.reading.facts.cells import Cell
from docctl.reading.facts.words import ends_as
from search.folding import fold

#: Sections of the data that are not labels of one value.
_NOT_LABELS: Final = frozenset({"history", "placeholders", "verbs"})
#: Who signs, in the order in which papers are signed, and which of the roles each is.
ROLES: Final = {
    "prepared": "prepared",
    "proofread": "reviewed",
    "reviewed": "reviewed",
    "standardised": "countersigned",
    "countersigned": "countersigned",
    "settled": "approved",
    "approved": "approved",
}
SIGNING: Final = frozenset(ROLES)
#: Behind who signed: 编制（签字）, 编制/日期.
_SUFFIX: Final = re.compile(
    r"\s?\(?(?:签名|签字|签章|盖章|signature)\)?(?:\s?[/|]\s?(?:日期|时间|date))?"
    r"|\s?[/|]\s?(?:日期|时间|date)(?:[\s/]?(?:日期|时间|date))?"
)
_COLON: Final = re.compile(r"[\s)\]]{0,3}[:：]")
_CLOSED: Final = re.compile(r"\s?[)\"]\s?:?")  # all kinds of brackets are folded to one
#: The same word in English behind a Chinese one: 审核(Review)：, 版次 Ed.:.
_GLOSS: Final = re.compile(r"\s?[/(]?\s?[a-z][a-z ./#&-]{1,30}\)?(?=\s{0,2}:)")
#: So much before a word without a colon is a sentence that goes on.
_LONG: Final = 60
#: Between two labels of one thing in two languages: "Document No. 文件编号".
_BETWEEN: Final = r"[\s/|()\[\].·-]{0,4}"


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a folded cell: which facts it may be of, where it stands, whether a colon follows."""

    kinds: tuple[str, ...]
    start: int
    end: int
    has_colon: bool
    fills: bool

    def is_of(self, kind: str) -> bool:
        """Say whether this may be a label of such a fact."""
        return kind in self.kinds


@cache
def data() -> Mapping[str, Any]:
    """Return the words of labels, headings and placeholders."""
    return tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))


@cache
def kinds_of(word: str) -> tuple[str, ...]:
    """Return what a folded word is a label of; nothing for any other word."""
    return _known().get(_bare(word), ())


def labels_in(cell: Cell) -> Iterator[Label]:
    """Yield the labels of a cell in their order, those in two languages as one."""
    text = cell.folded.text
    at = 0
    search = 0
    while (match := _pattern().search(text, search)) is not None:
        start, end = _own_word(cell, match)
        if start > match.start() and (longer := _pattern().match(text, start)) is not None:
            end = max(end, longer.end())  # 程序文件  版本/修订 is no 文件版本
        search = max(match.end(), end)
        if start < at:
            continue
        if not _stands_free(text, start, end, cell):
            search = match.start() + 1  # the 复审 of 严复 审核 hides a label
            continue
        kinds = list(kinds_of(text[start:end]))
        while (more := _again().match(text, end)) and _goes_on(cell, more, kinds):
            end = more.end(1)
        if SIGNING & set(kinds) and (suffix := _SUFFIX.match(text, end)):
            end = suffix.end()
        if not text[start].isascii() and (gloss := _GLOSS.match(text, end)):
            end = gloss.end()
        colon = _COLON.match(text, end) or _closed(text, start, end)
        fills = not text[:start].strip(" *#·●■") and not text[end:].strip(" .:")
        if colon is None and _is_verb(text[start:end]) and not (fills and cell.is_in_table):
            continue
        if colon is None and not fills and not _may_do_without(start, end, cell):
            continue
        at = colon.end() if colon else end
        yield Label(tuple(kinds), start, at, colon is not None, fills)


@cache
def _is_verb(word: str) -> bool:
    return _bare(word) in {_bare(fold(one)) for one in data()["verbs"]["words"]}


def _goes_on(cell: Cell, more: re.Match[str], kinds: list[str]) -> bool:
    """Say whether a label goes on in another language: 版本 Rev. B does, 版本 Rev.B is label and value."""
    if not _meanings(kinds_of(more[1])) & _meanings(kinds):
        return False
    following = more.string[more.end(1) : more.end(1) + 1]
    if not more[1][-1:].isascii() or not (following.isascii() and following.isalnum()):
        return True
    _, behind = cell.source(more.start(1), more.end(1))
    return cell.text[behind - cell.start : behind - cell.start + 1].isspace()


def _meanings(kinds: Iterable[str]) -> set[str]:
    return {ROLES.get(kind, kind) for kind in kinds}


def _closed(text: str, start: int, end: int) -> re.Match[str] | None:
    """Return the bracket that closes around a label, 【文件编号】, which is as good as a colon."""
    opened = re.search(r"[(\"]\s?$", text[max(0, start - 2) : start])
    return _CLOSED.match(text, end) if opened else None


def _own_word(cell: Cell, match: re.Match[str]) -> tuple[int, int]:
    """Return the label without the end of the value before it: 管理程序 文件编号 is no 程序文件编号."""
    start, end = match.span()
    if not match[0].isascii():
        first, last = cell.source(start, end)
        written = cell.text[first - cell.start : last - cell.start]
        for blank in re.finditer(r"\s+", written):
            word = fold(written[blank.end() :])
            if kinds_of(word) and _is_han(match.string[start - 1 : start] or " ") and _ends_word(cell, first):
                return end - len(word), end  # 非受控  编号 is no 受控编号
            is_title = len(word) >= 2 and ends_as("strict_titles", fold(written[: blank.start()]))
            if (len(word) >= 4 or is_title) and kinds_of(word) and match[0].endswith(word):
                return end - len(word), end
    return start, end


def _ends_word(cell: Cell, at: int) -> bool:
    """Say whether what stands there is the end of a longer word: no blank before it."""
    return not cell.text[at - cell.start - 1 : at - cell.start].isspace()


def _stands_free(text: str, start: int, end: int, cell: Cell) -> bool:
    """Say whether a word is one of its own: not the end of a longer one, not a part of English words."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if text[start].isascii():
        _, behind = cell.source(start, end)
        # "Rev. D" has its blank in the source only
        is_cut = text[end - 1] == "." and cell.text[behind - cell.start : behind - cell.start + 1].isspace()
        is_cut = is_cut and "number" not in kinds_of(text[start:end])  # nor is No. 5 a document's
        return not (before.isalnum() and before.isascii()) and (
            is_cut or not (after.isalnum() and after.isascii())
        )
    if not before or not _is_han(before):
        return True
    # "张伟 审核：" has its blank in the source only
    first, _ = cell.source(start, end)
    if cell.text[first - cell.start - 1 : first - cell.start].isspace():
        return True
    # "张伟审核：" is a label because of its colon; 合同编号：, 工程名称： are of something else
    word = text[start:end]
    is_signed = bool(SIGNING & set(kinds_of(word))) and not _is_verb(word)
    return (len(word) >= 4 or is_signed) and _COLON.match(text, end) is not None


def _may_do_without(start: int, end: int, cell: Cell) -> bool:
    """Say whether a label without a colon is one: it begins the cell or a blank stands before it, and what
    follows is no further Chinese word.
    """
    first, last = cell.source(start, end)
    before, after = cell.text[: first - cell.start], cell.text[last - cell.start :]
    if before and not before[-1].isspace():
        return False
    if re.search("[A-Za-z] $", before) and re.match(
        "[A-Za-z]+[.]?$", cell.text[first - cell.start : last - cell.start]
    ):
        return False  # the last word of an English title or unit: Training Policy, Quality Department
    if (
        cell.text[first - cell.start].islower()
        and len(before) > _LONG
        and not re.search(r"\s{2}$|\u3000$", before)
    ):
        return False  # in the middle of a sentence: a rule in force from 1 September 2023
    following = after.lstrip()
    if not following:
        return True
    return not _is_han(following[0]) if len(after) == len(following) else True


def _is_han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


def _bare(word: str) -> str:
    return re.sub(r"[\s.:]+", "", word)


@cache
def _known() -> Mapping[str, tuple[str, ...]]:
    known: dict[str, dict[str, None]] = {}
    for kind, section in data().items():
        if kind not in _NOT_LABELS:
            for word in section["words"]:
                known.setdefault(_bare(fold(word)), {})[kind] = None
    return {word: tuple(kinds) for word, kinds in known.items()}


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(_any_word())


@cache
def _again() -> re.Pattern[str]:
    return re.compile(f"{_BETWEEN}({_any_word()})")


def _any_word() -> str:
    words = {
        fold(word).rstrip(". ")
        for kind, section in data().items()
        if kind not in _NOT_LABELS
        for word in section["words"]
    }
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    # by their first sign, so that where none of them begins none is tried
    groups: dict[str, list[str]] = {}
    for word in longest_first:
        groups.setdefault(word[0], []).append(_loosely(word).removeprefix(re.escape(word[0])))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rests)})" for first, rests in sorted(groups.items()))


def _loosely(word: str) -> str:
    """Let blanks and dots between English words be there or not."""
    pieces = re.split(r"[\s.]+", word)
    end = r"\.?" if word[-1].isascii() and word[-1].isalpha() else ""
    return r"[\s.]{0,3}".join(re.escape(piece) for piece in pieces) + end
