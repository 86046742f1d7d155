"""The tree of the trail is that of RFC 9162, and a proof shows nothing but its own claim (T-2)."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docctl.domain.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    gathered,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
)

#: The leaves of RFC 6962's test data and the roots of the trees of its first n leaves.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


# The definitions of RFC 9162, 2.1, word for word: slow, and with nothing of the module under test.


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d: list[bytes]) -> bytes:
    if not d:
        return hashlib.sha256(b"").digest()
    if len(d) == 1:
        return hashlib.sha256(b"\x00" + d[0]).digest()
    k = split(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def inclusion(m: int, d: list[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = split(len(d))
    if m < k:
        return [*inclusion(m, d[:k]), mth(d[k:])]
    return [*inclusion(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: list[bytes], b: bool) -> list[bytes]:
    if m == len(d):
        return [] if b else [mth(d)]
    k = split(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


def data(n: int) -> list[bytes]:
    return [b"%d" % one for one in range(n)]


def grown(leaves: list[bytes]) -> Frontier:
    tree = Frontier()
    for one in leaves:
        tree.append(leaf_hash(one))
    return tree


def proved_inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    proof = inclusion_proof(index, len(leaves))
    found, seen = gathered([proof])
    tree = Frontier()
    for one in leaves:
        tree.append(leaf_hash(one), seen)
    return proof.path(found)


def proved_consistency(old: int, leaves: list[bytes]) -> list[bytes]:
    proof = consistency_proof(old, len(leaves))
    found, seen = gathered([proof])
    tree = Frontier()
    for one in leaves:
        tree.append(leaf_hash(one), seen)
    return proof.path(found)


@pytest.mark.parametrize("size", range(9))
def test_t_2_the_roots_are_those_of_rfc_6962(size: int) -> None:
    assert grown(LEAVES[:size]).root().hex() == ROOTS[size]


def test_t_2_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_t_2_a_leaf_and_a_node_are_hashed_apart() -> None:
    left, right = leaf_hash(b"l"), leaf_hash(b"r")
    assert leaf_hash(left + right) != node_hash(left, right)


@given(st.lists(st.binary(max_size=40), max_size=200))
def test_t_2_the_root_is_what_the_recursion_says(leaves: list[bytes]) -> None:
    assert grown(leaves).root() == mth(leaves)


@given(st.lists(st.binary(max_size=40), max_size=150), st.integers(0, 150))
def test_t_2_a_tree_taken_up_again_goes_on_where_it_stood(leaves: list[bytes], cut: int) -> None:
    first = grown(leaves[:cut])
    again = Frontier(first.size, first.hashes)
    for one in leaves[cut:]:
        again.append(leaf_hash(one))
    assert again.root() == mth(leaves)
    assert len(again.hashes) == len(leaves).bit_count()


@pytest.mark.parametrize(
    ("size", "hashes"),
    [(1, ()), (2, (b"x" * 32,) * 2), (3, (b"x" * 32,)), (-1, ()), (1, (b"x" * 31,))],
    ids=["too few", "too many", "one short", "below nothing", "no hash"],
)
def test_t_2_hashes_that_do_not_fit_the_size_make_no_tree(size: int, hashes: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="fit the size"):
        Frontier(size, hashes)


@pytest.mark.parametrize("size", range(1, 34))
def test_t_2_inclusion_of_every_leaf_of_small_trees(size: int) -> None:
    leaves = data(size)
    root = mth(leaves)
    for index in range(size):
        path = proved_inclusion(index, leaves)
        assert path == inclusion(index, leaves)
        assert is_included(leaf_hash(leaves[index]), index, size, path, root)


@pytest.mark.parametrize("size", range(1, 34))
def test_t_2_consistency_of_every_pair_of_small_trees(size: int) -> None:
    leaves = data(size)
    for old in range(1, size + 1):
        path = proved_consistency(old, leaves)
        assert path == subproof(old, leaves, True)
        assert is_consistent(old, size, mth(leaves[:old]), mth(leaves), path)


@given(st.integers(1, 70).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_t_2_an_inclusion_proof_is_bound_to_leaf_place_and_size(case: tuple[int, int]) -> None:
    size, index = case
    leaves = data(size)
    root, leaf = mth(leaves), leaf_hash(leaves[index])
    path = inclusion(index, leaves)
    assert not is_included(leaf_hash(b"another"), index, size, path, root)
    assert not is_included(leaf, index, size, path, leaf_hash(b"another root"))
    assert not is_included(leaf, index, size, [*path, b"\x00" * 32], root)
    assert not is_included(leaf, index, size, path[:-1], root) or not path
    for other in range(-1, size + 2):
        assert is_included(leaf, other, size, path, root) is (other == index)
    for turn in range(len(path)):
        bent = [*path]
        bent[turn] = bytes([bent[turn][0] ^ 1]) + bent[turn][1:]
        assert not is_included(leaf, index, size, bent, root)


@given(
    st.integers(1, 70).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1), st.integers(0, 150)))
)
def test_t_2_an_inclusion_proof_for_another_size_never_has_another_shape(case: tuple[int, int, int]) -> None:
    # Sizes whose right edge has the same shape for this leaf cannot be told apart by the path alone:
    # the size is signed with the root, and a shape that differs is refused.
    size, index, other = case
    path = inclusion(index, data(size))
    assume(other <= index or len(inclusion(index, data(other))) != len(path))
    leaf = leaf_hash(data(size)[index])
    assert not is_included(leaf, index, other, path, mth(data(size)))


@given(st.integers(2, 70).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))))
def test_t_2_a_consistency_proof_is_bound_to_both_roots(case: tuple[int, int]) -> None:
    size, old = case
    leaves = data(size)
    path, first, last = subproof(old, leaves, True), mth(leaves[:old]), mth(leaves)
    forged = leaf_hash(b"forged")
    assert not is_consistent(old, size, forged, last, path)
    assert not is_consistent(old, size, first, forged, path)
    assert not is_consistent(old, size, first, last, [*path, forged])
    assert not path or not is_consistent(old, size, first, last, path[:-1])
    for turn in range(len(path)):
        bent = [*path]
        bent[turn] = forged
        assert not is_consistent(old, size, first, last, bent)


@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))),
    st.integers(-1, 70),
    st.integers(-1, 70),
)
def test_t_2_a_consistency_proof_holds_for_its_own_sizes_alone(
    case: tuple[int, int], other_old: int, other_size: int
) -> None:
    size, old = case
    leaves = data(size)
    path, first, last = subproof(old, leaves, True), mth(leaves[:old]), mth(leaves)
    assume((other_old, other_size) != (old, size))
    # Sizes between which the same steps lead cannot be told apart by a path: they are signed with the root.
    fits = 0 < other_old <= other_size and len(subproof(other_old, data(other_size), True)) == len(path)
    assert not is_consistent(other_old, other_size, first, last, path) or fits


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_t_2_there_is_no_proof_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        inclusion_proof(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_t_2_there_is_no_proof_between_trees_that_do_not_follow(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="trees"):
        consistency_proof(old, new)


@pytest.mark.parametrize("size", [1, 5, 8])
def test_t_2_a_tree_is_consistent_with_itself_by_an_empty_proof_alone(size: int) -> None:
    root = mth(data(size))
    assert is_consistent(size, size, root, root, [])
    assert not is_consistent(size, size, root, root, [root])
    assert not is_consistent(size, size, root, leaf_hash(b"x"), [])


def test_t_2_one_leaf_more_costs_no_more_than_its_depth() -> None:
    tree, most = Frontier(), 0
    for turn in range(5000):
        told: list[object] = []
        tree.append(leaf_hash(b"%d" % turn), lambda node, value, told=told: told.append(node))
        most = max(most, len(told))
    assert most <= 14  # log2(5000) and the leaf itself
