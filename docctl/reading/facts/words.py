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
    bare = _BRACKETED.sub("", folded.rstrip(" .:"))
    ending = next((one for one in _endings(kind) if bare.endswith(one)), None)
    if ending is None:
        return False
    before = bare[: -len(ending)][-1:]
    return not (ending.isascii() and before.isascii() and before.isalpha())


def is_one_of(kind: str, folded: str) -> bool:
    """Say whether a folded name is a word of a kind, perhaps with one of its first parts before it."""
    bare = folded.strip(" .:")
    if bare in _endings(kind):
        return True
    return any(bare.startswith(one) and bare[len(one) :].strip() in _endings(kind) for one in _before(kind))


def alternation(kind: str) -> str:
    """Return the words of a kind as a piece of an expression, longest first."""
    return "|".join(re.escape(word) for word in _endings(kind))


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def _endings(kind: str) -> tuple[str, ...]:
    return tuple(sorted({fold(word) for word in _data()[kind]["words"]}, key=lambda one: (-len(one), one)))


@cache
def _before(kind: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in _data()[kind].get("before", ()))
