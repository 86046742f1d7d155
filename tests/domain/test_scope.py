"""Where a revision applies, and what that means for a unit (D-8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.scope import (
    MOST_PLACES,
    Place,
    ScopeKind,
    applies,
    carried,
    may_change_scope,
    may_scope,
    reached,
)
from docctl.domain.verdicts import Refused

AT = datetime(2026, 3, 2, tzinfo=UTC)
SC, PZ, POST = (
    Place(ScopeKind.UNIT, uuid4()),
    Place(ScopeKind.UNIT, uuid4()),
    Place(ScopeKind.POST, uuid4()),
)


def code(verdict: object) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


def test_d_8_a_scope_names_each_place_once_and_what_is_there() -> None:
    assert may_scope([SC, POST], [SC, PZ, POST], [])
    assert may_scope([], [SC], [SC])
    assert code(may_scope([], [SC], [])) == "D-8.scope_same"
    assert code(may_scope([PZ, SC], [SC, PZ], [SC, PZ])) == "D-8.scope_same"
    assert code(may_scope([SC, SC], [SC], [])) == "D-8.scope_twice"
    assert code(may_scope([SC, PZ], [SC], [])) == "D-8.scope_gone"
    many = [Place(ScopeKind.UNIT, uuid4()) for _ in range(MOST_PLACES + 1)]
    assert may_scope(many[1:], many, [])
    assert code(may_scope(many, many, [])) == "D-8.scope_too_many"


@pytest.mark.parametrize(
    ("status", "over", "wanted"),
    [
        (RevisionStatus.DRAFT, None, ""),
        (RevisionStatus.IN_REVIEW, None, "D-8.not_issued"),
        (RevisionStatus.ISSUED, None, ""),
        (RevisionStatus.ISSUED, AT + timedelta(seconds=1), ""),
        (RevisionStatus.ISSUED, AT, "D-8.over"),
    ],
)
def test_d_8_a_scope_changes_in_a_draft_and_by_a_logged_step(
    status: RevisionStatus, over: datetime | None, wanted: str
) -> None:
    assert code(may_change_scope(status, over_since=over, at=AT)) == wanted


def test_d_8_a_scope_covers_a_unit_those_below_it_and_its_posts() -> None:
    below = uuid4()
    assert applies([], {below}, ())
    assert applies([SC], {below, SC.holder_id}, ())
    assert not applies([SC], {below, PZ.holder_id}, {POST.holder_id})
    assert applies([SC, POST], {below}, {POST.holder_id})


def test_d_8_links_are_followed_to_the_end_and_circles_end() -> None:
    a, b, c, d = (uuid4() for _ in range(4))
    assert reached([a], [(b, c), (a, b), (d, a)]) == {a, b, c}
    assert reached([a], [(a, b), (b, a)]) == {a, b}
    assert reached([], [(a, b)]) == set()


def test_d_8_a_scope_is_carried_to_what_came_after_and_never_becomes_empty() -> None:
    going = [(SC.holder_id, PZ.holder_id)]
    assert carried({SC: "甲"}, {PZ: "乙"}, going) == {PZ: "乙"}
    assert carried({SC: "甲", PZ: "乙"}, {PZ: "乙"}, going) == {PZ: "乙"}
    assert carried({SC: "甲"}, {SC: "丙", PZ: "乙"}, going) == {SC: "丙"}
    assert carried({SC: "甲", POST: "丁"}, {}, going) == {SC: "甲", POST: "丁"}
    assert carried({}, {PZ: "乙"}, going) == {}
