"""What a hold may cover, on both sides of each boundary (R-5, S-7)."""

from __future__ import annotations

import pytest

from docctl.domain.holds import LONGEST_KEY, MOST, MOST_KEYS, Key, may_cover, may_hold_key
from docctl.domain.verdicts import Refused, Verdict

KINDS = ("batch", "order")
ORDER = Key("order", "2024-17")


def code(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("records", "keys", "expected"),
    [
        pytest.param(0, (), "R-5.nothing_to_hold", id="nothing"),
        pytest.param(1, (), "", id="one record"),
        pytest.param(0, (ORDER,), "", id="one key"),
        pytest.param(MOST, (ORDER,), "", id="as many records as it may"),
        pytest.param(MOST + 1, (), "R-5.too_many", id="one record more"),
        pytest.param(0, (ORDER,) * MOST_KEYS, "", id="as many keys as it may"),
        pytest.param(0, (ORDER,) * (MOST_KEYS + 1), "R-5.too_many_keys", id="one key more"),
        pytest.param(0, (Key("colour", "red"),), "F-3.no_such_key", id="a kind nobody knows"),
        pytest.param(0, (Key("order", "　 "),), "R-5.key_says_nothing", id="only blanks"),
        pytest.param(0, (Key("order", "x" * LONGEST_KEY),), "", id="as long as it may be"),
        pytest.param(0, (Key("order", "x" * (LONGEST_KEY + 1)),), "C-6.too_long", id="one sign longer"),
    ],
)
def test_r_5_a_hold_covers_records_or_keys_within_bounds(
    records: int, keys: tuple[Key, ...], expected: str
) -> None:
    assert code(may_cover(records=records, keys=keys, kinds=KINDS)) == expected


@pytest.mark.parametrize(
    ("seen", "meant", "expected"),
    [(1, False, ""), (0, True, ""), (1, True, ""), (0, False, "R-5.no_record_bears")],
)
def test_r_5_a_key_without_records_is_held_only_where_that_is_meant(
    seen: int, meant: bool, expected: str
) -> None:
    assert code(may_hold_key(ORDER, seen=seen, none_yet_is_meant=meant)) == expected


def test_n_10_keys_that_differ_in_width_case_and_dashes_are_one() -> None:
    assert Key("order", "ht２０２４－17").normal == Key("order", "HT 2024-17").normal
