"""What is signed of the trail, and how heads follow each other (T-2)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from docctl.domain.events import GENESIS
from docctl.domain.heads import Head, handover, head_of, key_id_of, why_not_next
from docctl.domain.notes import head_note, note_of

AT = datetime(2026, 3, 2, 1, 0, 0, 123456, tzinfo=UTC)
FIRST = Head("docctl:x", 5, "ab" * 32, AT, GENESIS, "cd" * 32)
NEXT = replace(FIRST, size=9, prev=FIRST.digest, at=AT + timedelta(seconds=1))


def test_t_2_a_head_is_read_back_as_it_was_written() -> None:
    assert head_of(FIRST.body) == FIRST
    assert FIRST.signed == b"docctl audit head v1\n" + FIRST.body.encode()
    assert note_of(head_note(FIRST.body, "00", "11")) == (FIRST, "00", "11")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(FIRST.body + " ", id="another spelling"),
        pytest.param(FIRST.body.replace('"v":1', '"v":2'), id="another version"),
        pytest.param(FIRST.body.replace('"size":5', '"size":0'), id="no events"),
        pytest.param(FIRST.body.replace('"size":5', '"size":"5"'), id="a text for the size"),
        pytest.param(FIRST.body.replace("ab" * 32, "AB" * 32), id="large letters"),
        pytest.param(FIRST.body.replace("ab" * 32, "ab"), id="a short root"),
        pytest.param(FIRST.body.replace("}", ',"more":1}'), id="something more"),
        pytest.param("[]", id="a list"),
        pytest.param("", id="nothing"),
    ],
)
def test_t_2_any_other_text_is_no_head(body: str) -> None:
    with pytest.raises(ValueError, match="no head"):
        head_of(body)


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"body": 1, "signature": "", "public": ""})])
def test_t_2_any_other_text_is_no_note(text: str) -> None:
    with pytest.raises(ValueError, match="no note"):
        note_of(text)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        pytest.param(NEXT, None, id="the next"),
        pytest.param(replace(NEXT, at=AT), None, id="at the same instant"),
        pytest.param(replace(NEXT, at=AT - timedelta(microseconds=1)), "head_time", id="older"),
        pytest.param(replace(NEXT, size=6), None, id="one more"),
        pytest.param(replace(NEXT, size=5), "head_size", id="as large"),
        pytest.param(replace(NEXT, prev=GENESIS), "head_chain", id="after another"),
        pytest.param(replace(NEXT, origin="docctl:y"), "head_origin", id="elsewhere"),
    ],
)
def test_t_2_a_head_follows_the_one_before(head: Head, why: str | None) -> None:
    assert why_not_next(FIRST, head) == why


def test_t_2_the_first_head_follows_nothing() -> None:
    assert why_not_next(None, FIRST) is None
    assert why_not_next(None, NEXT) == "head_chain"


def test_t_2_a_hand_over_is_bound_to_installation_key_day_and_key_before() -> None:
    given = {"public": "ab" * 32, "since": AT, "prev": "cd" * 32}
    said = {
        handover("docctl:x", **given),
        handover("docctl:y", **given),
        handover("docctl:x", **{**given, "public": "ef" * 32}),
        handover("docctl:x", **{**given, "since": AT + timedelta(seconds=1)}),
        handover("docctl:x", **{**given, "prev": "ef" * 32}),
    }
    assert len(said) == 5
    assert all(one.startswith(b"docctl audit key v1\n") for one in said)
    assert len(key_id_of("ab" * 32)) == 64
