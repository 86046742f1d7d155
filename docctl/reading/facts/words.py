"""How names end, by what they name: forms, documents, units, titles (D-6, I-1)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from search.folding import fold

#: What stands in brackets at the end of a name and does not count: (试行), (A版).
_BRACKETED: Final = re.compile(r"\([^()]{1,16}\)$")


def ends_as(kind: str, folded: str) -> bool:
    """Say whether a folded name ends as names of a kind do; English words only as whole words."""
    bare = folded.rstrip(" .:")
    if bare.endswith(")"):
        bare = _BRACKETED.sub("", bare)
    if not bare.endswith(_endings(kind)):
        return False
    if not bare[-1].isascii():
        return True
    return any(
        bare.endswith(one) and not (bare[: -len(one)][-1:].isascii() and bare[: -len(one)][-1:].isalpha())
        for one in _endings(kind)
    )


def is_one_of(kind: str, folded: str) -> bool:
    """Say whether a folded name is a word of a kind, perhaps with one of its first parts before it."""
    return folded.strip(" .:") in _wholes(kind)


def is_made_of(kind: str, folded: str) -> bool:
    """Say whether a folded name is put together of nothing but words of a kind, the last one of its ends."""
    return _made_of(kind).fullmatch(re.sub(r"[\s、,，/和与及·.:&-]+", "", folded)) is not None


def is_surname(sign: str) -> bool:
    """Say whether a Chinese name may begin with a character, of either script."""
    return fold(sign) in _surnames()


def may_be_name(folded: str) -> bool:
    """Say whether a word has no character of those that words in the place of a name are made of."""
    return not _no_names() & set(folded)


@cache
def _no_names() -> frozenset[str]:
    return frozenset("".join(_data()["no_names"]["words"]))


@cache
def _surnames() -> frozenset[str]:
    words = "".join(_data()["surnames"]["words"]).split()
    return frozenset(fold(sign) for word in words for sign in (word if len(word) > 2 else word[:1]))


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def _endings(kind: str) -> tuple[str, ...]:
    return tuple(sorted({fold(word) for word in _data()[kind]["words"]}, key=lambda one: (-len(one), one)))


@cache
def _made_of(kind: str) -> re.Pattern[str]:
    section = _data()[kind]
    words = "|".join(re.escape(fold(word).replace(" ", "")) for word in (*section["words"], *section["ends"]))
    ends = "|".join(re.escape(fold(word).replace(" ", "")) for word in section["ends"])
    return re.compile(
        rf"(?:iso\d{{4,5}}|iatf\d{{5}}|gbt?\d{{5}}|gjb\d{{4}}c?|haccp|gmp|ohsas\d{{5}}|(?:19|20)\d\d年?版?|{words})*(?:{ends})"
    )


@cache
def _wholes(kind: str) -> frozenset[str]:
    firsts = [fold(word) for word in _data()[kind].get("before", ())]
    words = _endings(kind)
    joined = (f"{first}{blank}{word}" for first in firsts for blank in ("", " ") for word in words)
    return frozenset((*words, *joined))
