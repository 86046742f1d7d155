"""A statement that is filled in for a person is the statement that would be built for them (A-4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from docctl.domain.permissions import OPERATOR, Actor
from docctl.domain.roles import Role
from docctl.models.base import new_id
from docctl.models.visibility import visible_sets
from docctl.queries.inbox import work_of
from docctl.queries.rosters import wall_clock
from docctl.queries.stand_ins import opened, stand_in
from tests.world import START

ME, OURS, THEIRS, SHARED, SHARED_TOO = (new_id() for _ in range(5))
MOMENT: dict[str, object] = {
    "at": START,
    "today": date(2026, 3, 2),
    "asked_until": date(2026, 4, 2),
    **wall_clock(START),
}
PEOPLE = {
    "of no role": Actor(ME, "王强", "wang", OURS),
    "in no unit": Actor(ME, "王强", "wang", roles=frozenset({(Role.AUTHOR, None)})),
    "of every role": Actor(ME, "王强", "wang", OURS, frozenset((role, None) for role in Role)),
    "keeper of their unit": Actor(ME, "王强", "wang", OURS, frozenset({(Role.KEEPER, OURS)})),
    "keeper of another": Actor(ME, "王强", "wang", OURS, frozenset({(Role.KEEPER, THEIRS)})),
    "keeper of both": Actor(
        ME, "王强", "wang", OURS, frozenset({(Role.KEEPER, OURS), (Role.KEEPER, THEIRS)})
    ),
    "control of a unit": Actor(ME, "王强", "wang", OURS, frozenset({(Role.DOCUMENT_CONTROLLER, THEIRS)})),
    "from outside": Actor(
        ME,
        "王强",
        "wang",
        OURS,
        is_outside=True,
        is_admitted=True,
        shares=frozenset({SHARED, SHARED_TOO}),
    ),
}


def written(query: Select[Any], values: Mapping[str, object], dialect: Dialect) -> str:
    """Return a statement with all values in it."""
    return str(query.params(dict(values)).compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
@pytest.mark.parametrize("who", PEOPLE)
def test_a_4_what_is_filled_in_is_what_would_be_built(who: str, dialect: Dialect) -> None:
    person = PEOPLE[who]
    other, ids = stand_in(person)
    built, of_other = work_of(person), work_of(other)
    assert built.keys() == of_other.keys() != set()
    for verb, query in built.items():
        work = opened(of_other[verb])
        filled = written(work.query, {**MOMENT, **work.filled(ids)}, dialect)
        assert filled == written(query, MOMENT, dialect), verb


@pytest.mark.parametrize("who", PEOPLE)
def test_x_3_what_a_person_sees_stands_once_in_a_statement_and_is_their_own(who: str) -> None:
    person = PEOPLE[who]
    other, ids = stand_in(person)
    for verb, query in work_of(other).items():
        work = opened(query, seen_once=visible_sets(other))
        filled = written(work.query, {**MOMENT, **work.filled(ids)}, sqlite.dialect())
        times = written(query, MOMENT, sqlite.dialect()).count("FROM access_token")
        assert filled.count("FROM access_token") == min(times, 1), verb
        seen = written(visible_sets(person), {}, sqlite.dialect())
        assert (" ".join(seen.split("WHERE", 1)[1].split()) in " ".join(filled.split())) is (times > 0), verb


@pytest.mark.parametrize("who", PEOPLE)
def test_a_stand_in_keeps_nothing_of_the_person_but_what_they_may(who: str) -> None:
    person = PEOPLE[who]
    other, ids = stand_in(person)
    assert (other.name, other.username) == ("", "")
    assert set(ids.values()) == {
        one for one in (ME, OURS, THEIRS, SHARED, SHARED_TOO) if str(one) in told(person)
    }
    assert not any(str(one) in told(other) for one in ids.values())
    assert {role for role, _ in other.roles} == {role for role, _ in person.roles}
    assert len(other.shares) == len(person.shares)
    assert (other.is_outside, other.is_admitted) == (person.is_outside, person.is_admitted)


def told(actor: Actor) -> str:
    """Return all that is said of an actor."""
    return repr(actor)


def test_two_of_the_same_roles_have_one_stand_in_and_others_have_others() -> None:
    def keeper(unit: UUID, kept: UUID) -> Actor:
        return Actor(new_id(), "x", unit_id=unit, roles=frozenset({(Role.KEEPER, kept)}))

    first, second = new_id(), new_id()
    assert stand_in(keeper(first, first))[0] == stand_in(keeper(second, second))[0]
    assert stand_in(keeper(first, second))[0] == stand_in(keeper(second, first))[0]
    assert stand_in(keeper(first, first))[0] != stand_in(keeper(first, second))[0]


def test_nothing_waits_for_the_system() -> None:
    assert work_of(stand_in(OPERATOR)[0]) == {}


def test_a_value_of_a_person_is_no_part_of_what_is_kept() -> None:
    """The next person of the same roles gets the same statement."""
    work = opened(work_of(stand_in(PEOPLE["keeper of both"])[0])["accept"])
    assert all(str(one) not in repr(work.own) for one in (ME, OURS, THEIRS))
