"""Near-duplicates: the same ones as comparing all in memory finds, however many there are (I-4)."""

from __future__ import annotations

import random
import tracemalloc
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from docctl.domain import import_alike
from docctl.domain.import_alike import ALIKE, BANDS, MOST_IN_BAND, MOST_TOLD, Alike, near_duplicates
from docctl.domain.import_plan import PlanFile, alike_notes, compare_sketches
from docctl.domain.imports import shared
from docctl.services.imports.sketches import SketchFile

NUMBERS = 64
NONE: Callable[[int, int], bool] = lambda _one, _other: False  # noqa: E731


class InMemory:
    """Sketches as they are."""

    def __init__(self, sketches: Sequence[Sequence[int]]) -> None:
        self._all = [array("Q", one) for one in sketches]

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, place: int, /) -> Sequence[int]:
        return self._all[place]

    def band(self, band: int, /) -> Iterator[bytes]:
        width = NUMBERS // BANDS
        return (one[band * width : (band + 1) * width].tobytes() for one in self._all)


def by_hand(sketches: Sequence[Sequence[int]]) -> dict[tuple[int, int], int]:
    """Return what is alike as first thought out: every pair once, remembered in a set."""
    found: dict[tuple[int, int], int] = {}
    seen: set[tuple[int, int]] = set()
    width = NUMBERS // BANDS
    for band in range(BANDS):
        buckets: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for place, one in enumerate(sketches):
            buckets[tuple(one[band * width : (band + 1) * width])].append(place)
        for bucket in buckets.values():
            for pair in combinations(bucket[:MOST_IN_BAND], 2):
                if pair not in seen:
                    seen.add(pair)
                    share = shared(sketches[pair[0]], sketches[pair[1]])
                    if share >= ALIKE:
                        found[pair] = round(share * 100)
    return found


def a_crowd(chance: random.Random, count: int, families: int, changed: int) -> list[list[int]]:
    """Return sketches of texts, many of which are from few families."""
    first = [[chance.randrange(1 << 26) for _ in range(NUMBERS)] for _ in range(families)]
    crowd = []
    for _ in range(count):
        one = list(chance.choice(first))
        for place in chance.sample(range(NUMBERS), chance.randint(0, changed)):
            one[place] = chance.randrange(1 << 26)
        crowd.append(one)
    return crowd


def pairs(alike: Alike, count: int) -> dict[tuple[int, int], int]:
    return {(one, other): percent for one in range(count) for other, percent in alike.of(one) if one < other}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("count", "families", "changed"),
    [
        pytest.param(60, 12, 60, id="many small families"),
        pytest.param(200, 2, 64, id="more than are compared"),
    ],
)
def test_i_4_the_same_pairs_are_found_as_by_hand(
    monkeypatch: pytest.MonkeyPatch, seed: int, count: int, families: int, changed: int
) -> None:
    monkeypatch.setattr(import_alike, "MOST_TOLD", count)
    monkeypatch.setattr(import_alike, "_THINNED", 50)
    crowd = a_crowd(random.Random(seed), count, families, changed)
    found = near_duplicates(InMemory(crowd), is_left_out=NONE)
    assert pairs(found, count) == by_hand(crowd)


def test_i_4_alike_is_told_from_the_set_share_on() -> None:
    whole = list(range(NUMBERS))
    enough = round(ALIKE * NUMBERS + 0.5)
    near = whole[:enough] + [1000 + n for n in range(NUMBERS - enough)]
    far = whole[: enough - 2] + [1000 + n for n in range(NUMBERS + 2 - enough)]
    assert shared(whole, near) >= ALIKE > shared(whole, far)
    assert near_duplicates(InMemory([whole, near]), is_left_out=NONE).of(1) == [(0, 45)]
    assert near_duplicates(InMemory([whole, far]), is_left_out=NONE).of(0) == []
    assert shared(whole, ()) == 0.0


def test_i_4_of_a_file_the_most_alike_are_told() -> None:
    whole = list(range(NUMBERS))
    crowd = [whole, *([*whole[:-n], *range(1000 * n, 1000 * n + n)] for n in range(1, MOST_TOLD + 6))]
    found = near_duplicates(InMemory(crowd), is_left_out=NONE).of(0)
    assert [other for other, _ in found] == list(range(1, MOST_TOLD + 1))
    assert found[0] == (1, 98)


def a_file(place: int, **values: str) -> PlanFile:
    return PlanFile(f"k{place}", f"{place}.txt", values.get("sha256", str(place)), values.get("number", ""))


def test_i_4_copies_revisions_and_texts_too_short_are_no_near_duplicates(tmp_path: Path) -> None:
    whole = list(range(NUMBERS))
    files = [
        a_file(0, number="QP-01"),
        a_file(1, number="ＱＰ－０１"),
        a_file(2, sha256="0"),
        a_file(3),
        a_file(4),
    ]
    with SketchFile(tmp_path) as sketches:
        for place in (0, 1, 2, 4):
            sketches.add(place, whole)
        sketches.add(3, ())
        alike = compare_sketches(files, sketches, sketches.places)
        told = list(alike_notes(files, alike, sketches.places, range(len(sketches))))
    assert {(one.key, one.other) for one in told} == {
        *(("k0", "k4"), ("k4", "k0")),
        *(("k1", "k2"), ("k2", "k1")),
        *(("k1", "k4"), ("k4", "k1")),
        *(("k2", "k4"), ("k4", "k2")),
    }
    assert {one.params["percent"] for one in told} == {100}


def test_i_4_sketches_on_disk_compare_alike_and_say_nothing(tmp_path: Path) -> None:
    crowd = a_crowd(random.Random(7), 1500, 40, 50)
    with SketchFile(tmp_path) as sketches:
        for place, one in enumerate(crowd):
            sketches.add(place, one)
        assert not list(tmp_path.iterdir())  # it has no name
        found = pairs(near_duplicates(sketches, is_left_out=NONE), len(crowd))
        assert len(sketches) == 1500
        assert list(sketches[3]) != crowd[3]
        with pytest.raises(IndexError):
            sketches[1500]
        with pytest.raises(ValueError, match="numbers"):
            sketches.add(1, [1, 2])
    assert found == pairs(near_duplicates(InMemory(crowd), is_left_out=NONE), len(crowd))


def test_i_4_comparing_takes_a_few_bytes_a_file(tmp_path: Path) -> None:
    count = 4_000
    chance = random.Random(3)
    with SketchFile(tmp_path) as sketches:
        for place in range(count):
            sketches.add(place, [chance.randrange(1 << 26) for _ in range(NUMBERS)])
        tracemalloc.start()
        near_duplicates(sketches, is_left_out=NONE)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 150 * count + 2_000_000
