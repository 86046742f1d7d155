"""A key has generated parts only, and its text reads back (R-4)."""

import copy
import pickle
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.api import Area, InvalidKey, Key, StorageError, uuid7

ITEM = UUID("0192f000-0000-7000-8000-000000000001")
KEY = Key(Area.RECORDS, "record", ITEM, 3, UUID("0192f000-0000-7000-8000-0000000000ff"))
TEXT = "records/record/0192f000-0000-7000-8000-000000000001/3-0192f000-0000-7000-8000-0000000000ff"


def test_the_text_of_a_key_reads_back() -> None:
    assert str(KEY) == TEXT
    assert Key.parse(TEXT) == KEY


@given(
    area=st.sampled_from(Area),
    kind=st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True),
    item=st.uuids(),
    ordinal=st.integers(0, 999_999_999),
)
def test_every_key_reads_back(area: Area, kind: str, item: UUID, ordinal: int) -> None:
    key = Key.new(area, kind, item, ordinal)
    assert Key.parse(str(key)) == key
    assert type(Key.parse(str(key)).item_id) is UUID


@given(st.text())
def test_no_other_text_is_a_key(text: str) -> None:
    with pytest.raises(InvalidKey):
        Key.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "/",
        TEXT + "\n",
        " " + TEXT,
        "/" + TEXT,
        "../" + TEXT,
        TEXT.upper(),
        TEXT.replace("records", "other"),
        TEXT.replace("records", "derived/.."),
        TEXT.replace("record/", "re-cord/"),
        TEXT.replace("record/", "../"),
        TEXT.replace("record/", "r%2f/"),
        TEXT.replace("record/", "記録/"),
        TEXT.replace("record/", f"{'r' * 33}/"),
        TEXT.replace("/3-", "/03-"),
        TEXT.replace("/3-", "/-3-"),
        TEXT.replace("/3-", "/３-"),
        TEXT.replace("/3-", "/1234567890-"),
        TEXT.replace("0192f000-", "0192f000"),
        TEXT.replace("3-0192f000-0000-7", "3-0192f000-0000-4"),
        TEXT.replace("/", "\\"),
        TEXT + "\0",
    ],
)
def test_tricks_are_refused(text: str) -> None:
    with pytest.raises(InvalidKey) as refused:
        Key.parse(text)
    assert isinstance(refused.value, StorageError)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    "change",
    [
        {"area": "records"},
        {"kind": ""},
        {"kind": "a/b"},
        {"kind": None},
        {"item_id": str(ITEM)},
        {"ordinal": -1},
        {"ordinal": 1_000_000_000},
        {"ordinal": True},
        {"uid": uuid4()},
    ],
)
def test_a_part_that_we_did_not_make_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidKey) as refused:
        replace(KEY, **change)
    assert refused.value.part == next(iter(change))


def test_uuid7_is_of_its_version_and_grows_with_time() -> None:
    made = [uuid7() for _ in range(1000)]
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    assert len(set(made)) == 1000
    stamps = [one.int >> 80 for one in made]
    assert stamps == sorted(stamps)


def test_v_2_a_new_key_says_once_that_nothing_can_lie_under_it() -> None:
    key = Key.new(Area.RECORDS, "record", ITEM, 3)
    copies = (Key.parse(str(key)), replace(key), pickle.loads(pickle.dumps(key)), copy.deepcopy(key))
    assert [key.is_first_use(), key.is_first_use()] == [True, False]
    assert not any(one.is_first_use() for one in copies)
    assert all(one == key and hash(one) == hash(key) for one in copies)
    assert "unused" not in repr(key)
