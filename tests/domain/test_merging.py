"""Into which units a unit may go, from when, and what must go with it (O-2, O-4)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from docctl.domain.merging import (
    MOST_THINGS,
    MOST_UNITS,
    Goes,
    GoingKind,
    Target,
    all_go,
    counted,
    may_go_from,
    may_go_into,
    name_beside,
)
from docctl.domain.verdicts import Refused, Verdict

ENTITY, UNIT = uuid4(), uuid4()
DAY = date(2026, 3, 2)
TICK = timedelta(days=1)


def code(verdict: Verdict) -> str:
    return verdict.key if isinstance(verdict, Refused) else ""


def target(**given: object) -> Target:
    return Target(**{"id": uuid4(), "code": "KF", "entity_id": ENTITY, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "documents", "wanted"),
    [
        pytest.param(target(), True, "", id="a unit that is there"),
        pytest.param(target(id=UNIT), True, "O-2.into_itself", id="itself"),
        pytest.param(target(above={UNIT}), True, "O-2.into_below", id="a unit below it"),
        pytest.param(target(closed=True), True, "O-2.into_closed", id="a closed one"),
        pytest.param(target(valid_from=DAY), True, "", id="there since that day"),
        pytest.param(target(valid_from=DAY + TICK), True, "O-2.into_later", id="there a day later"),
        pytest.param(target(entity_id=uuid4()), False, "", id="of another entity, without documents"),
        pytest.param(target(entity_id=uuid4()), True, "O-4.into_other_entity", id="with documents"),
    ],
)
def test_o_2_into_which_a_unit_may_go(one: Target, documents: bool, wanted: str) -> None:
    assert code(may_go_into(UNIT, ENTITY, [one], from_on=DAY, has_documents=documents)) == wanted


def test_o_2_it_goes_into_one_at_least_and_into_few_at_most() -> None:
    most = [target() for _ in range(MOST_UNITS)]
    given = {"from_on": DAY, "has_documents": False}
    assert code(may_go_into(UNIT, ENTITY, [], **given)) == "O-2.into_needed"  # type: ignore[arg-type]
    assert may_go_into(UNIT, ENTITY, most, **given)  # type: ignore[arg-type]
    assert code(may_go_into(UNIT, ENTITY, [*most, target()], **given)) == "O-2.into_too_many"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("from_on", "closes", "wanted"),
    [
        pytest.param(DAY, True, "O-2.day_before", id="it would have ended before it began"),
        pytest.param(DAY, False, "", id="a part goes on its first day"),
        pytest.param(DAY + TICK, True, "", id="it was there one day"),
        pytest.param(DAY + TICK * 9, True, "", id="today"),
        pytest.param(DAY + TICK * 10, True, "O-2.day_to_come", id="tomorrow"),
        pytest.param(DAY - TICK, False, "O-2.day_before", id="before it was so"),
    ],
)
def test_o_2_from_which_day_it_may_go(from_on: date, closes: bool, wanted: str) -> None:
    verdict = may_go_from(from_on, today=DAY + TICK * 9, since=DAY, closed=None, closes=closes)
    assert code(verdict) == wanted


def test_o_2_what_ended_already_goes_nowhere() -> None:
    verdict = may_go_from(DAY, today=DAY, since=None, closed=DAY - TICK, closes=True)
    assert code(verdict) == "O-1.unit_closed"


def test_o_2_all_that_is_open_goes_once_and_to_a_named_unit() -> None:
    to, one, two = uuid4(), uuid4(), uuid4()
    there = [(GoingKind.PERSON, one), (GoingKind.POST, two)]

    def goes(*ids: tuple[GoingKind, UUID], into: UUID = to) -> list[Goes]:
        return [Goes(kind, key, into) for kind, key in ids]

    assert all_go(there, goes(*there), {to}, closes=True)
    assert code(all_go(there, goes(there[0]), {to}, closes=True)) == "O-2.left_behind"
    assert all_go(there, goes(there[0]), {to}, closes=False)
    assert code(all_go(there, [], {to}, closes=False)) == "O-2.nothing_goes"
    assert all_go([], [], {to}, closes=True)
    twice = goes(there[0], there[0])
    assert code(all_go(there, twice, {to}, closes=False)) == "request.changed_meanwhile"
    unknown = goes((GoingKind.POST, one))
    assert code(all_go(there, unknown, {to}, closes=False)) == "request.changed_meanwhile"
    assert code(all_go(there, goes(*there, into=uuid4()), {to}, closes=True)) == "O-2.goes_elsewhere"
    most = [(GoingKind.PERSON, uuid4()) for _ in range(MOST_THINGS + 1)]
    assert all_go(most[1:], goes(*most[1:]), {to}, closes=True)
    assert code(all_go(most, goes(*most), {to}, closes=True)) == "O-2.too_much"
    assert counted(goes(*there)) == {"person": 1, "post": 1}


def test_o_2_a_post_whose_name_is_taken_says_whose_it_was() -> None:
    assert name_beside("班长", "生产部", [], longest=20) == "班长"
    assert name_beside("班长", "生产部", ["班长"], longest=20) == "班长（生产部）"
    assert name_beside("班长", "生产部", ["班长", "班长（生产部）"], longest=20) == "班长（生产部 2）"
    assert len(name_beside("长" * 20, "生产部", ["长" * 20], longest=20)) == 20
