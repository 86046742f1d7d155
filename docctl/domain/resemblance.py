"""Which of two sets of paragraphs resemble each other, without comparing each with each (V-5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

#: So many characters of all paragraphs together are looked at, each paragraph its share.
_CHARACTERS: Final = 400_000
_SHARE: Final = (24, 600)
#: So many of the rarest stretches of a paragraph, of so many characters, lead to what may resemble it ...
_LEADS: Final = 12
_STRETCH: Final = 4
#: ... as far as no more paragraphs than this have the stretch, and so many of those led to are looked at.
_COMMON: Final = 12
_LOOKED_AT: Final = 2
#: What `also` names is preferred to what is more alike by less than this.
_PREFERRED: Final = 0.15


@dataclass(frozen=True, slots=True)
class Alike:
    """Two paragraphs that resemble each other; `share` is how much they have in common, up to 1."""

    share: float
    before: int
    after: int


def alike(
    before: Mapping[int, str],
    after: Mapping[int, str],
    *,
    least: float,
    also: Iterable[tuple[int, int]] = (),
) -> list[Alike]:
    """Return pairs of paragraphs, by their places, that have at least a share in common, each place once.

    The most alike come first; of those equally alike, the ones nearest to each other. What is so common
    that it leads everywhere, such as the same short line a thousand times, is found only where `also`
    names the pair as one to look at; such pairs are preferred.
    """
    share = _CHARACTERS // max(len(before) + len(after), 1)
    longest = min(max(share, _SHARE[0]), _SHARE[1])
    left = {at: _plain(text, longest) for at, text in before.items()}
    right = {at: _plain(text, longest) for at, text in after.items()}
    named = set(also)
    pairs = named | set(_led_to(left, right))
    lefts = {at: _twos(text) for at, text in left.items()}
    rights = {at: _twos(text) for at, text in right.items()}
    found = [Alike(_share(lefts[i], rights[j]), i, j) for i, j in pairs]
    found = [one for one in found if one.share >= least]

    def order(one: Alike) -> tuple[float, int, int, int]:
        is_named = (one.before, one.after) in named
        return (-one.share - _PREFERRED * is_named, abs(one.before - one.after), one.before, one.after)

    found.sort(key=order)
    return _each_once(found)


def resemblance(before: str, after: str) -> float:
    """Return how much two texts have in common, from 0 to 1: twice the shared pairs of characters to all."""
    return _share(_twos(_plain(before, _SHARE[1])), _twos(_plain(after, _SHARE[1])))


def _led_to(left: Mapping[int, str], right: Mapping[int, str]) -> Iterable[tuple[int, int]]:
    """Yield pairs that share stretches which few paragraphs have."""
    led_by: dict[str, list[int]] = defaultdict(list)
    for at, text in left.items():
        for stretch in _stretches(text):
            led_by[stretch].append(at)
    for at, text in right.items():
        leads = sorted((len(led_by[one]), one) for one in _stretches(text) if one in led_by)
        few = [stretch for count, stretch in leads[:_LEADS] if count <= _COMMON]
        votes = Counter(other for stretch in few for other in led_by[stretch])
        best = sorted(votes.items(), key=lambda one: (-one[1], abs(one[0] - at), one[0]))
        yield from ((other, at) for other, _ in best[:_LOOKED_AT])


def _each_once(found: Sequence[Alike]) -> list[Alike]:
    used_before: set[int] = set()
    used_after: set[int] = set()
    chosen = []
    for one in found:
        if one.before not in used_before and one.after not in used_after:
            used_before.add(one.before)
            used_after.add(one.after)
            chosen.append(one)
    return chosen


def _plain(text: str, longest: int) -> str:
    return "".join(text[: 2 * longest].split())[:longest]


def _stretches(text: str) -> set[str]:
    return {text[at : at + _STRETCH] for at in range(max(len(text) - _STRETCH + 1, 1))}


def _twos(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters; a text of one character is itself."""
    return frozenset(map("".join, pairwise(text))) or frozenset({text})


def _share(left: frozenset[str], right: frozenset[str]) -> float:
    together = len(left) + len(right)
    return 2 * len(left & right) / together if together else 1.0
