"""Words that mean the same: they widen a search by words on request, never a phrase (S-6).

Which words do is for whoever asks to say, with the question: nothing about them is in an index.
"""

import re
from functools import lru_cache
from itertools import islice, product
from typing import Final

from search.asked import AnyOf, Node, Text
from search.folding import fold

#: Sets of words; each word is found by the others of its set. None: nothing is widened.
Synonyms = tuple[tuple[str, ...], ...]

#: So many ways of saying one word are looked for.
_MOST: Final = 24


def widen(node: Node, sets: Synonyms) -> Node:
    """Return what also finds the synonyms of a text, each inside what was typed around it."""
    if isinstance(node, AnyOf):
        return AnyOf(tuple(widen(one, sets) for one in node.of))
    if not isinstance(node, Text):
        return node
    known, pattern = _known(sets)
    parts = pattern.split(node.needle)
    if len(parts) == 1:
        return node
    ways = product(*(known.get(part, (part,)) for part in parts))
    # The product begins with the first word of each set; what was typed comes first and is always there.
    said = dict.fromkeys([node.needle, *map("".join, islice(ways, _MOST))])
    return AnyOf(tuple(Text(one, node.part) for one in said))


@lru_cache(maxsize=8)
def _known(sets: Synonyms) -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    """Return the set of each word as it is indexed, and what finds such words in a text, longest first."""
    known: dict[str, tuple[str, ...]] = {}
    for one in sets:
        folded = tuple(filter(None, dict.fromkeys(map(fold, one))))
        for word in folded:
            known.setdefault(word, folded)
    longest_first = sorted(known, key=len, reverse=True)
    return known, re.compile(f"({'|'.join(map(re.escape, longest_first))})")
