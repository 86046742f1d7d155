"""Words that mean the same: they widen a search by words on request, never a phrase (S-6)."""

import re
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Final

from search.asked import AnyOf, Node, Text
from search.folding import fold

#: So many ways of saying one word are looked for.
_MOST: Final = 24


def widen(node: Node) -> Node:
    """Return what also finds the synonyms of a text, each inside what was typed around it."""
    if isinstance(node, AnyOf):
        return AnyOf(tuple(map(widen, node.of)))
    if not isinstance(node, Text):
        return node
    parts = _pattern().split(node.needle)
    if len(parts) == 1:
        return node
    ways = product(*(_sets().get(part, (part,)) for part in parts))
    # The product begins with the first word of each set; what was typed comes first and is always there.
    said = dict.fromkeys([node.needle, *map("".join, islice(ways, _MOST))])
    return AnyOf(tuple(Text(one, node.part) for one in said))


@cache
def _sets() -> dict[str, tuple[str, ...]]:
    text = files("search").joinpath("synonyms.txt").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    sets = [tuple(map(fold, line)) for line in lines]
    return {word: one for one in sets for word in one}


@cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_sets(), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})")
