"""What counts as the same text to somebody who searches: script, width, case, readings, blanks
(S-2, S-5).
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, starmap
from typing import Final, overload

from opencc import OpenCC

#: Characters that run on without blanks: Han and what is written among it.
CJK: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
#: Letters and digits of scripts that put blanks between words, as the inside of a regex class. What most
#: texts are made of is asked for first: classes with categories are gone through in their order.
WORD: Final = rf"^\u4e00-\u9fff\W_{CJK}"

#: Blanks that say nothing: all but one between two words of a script that uses blanks. Begins with what it
#: looks for, so that a text is searched for blanks instead of tried at each character.
_SPARE_BLANKS: Final = re.compile(f" (?:(?<![{WORD}] ) *+| *+(?![{WORD}]))")
_HAN: Final = re.compile(f"[{CJK}]")
_READING: Final = re.compile(
    r"[(\uff08\ufe59]([\sa-zɑɡüêāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿếề\u0300-\u030c]{1,12})[)\uff09\ufe5a]"
)
#: So many blanks may stand between a character and its reading.
_MOST_BLANKS: Final = 4
_TONE: Final = re.compile("[\u0300\u0301\u0304\u030c]")
_SYLLABLE: Final = re.compile(
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui"
    "|un|uo|ve|[aeiouv]|n|ng|m)"
)
#: Unstressed characters have readings without a tone mark; only these, so that (le) stays
#: elsewhere.
_TONELESS: Final = {"de": "的得地", "le": "了", "me": "麼么麽", "men": "們们", "zhe": "著着"}


class _Table(dict[int, str]):
    """One character to its folded form, worked out when first met."""

    def __init__(self) -> None:
        """Know no character yet."""
        self.uneven: set[str] = set()  # those met that fold to none or to several characters

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(folded) != 1:
            self.uneven.add(chr(code))
        self[code] = folded
        return folded


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text that knows where in its source each of its characters stood (S-5)."""

    text: str
    origins: Sequence[int]
    source_length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the source behind `text[start:end]`, readings inside included."""
        first = self.origins[start] if start < len(self.origins) else self.source_length
        return first, self.origins[end - 1] + 1 if end > start else first


def fold(text: str) -> str:
    """Fold `text` so that what is searched alike becomes one string (S-2, S-5)."""
    if not text.isascii():
        text = _without(text, _readings(text))
    text = text.translate(_TABLE)
    return _SPARE_BLANKS.sub("", text)


def fold_mapped(text: str) -> Folded:
    """Fold `text` and keep the way back, so that a hit can be marked in the original (S-3)."""
    gaps = _readings(text)
    kept = _without(text, gaps)
    loose = kept.translate(_TABLE)
    origins: Sequence[int] = _without(range(len(text)), gaps)
    if not _TABLE.uneven.isdisjoint(kept):
        letters = map(_TABLE.__getitem__, map(ord, kept))
        origins = [at for at, folded in zip(origins, letters, strict=True) for _ in folded]
    spare = [blank.span() for blank in _SPARE_BLANKS.finditer(loose)]
    return Folded(_without(loose, spare), _without(origins, spare), source_length=len(text))


def without_readings(text: str) -> str:
    """Return the text without readings in brackets after its characters, all else as it is (S-2)."""
    return text if text.isascii() else _without(text, _readings(text))


def fingerprint() -> str:
    """Return what identifies the fold: an index made with another one must be made again (S-5)."""
    sample = "".join(map(chr, (*range(0x2E80, 0x2FE0), *range(0x3400, 0xA000))))
    stuff = sample.translate(_TABLE) + _variants_text()
    return hashlib.sha256(stuff.encode()).hexdigest()[:16]


def _readings(text: str) -> list[tuple[int, int]]:
    """Find readings in brackets after one Han character, broken by line ends or not (S-2)."""
    found = []
    for match in _READING.finditer(text):
        start = match.start()
        while start and match.start() - start < _MOST_BLANKS and text[start - 1].isspace():
            start -= 1
        before = text[start - 1 : start]
        if before and _HAN.match(before) and _is_reading(match[1], of=before):
            found.append((start, match.end()))
    return found


def _is_reading(bracketed: str, *, of: str) -> bool:
    marked = unicodedata.normalize("NFD", "".join(bracketed.split()))
    plain = "".join(_TABLE[ord(letter)] for letter in marked)
    if _TONE.search(marked):
        return _SYLLABLE.fullmatch(plain) is not None
    return of in _TONELESS.get(plain, "")


@overload
def _without(whole: str, gaps: list[tuple[int, int]]) -> str: ...
@overload
def _without(whole: Sequence[int], gaps: list[tuple[int, int]]) -> Sequence[int]: ...
def _without(whole: str | Sequence[int], gaps: list[tuple[int, int]]) -> str | Sequence[int]:
    if not gaps:
        return whole
    edges = [0, *(edge for gap in gaps for edge in gap), len(whole)]
    kept = list(starmap(slice, zip(edges[::2], edges[1::2], strict=True)))
    if isinstance(whole, str):
        return "".join([whole[part] for part in kept])
    return list(chain.from_iterable(whole[part] for part in kept))


def _fold_character(character: str) -> str:
    """Fold one character to none, one, or for forms such as ⑴ several (S-5)."""
    folded = character
    for _ in range(4):  # variants build on each other; four rounds settle all of Unicode
        following = "".join(map(_fold_once, unicodedata.normalize("NFKC", folded).lower()))
        if following == folded:
            break
        folded = following
    return folded


def _fold_once(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs"} or (category == "Mn" and not _HAN.match(character)):
        return ""  # controls, half characters, marks and variation selectors: nobody types them
    if category == "Pd":
        return "-"
    base = unicodedata.normalize("NFD", character)
    if len(base) > 1 and base[0].isascii():
        character = base[0]
    if _HAN.match(character):
        character = _converter().convert(character)
    return _variants().get(character, character)


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@cache
def _variants_text() -> str:
    return files("search").joinpath("variants.txt").read_text(encoding="utf-8")


@cache
def _variants() -> dict[str, str]:
    lines = (line for line in _variants_text().splitlines() if line and not line.startswith("#"))
    return {form: line[0] for line in lines for form in line[2:]}


_TABLE: Final = _Table()
