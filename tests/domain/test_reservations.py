"""How many numbers are reserved ahead, until when, and who may use them (N-3)."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from docctl.domain.number_patterns import PATTERNS
from docctl.domain.permissions import OPERATOR, Actor
from docctl.domain.reservations import FOR_ANYBODY, MOST_RESERVED, Reserved, may_reserve, may_use
from docctl.domain.roles import Role

TODAY = date(2026, 3, 2)
UNIT, OTHER, PERSON = uuid4(), uuid4(), uuid4()


@pytest.mark.parametrize(
    ("code", "count", "until", "refused"),
    [
        ("procedure", 0, None, "count_unfit"),
        ("procedure", 1, None, ""),
        ("procedure", MOST_RESERVED, None, ""),
        ("procedure", MOST_RESERVED + 1, None, "count_unfit"),
        ("manual", 1, None, ""),
        ("manual", 2, None, "nothing_counts"),
        ("procedure", 1, date(2026, 3, 1), "until_past"),
        ("procedure", 1, TODAY, ""),
        ("procedure", 1, date(2036, 12, 31), ""),
        ("procedure", 1, date(2037, 1, 1), "until_too_far"),
    ],
)
def test_n_3_so_many_numbers_are_reserved_until_a_day(
    code: str, count: int, until: date | None, refused: str
) -> None:
    verdict = may_reserve(PATTERNS[code], count, Reserved(until=until), today=TODAY)
    assert (verdict.code if not verdict else "") == refused


def person(person_id=PERSON, unit_id=UNIT, role: Role | None = None) -> Actor:
    roles = frozenset({(role, None)}) if role else frozenset()
    return Actor(person_id, "某人", unit_id=unit_id, roles=roles)


@pytest.mark.parametrize(
    ("kept", "actor", "may"),
    [
        (FOR_ANYBODY, person(), True),
        (Reserved(unit_id=UNIT), person(), True),
        (Reserved(unit_id=OTHER), person(), False),
        (Reserved(person_id=PERSON), person(), True),
        (Reserved(person_id=uuid4()), person(), False),
        (Reserved(unit_id=UNIT, person_id=uuid4()), person(), False),
        (Reserved(unit_id=OTHER, person_id=PERSON), person(), False),
        (Reserved(unit_id=OTHER), person(role=Role.AUTHOR), False),
        (Reserved(unit_id=OTHER), person(role=Role.DOCUMENT_CONTROLLER), True),
        (Reserved(unit_id=OTHER), OPERATOR, True),
    ],
)
def test_n_3_a_reserved_number_is_used_by_those_it_is_kept_for_and_by_control(
    kept: Reserved, actor: Actor, may: bool
) -> None:
    verdict = may_use("QP-01", kept, actor)
    assert bool(verdict) is may
    if not may:
        assert verdict.key == "N-3.kept_for_others"
