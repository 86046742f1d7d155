"""When a revision of a controlled setting is submitted, approved, in force: both sides (V-2, V-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docctl.domain.controlled import (
    SettingFacts,
    in_force_at,
    may_approve_setting,
    may_discard_setting,
    may_return_setting,
    may_submit_setting,
    may_withdraw_setting,
    setting_manifest,
    setting_state,
)
from docctl.domain.lifecycle import SETTING_MOVES, Computed, SettingAction, SettingStatus, may_move_setting
from docctl.domain.verdicts import Refused, Verdict

S = SettingStatus
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ONE, TWO = UUID(int=1), UUID(int=2)
FIRST = SettingFacts(1, S.APPROVED, "a", "", frozenset(), effective_from=NOW - timedelta(days=9))
DRAFT = SettingFacts(2, S.DRAFT, "b", "盘点", frozenset({ONE}))


def code(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


def test_v_6_nothing_moves_but_by_the_table() -> None:
    for status, action in product(S, SettingAction):
        assert bool(may_move_setting(status, action)) is ((status, action) in SETTING_MOVES)
    ends = {one for one in S if not any(old is one for old, _ in SETTING_MOVES)}
    assert ends == {S.WITHDRAWN, S.DISCARDED}


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, ""),
        ({"reason": " "}, "V-2.setting_reason_needed"),
        ({"content_sha256": "a"}, "V-2.setting_unchanged"),
        ({"wanted_from": NOW}, ""),
        ({"wanted_from": NOW - TICK}, "V-7.setting_begins_before_approval"),
        ({"status": S.IN_REVIEW}, "V-6.no_such_move"),
    ],
)
def test_v_2_a_draft_is_submitted_with_a_reason_and_a_change(change: dict[str, object], answer: str) -> None:
    assert code(may_submit_setting(replace(DRAFT, **change), before=FIRST, at=NOW)) == answer  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("by", "wanted", "newest", "answer"),
    [
        (TWO, None, NOW - TICK, ""),
        (ONE, None, NOW - TICK, "A-2.own_setting"),
        (TWO, None, NOW, "V-3.setting_not_after_newest"),
        (TWO, NOW, NOW - TICK, ""),
        (TWO, NOW - TICK, NOW - TICK - TICK, "V-7.setting_begins_before_approval"),
        (TWO, NOW + TICK + TICK, NOW + TICK, ""),
        (TWO, NOW + TICK, NOW + TICK, "V-3.setting_not_after_newest"),
    ],
)
def test_a_2_v_3_v_7_another_person_approves_for_a_time_to_come(
    by: UUID, wanted: datetime | None, newest: datetime, answer: str
) -> None:
    revision = replace(DRAFT, status=S.IN_REVIEW, wanted_from=wanted)
    before = replace(FIRST, effective_from=newest)
    assert code(may_approve_setting(revision, by=by, before=before, at=NOW)) == answer


def test_a_9_v_6_giving_back_and_giving_up_need_a_reason() -> None:
    review = replace(DRAFT, status=S.IN_REVIEW)
    for may, fits, not_ in (
        (may_return_setting, review, DRAFT),
        (may_discard_setting, DRAFT, review),
    ):
        assert (code(may(fits)), code(may(fits, "x"))) == ("", "")
        assert code(may(fits, " ")) == "V-2.setting_reason_needed"
        assert code(may(not_, "x")) == "V-6.no_such_move"


@pytest.mark.parametrize(
    ("begins", "answer"), [(NOW + TICK, ""), (NOW, "V-3.setting_has_begun")], ids=["waits", "has begun"]
)
def test_v_3_only_what_has_yet_to_begin_is_withdrawn(begins: datetime, answer: str) -> None:
    assert code(may_withdraw_setting(replace(FIRST, effective_from=begins), at=NOW)) == answer


def test_v_3_the_state_follows_from_the_instants() -> None:
    begins = NOW + timedelta(days=1)
    second = replace(DRAFT, status=S.APPROVED, effective_from=begins)
    gone = replace(DRAFT, ordinal=3, status=S.WITHDRAWN, effective_from=NOW)
    every = [FIRST, second, gone]
    assert setting_state(FIRST, every, begins - TICK) is Computed.IN_FORCE
    assert setting_state(second, every, begins - TICK) is Computed.WAITING
    assert setting_state(FIRST, every, begins) is Computed.SUPERSEDED
    assert setting_state(second, every, begins) is Computed.IN_FORCE
    assert setting_state(gone, every, begins) is S.WITHDRAWN
    assert in_force_at(every, NOW - timedelta(days=9) - TICK) is None


@given(st.lists(st.integers(0, 50), unique=True, max_size=12), st.integers(-1, 51))
def test_v_3_at_most_one_revision_is_in_force_at_any_instant(days: list[int], day: int) -> None:
    every = [
        SettingFacts(n, S.APPROVED, "x", "", frozenset(), effective_from=NOW + timedelta(days=one))
        for n, one in enumerate(days)
    ]
    at = NOW + timedelta(days=day)
    found = [one for one in every if setting_state(one, every, at) is Computed.IN_FORCE]
    assert len(found) == (1 if any(one <= day for one in days) else 0)
    assert [in_force_at(every, at)] == (found or [None])


def test_v_13_what_is_signed_names_kind_revision_content_reason_and_time() -> None:
    same = {
        "kind": "calendar",
        "entity": "E",
        "ordinal": 2,
        "content_sha256": "a",
        "reason": "r",
        "wanted_from": NOW,
    }
    others = {
        "kind": "x",
        "entity": "F",
        "ordinal": 3,
        "content_sha256": "b",
        "reason": "s",
        "wanted_from": None,
    }
    digests = {setting_manifest(**same | {name: value})[1] for name, value in others.items()}  # type: ignore[arg-type]
    assert len(digests | {setting_manifest(**same)[1]}) == len(others) + 1  # type: ignore[arg-type]
