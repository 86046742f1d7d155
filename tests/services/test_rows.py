"""Rows written past the unit of work: together, with their defaults, in the transaction of the session."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from docctl.models.base import new_id, table_of
from docctl.models.numbers import Alias
from docctl.models.organisation import OneTimeLink
from docctl.models.work import Delivery
from docctl.services.house import House
from docctl.services.rows import ask, insert_once, insert_rows, write_together
from tests.world import START

ALIAS = table_of(Alias)
GONE = delete(ALIAS).where(ALIAS.c.text == bindparam("gone"))


def alias(text: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "item_kind": "record",
        "item_id": new_id(),
        "kind": "former",
        "text": text,
        "normal": text.lower(),
    }


def delivery(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": "test", "created_at": START, "next_at": START, **more}


def aliases(session: Session) -> list[str]:
    return list(session.scalars(select(Alias.text).order_by(Alias.text)))


@pytest.mark.parametrize("many", [1, 3, 40])
def test_rows_of_several_kinds_are_written_with_what_follows(house: House, many: int) -> None:
    def write(session: Session) -> None:
        insert_rows(session, Alias, alias("old"), alias("older"))
        wishes = [delivery(f"d{place}") for place in range(many)]
        new = [(Alias, [alias("A"), alias("B")]), (Delivery, wishes), (OneTimeLink, [])]
        write_together(session, new, GONE, gone="old")

    house.uow.write(write)
    with house.uow.read() as session:
        assert aliases(session) == ["A", "B", "older"]
        rows = session.scalars(select(Delivery).where(Delivery.kind == "test")).all()
        assert sorted(one.key for one in rows) == sorted(f"d{place}" for place in range(many))
        assert {(one.tries, one.last_error, one.done_at) for one in rows} == {(0, "", None)}
        assert all(one.payload == {} for one in rows)
        assert len({one.id for one in rows}) == many


def test_what_the_session_holds_back_is_written_first(house: House) -> None:
    def write(session: Session) -> int:
        session.add(Alias(**alias("held back")))
        return ask(session, GONE, gone="held back").rowcount

    assert house.uow.write(write) == 1


def test_a_part_that_fails_leaves_nothing_of_the_others(house: House) -> None:
    def write(session: Session) -> None:
        twice = [delivery("same"), delivery("same")]
        write_together(session, [(Alias, [alias("A")]), (Delivery, twice)], GONE, gone="x")

    with pytest.raises(IntegrityError):
        house.uow.write(write)
    with house.uow.read() as session:
        assert aliases(session) == []


def test_of_two_rows_with_one_key_the_first_is_there(house: House) -> None:
    def write(session: Session) -> list[bool]:
        return [insert_once(session, Delivery, delivery("same", tries=tries)) for tries in (1, 2)]

    assert house.uow.write(write) == [True, False]
    with house.uow.read() as session:
        assert session.scalars(select(Delivery.tries).where(Delivery.key == "same")).all() == [1]
