"""What an engine indexes of a text: pairs of characters for exact search, words for word search
(S-2).

Nothing here knows an engine. The same pairs and words go into every index and every query, so
engines that
can look up a term, a beginning and a row of terms find the same things.
"""

import re
import sys
from array import array
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

import snowballstemmer  # type: ignore[import-untyped]

from search.folding import CJK, WORD, fingerprint, fold

#: Goes up with every change of what is indexed; an index made by another number is made again.
ANALYSIS: Final = f"3-{fingerprint()}"

#: Longer words are found by their first letters; an index term has to end somewhere.
LONGEST: Final = 40
#: Stands for the blank between two words inside a pair; terms are separated by real blanks. A control, so
#: that no folded text holds it.
BLANK: Final = "\x02"

#: A word, or a number with its separators; a blank joins letters to the digits that follow: ISO
#: 9001.
_RUN: Final = re.compile(rf"[{WORD}]+(?:(?:[-/._·:]|(?<![\W\d_]) (?=\d))[{WORD}]+)*")
_PIECE: Final = re.compile(rf"\d+|[^\W\d_{CJK}]+")
_STEMMED: Final = re.compile("[a-z]{3,40}")
_STEM: Final = "="
#: Terms are kept of runs up to this length: a file without blanks is one run of megabytes.
_KEPT: Final = 100
#: A character as a number of four bytes, in an array and as an encoding.
_CODE: Final = "I"
_CODES: Final = f"utf-32-{sys.byteorder[0]}e"

_stemmer: Final = snowballstemmer.stemmer("english")


def pairs(folded: str) -> str:
    """Return one term per character, it and the next, the last one alone, parted by blanks.

    A row of such terms is in the index exactly where the text is, across words, scripts and
    punctuation (S-2).
    """
    if not folded:
        return ""
    # As numbers in an array, which are laid in rows at once: joined as strings this took ten times as long.
    letters = array(_CODE, folded.replace(" ", BLANK).encode(_CODES, "surrogatepass"))
    made = array(_CODE, [ord(" ")]) * (3 * len(letters) - 1)
    made[0::3] = letters
    made[1:-1:3] = letters[1:]
    return made.tobytes()[: -letters.itemsize].decode(_CODES, "surrogatepass")


def words(folded: str) -> Iterator[str]:
    """Return the terms of word search: words, their stems, and numbers from each part onwards (S-1,
    S-2).

    `qp/xx-4.2` gives qpxx42, xx42, 42, 2 and its parts, so that a beginning of the whole or of any
    part finds
    it, typed with separators or without.
    """
    found = _RUN.findall(folded)
    known = _known_terms if max(map(len, found), default=0) <= _KEPT else _terms
    return chain.from_iterable(map(known, found))


def _terms(run: str) -> tuple[str, ...]:
    """Return the terms of one word or number; the same ones stand in many texts."""
    if run.isalpha():
        return (run[:LONGEST], stem(run)) if _STEMMED.fullmatch(run) else (run[:LONGEST],)
    parts = _PIECE.findall(run)
    whole = "".join(parts)
    found = []
    start = 0
    for part in parts:
        onwards = whole[start : start + LONGEST]
        found.append(onwards)
        if part != onwards:
            found.append(part[:LONGEST])
        if _STEMMED.fullmatch(part):
            found.append(stem(part))
        start += len(part)
    return tuple(found)


_known_terms: Final = lru_cache(maxsize=50_000)(_terms)


def runs(folded: str) -> list[list[str]]:
    """Return the parts of each word or number in a folded text, Chinese left out."""
    return [_PIECE.findall(run) for run in _RUN.findall(folded)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the term under which every form of an English word is found (S-2)."""
    return _STEM + str(_stemmer.stemWord(word))


def has_stem(word: str) -> bool:
    """Say whether a word is one that has other forms."""
    return _STEMMED.fullmatch(word) is not None


def squeezed(number: str) -> str:
    """Return a number without its separators, for numbers that are nearly the same (S-3)."""
    return "".join(part for run in runs(fold(number)) for part in run)[:LONGEST]


def nearness(asked: str) -> int:
    """Return how many slips still make a squeezed number a near one: the longer, the more (S-3)."""
    return 0 if len(asked) < 4 else 1 if len(asked) < 8 else 2


def slips(one: str, other: str, *, most: int) -> int:
    """Count letters too many, missing, wrong or swapped with their neighbour; `most` + 1 if more (S-3)."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        beyond, before, row = before, row, [at]
        for place, against in enumerate(other, 1):
            least = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != against))
            if at > 1 and place > 1 and letter == other[place - 2] and against == one[at - 2]:
                least = min(least, beyond[place - 2] + 1)
            row.append(least)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


@lru_cache(maxsize=50_000)
def number_key(number: str) -> str:
    """Return what two shown numbers have in common if they are the same number (N-10)."""
    return fold(number).replace(" ", "")[:200]
