"""What people of outside organisations may do, for what and until when (O-7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from docctl.domain.partners import (
    LONGEST_PURPOSE,
    LONGEST_TIME,
    PARTNERS_MAY,
    is_over,
    may_bind,
    may_change_side,
    may_hold_role,
    may_share,
)
from docctl.domain.permissions import PERMISSIONS, Actor, Facts, allows, can_ever
from docctl.domain.roles import Role, reader_tokens
from docctl.domain.verdicts import Refused

TODAY, DAY = date(2026, 3, 2), timedelta(days=1)


def code(verdict: object) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


@pytest.mark.parametrize(
    ("purpose", "until_on", "outside", "wanted"),
    [
        ("项目", TODAY, True, ""),
        ("项目", TODAY - DAY, True, "O-7.day_over"),
        ("项目", TODAY + LONGEST_TIME, True, ""),
        ("项目", TODAY + LONGEST_TIME + DAY, True, "O-7.too_long"),
        ("", TODAY, True, "O-7.purpose_needed"),
        ("项" * LONGEST_PURPOSE, TODAY, True, ""),
        ("项" * (LONGEST_PURPOSE + 1), TODAY, True, "O-7.purpose_needed"),
        ("项目", TODAY, False, "O-7.not_outside"),
    ],
)
def test_o_7_who_is_bound_to_what_until_when(
    purpose: str, until_on: date, outside: bool, wanted: str
) -> None:
    assert code(may_bind(purpose, until_on, is_outside=outside, today=TODAY)) == wanted


def test_o_7_rights_end_with_the_first_instant_after_the_day() -> None:
    at = datetime(2026, 3, 3, tzinfo=UTC)
    assert is_over(None, at)
    assert is_over(at, at)
    assert not is_over(at + timedelta(microseconds=1), at)


def test_o_7_what_is_outside_stays_outside_and_holds_no_role() -> None:
    assert may_change_side(was_outside=True, is_outside=True)
    assert may_change_side(was_outside=False, is_outside=False)
    assert code(may_change_side(was_outside=True, is_outside=False)) == "O-7.stays_so"
    assert code(may_change_side(was_outside=False, is_outside=True)) == "O-7.stays_so"
    assert may_hold_role(is_outside=False)
    assert code(may_hold_role(is_outside=True)) == "O-7.no_roles"
    item = ("document", uuid4())
    assert may_share([], item)
    assert code(may_share([item], item)) == "O-7.shared_already"


def test_o_7_somebody_from_outside_may_do_nothing_until_admitted_and_then_little() -> None:
    unit = uuid4()
    every = frozenset((role, None) for role in Role)
    outside = Actor(uuid4(), "郭施", unit_id=unit, roles=every, is_outside=True)
    admitted = Actor(uuid4(), "郭施", unit_id=unit, roles=every, is_outside=True, is_admitted=True)
    facts = Facts(unit_id=unit, published=True, insider=True)
    assert [one for one in PERMISSIONS if allows(outside, one, facts) or can_ever(outside, one)] == []
    assert {one for one in PERMISSIONS if can_ever(admitted, one)} == PARTNERS_MAY
    assert PERMISSIONS.keys() >= PARTNERS_MAY


def test_o_7_somebody_from_outside_sees_their_own_and_what_is_shared() -> None:
    person, unit, share = uuid4(), uuid4(), uuid4()
    tokens = reader_tokens(person, unit, {(Role.AUDITOR, None)}, is_outside=True, shares={share})
    assert tokens == {f"person:{person}", f"unit:{unit}", f"share:{share}"}
    assert "staff" in reader_tokens(person, unit, ())
