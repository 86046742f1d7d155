"""Which words are labels, and of what (I-7): read once from `labels.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from docctl.reading.facts.cells import Cell
from search.folding import fold

#: Sections of the data that are not labels of one value.
_NOT_LABELS: Final = frozenset({"history", "placeholders"})
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
    for match in _pattern().finditer(text):
        if match.start() < at or not _stands_free(text, match, cell):
            continue
        start, end = _own_word(cell, match)
        kinds = list(kinds_of(text[start:end]))
        while (more := _again().match(text, end)) and set(kinds_of(more[1])) & set(kinds):
            end = more.end(1)
        colon = re.compile(r"[\s)\]]{0,3}[:：]").match(text, end)
        fills = not text[:start].strip(" *#·●■") and not text[end:].strip(" .:")
        if colon is None and not fills and not _may_do_without(start, end, cell):
            continue
        at = colon.end() if colon else end
        yield Label(tuple(kinds), start, at, colon is not None, fills)


def _own_word(cell: Cell, match: re.Match[str]) -> tuple[int, int]:
    """Return the label without the end of the value before it: 管理程序 文件编号 is no 程序文件编号."""
    start, end = match.span()
    if not match[0].isascii():
        first, last = cell.source(start, end)
        written = cell.text[first - cell.start : last - cell.start]
        for blank in re.finditer(r"\s+", written):
            word = fold(written[blank.end() :])
            if len(word) >= 4 and kinds_of(word) and match[0].endswith(word):
                return end - len(word), end
    return start, end


def _stands_free(text: str, match: re.Match[str], cell: Cell) -> bool:
    """Say whether a word is one of its own: not the end of a longer one, not a part of English words."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if match[0][0].isascii():
        return not (before.isalnum() and before.isascii()) and not (after.isalnum() and after.isascii())
    if not before or not _is_han(before):
        return True
    if len(match[0]) < 4 and not _signs(match[0]):
        # 合同编号, 工程名称 are of something else; with a blank between, the value before ends there
        first, _ = cell.source(match.start(), match.end())
        return cell.text[first - cell.start - 1 : first - cell.start].isspace()
    # "张伟 审核：" has its blank in the source only; "张伟审核：" is a label because of its colon
    first, _ = cell.source(match.start(), match.end())
    blank = cell.text[first - cell.start - 1 : first - cell.start].isspace()
    return blank or re.match(r"\s{0,3}:", text[match.end() : match.end() + 4]) is not None


def _signs(word: str) -> bool:
    return bool({"prepared", "reviewed", "approved", "countersigned"} & set(kinds_of(word)))


def _may_do_without(start: int, end: int, cell: Cell) -> bool:
    """Say whether a label without a colon is one: it begins the cell or a blank stands before it, and what
    follows is no further Chinese word.
    """
    first, last = cell.source(start, end)
    before, after = cell.text[: first - cell.start], cell.text[last - cell.start :]
    if before and not before[-1].isspace():
        return False
    if re.search("[A-Za-z] $", before) and re.match(
        "[A-Za-z]+$", cell.text[first - cell.start : last - cell.start]
    ):
        return False  # the last word of an English title or unit: Training Policy, Quality Department
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
    # "版本 Rev.B" is a label and its value, "版本 Rev. B" one in two languages
    return re.compile(f"{_BETWEEN}({_any_word()})(?![a-z0-9.])")


def _any_word() -> str:
    words = {
        fold(word).rstrip(". ")
        for kind, section in data().items()
        if kind not in _NOT_LABELS
        for word in section["words"]
    }
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(_loosely(word) for word in longest_first)


def _loosely(word: str) -> str:
    """Let blanks and dots between English words be there or not."""
    pieces = re.split(r"[\s.]+", word)
    end = r"\.?" if word[-1].isascii() and word[-1].isalpha() else ""
    return r"[\s.]{0,3}".join(re.escape(piece) for piece in pieces) + end
