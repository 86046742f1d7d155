"""The same facts give the same bytes, for ever (T-2, V-13)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.canonical import canonical, sha256, utc

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


class Colour(StrEnum):
    RED = "red"


def test_t_2_keys_are_sorted_without_blanks_and_letters_stay_letters() -> None:
    assert canonical({"b": 1, "a": [True, None, "质量"]}) == '{"a":[true,null,"质量"],"b":1}'


def test_t_2_two_ways_of_writing_a_letter_are_one() -> None:
    assert canonical({"e\u0301": "e\u0301"}) == canonical({"\u00e9": "\u00e9"})


def test_t_2_instants_are_utc_to_the_microsecond() -> None:
    shanghai = datetime(2026, 3, 2, 9, 0, 0, 7, tzinfo=timezone(timedelta(hours=8)))
    assert utc(shanghai) == "2026-03-02T01:00:00.000007Z" == utc(shanghai.astimezone(UTC))
    assert canonical(shanghai) == f'"{utc(shanghai)}"'


def test_t_2_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        canonical({"at": datetime(2026, 3, 2)})  # noqa: DTZ001


def test_t_2_days_ids_enumerations_and_sets_have_one_form() -> None:
    one = UUID("01a1fc2e-21b9-752b-a8a7-d86e72b48f3a")
    assert canonical([time(8), time(16, 30)]) == '["08:00:00","16:30:00"]'
    assert canonical([date(2026, 3, 2), one, Colour.RED]) == f'["2026-03-02","{one}","red"]'
    assert canonical([time(8, 5)]) == '["08:05:00"]'
    assert canonical(frozenset({"b", "a"})) == canonical({"a", "b"}) == '["a","b"]'
    assert canonical((1, 2)) == canonical([1, 2])


@pytest.mark.parametrize("value", [1.5, object(), b"bytes", {"deep": [float("nan")]}])
def test_t_2_what_has_no_certain_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="canonical"):
        canonical(value)


@given(VALUES)
def test_t_2_equal_facts_give_equal_bytes(value: object) -> None:
    import json

    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_v_13_a_hash_of_text_is_that_of_its_utf_8() -> None:
    assert sha256("质量") == sha256("质量".encode())
    assert sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
