"""The tree over the trail: roots, proofs and their verification as RFC 9162 defines them (T-2).

Nodes lie at (level, index): level 0 holds the leaves, a node of level k covers 2^k of them. All
hashes are raw bytes; what the leaves hold is hashed by `leaf_hash` before it comes here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

#: A node that covers 2^level leaves, all of them there.
Node = tuple[int, int]

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf; the 0x00 keeps it apart from every inner node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """All that must be kept of a tree to go on with it: its complete subtrees, largest first.

    One leaf more costs amortised two hashes, a root at most one for each bit of the size. Raises
    ValueError where the number of hashes does not fit the size.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self._hashes = list(hashes)
        if size < 0 or len(self._hashes) != size.bit_count() or any(len(one) != 32 for one in self._hashes):
            raise ValueError("the hashes do not fit the size")

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The complete subtrees, largest first."""
        return tuple(self._hashes)

    def append(self, leaf: bytes, seen: Callable[[Node, bytes], None] | None = None) -> None:
        """Add a leaf's hash; `seen` is told of every node that is complete with it."""
        level, index, found = 0, self.size, leaf
        if seen is not None:
            seen((0, index), found)
        while index & 1:
            found = node_hash(self._hashes.pop(), found)
            level, index = level + 1, index >> 1
            if seen is not None:
                seen((level, index), found)
        self._hashes.append(found)
        self.size += 1

    def root(self) -> bytes:
        """Return the tree's root."""
        return _folded(self._hashes)


def _folded(hashes: Sequence[bytes]) -> bytes:
    """Join complete subtrees, largest first, into one hash."""
    if not hashes:
        return EMPTY_ROOT
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found)
    return found


def _split(size: int) -> int:
    """Return the largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _nodes(start: int, end: int) -> list[Node]:
    """Return the complete subtrees that cover the leaves of a subtree, largest first."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


class Proof:
    """Which nodes a proof consists of; `path` joins them once they have been seen."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._parts = [_nodes(start, end) for start, end in spans]

    @property
    def nodes(self) -> frozenset[Node]:
        """The complete subtrees whose hashes are needed."""
        return frozenset(node for part in self._parts for node in part)

    def path(self, hashes: Mapping[Node, bytes]) -> list[bytes]:
        """Return the proof; raise KeyError for a node that was not seen."""
        return [_folded([hashes[node] for node in part]) for part in self._parts]


def inclusion_proof(index: int, size: int) -> Proof:
    """Return what proves that a leaf stands at `index` in the tree of this size (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    spans, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return Proof(reversed(spans))


def consistency_proof(old: int, new: int) -> Proof:
    """Return what proves that the tree of `old` leaves begins that of `new` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError("no such trees")
    spans, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, whole = middle, False
    if not whole:
        spans.append((start, end))
    return Proof(reversed(spans))


def gathered(wanted: Iterable[Proof]) -> tuple[dict[Node, bytes], Callable[[Node, bytes], None]]:
    """Return a place for the nodes of proofs, and what `Frontier.append` calls to fill it."""
    needed = frozenset(node for proof in wanted for node in proof.nodes)
    found: dict[Node, bytes] = {}

    def seen(node: Node, value: bytes) -> None:
        if node in needed:
            found[node] = value

    return found, seen


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether the proof shows this leaf at `index` of the tree of `size` (RFC 9162, 2.1.3.2).

    A proof of any other length than index and size demand is refused.
    """
    if not 0 <= index < size:
        return False
    inner, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if inner & 1 or inner == last:
            found = node_hash(one, found)
            while not inner & 1 and inner:
                inner, last = inner >> 1, last >> 1
        else:
            found = node_hash(found, one)
        inner, last = inner >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Say whether the proof shows that one tree begins the other (RFC 9162, 2.1.4.2).

    Both sizes are bound: a proof for other sizes is refused, and so is one that is too short or long.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    inner, last = old - 1, new - 1
    while inner & 1:
        inner, last = inner >> 1, last >> 1
    old_found = new_found = steps[0]
    for one in steps[1:]:
        if last == 0:
            return False
        if inner & 1 or inner == last:
            old_found, new_found = node_hash(one, old_found), node_hash(one, new_found)
            while not inner & 1 and inner:
                inner, last = inner >> 1, last >> 1
        else:
            new_found = node_hash(new_found, one)
        inner, last = inner >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root
