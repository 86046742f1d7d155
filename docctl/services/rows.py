"""How rows are asked for and written where going through the unit of work takes longer than the statement.

A statement is built once, with names for its values, and run on the session's connection in the session's
transaction. What the session still holds back is written first, so the order of changes stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import (
    CTE,
    Connection,
    CursorResult,
    Delete,
    Executable,
    Insert,
    Row,
    Update,
    bindparam,
    insert,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from docctl.models.base import Base, table_of

#: A row of columns that are named in the statement.
AnyRow = Row[*tuple[Any, ...]]
#: New rows of one kind, all with the same columns given; the others get their defaults.
New = tuple[type[Base], Sequence[Mapping[str, Any]]]
#: With more rows than this a statement for all of them would be too long.
_MOST: Final = 24


def ask(session: Session, statement: Executable, **values: Any) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement that was built once and return its rows, which are no objects of the session."""
    return _connection(session).execute(statement, values)


def insert_rows(session: Session, kind: type[Base], *rows: dict[str, Any]) -> None:
    """Insert new rows of one kind in one round trip; they are no objects of the session."""
    if len(rows) == 1:
        _connection(session).execute(_insert(kind), rows[0])
    elif rows:
        _connection(session).execute(_insert_many(kind), rows)


def insert_once(session: Session, kind: type[Base], row: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key is there, or is just being made; say whether it was ours.

    Who makes the same row at the same moment waits, and uses it.
    """
    statement = _insert_once(kind, session.get_bind().dialect.name)
    return _connection(session).execute(statement, row).first() is not None


def write_together(session: Session, new: Sequence[New], then: Update | Delete, **values: Any) -> None:
    """Insert rows of several kinds, then run a statement built once: on PostgreSQL all in one round trip.

    There no part sees another one's rows, and what refers to another row is checked at the end.
    """
    new = [(kind, rows) for kind, rows in new if rows]
    if session.get_bind().dialect.name == "sqlite" or sum(len(rows) for _, rows in new) > _MOST:
        for kind, rows in new:
            insert_rows(session, kind, *map(dict, rows))
        ask(session, then, **values)
        return
    shape = tuple((kind, len(rows), tuple(rows[0])) for kind, rows in new)
    named = {
        f"new_{part}_{place}_{name}": value
        for part, (_, rows) in enumerate(new)
        for place, row in enumerate(rows)
        for name, value in row.items()
    }
    ask(session, _together(shape, then), **_defaults(shape), **named, **values)


def _connection(session: Session) -> Connection:
    """Return the session's connection, having written what waits; asking for it each time takes a while."""
    session.flush()
    transaction, connection = session.info.get("connection", (None, None))
    if connection is None or transaction is not session.get_transaction():
        connection = session.connection()
        session.info["connection"] = session.get_transaction(), connection
    return cast("Connection", connection)


@cache
def _insert(kind: type[Base]) -> Insert:
    return insert(table_of(kind))


@cache
def _insert_many(kind: type[Base]) -> Executable:
    """Return what becomes one statement for all rows: with nothing to return it would be one for each."""
    table = table_of(kind)
    statement: Executable = insert(table).returning(*table.primary_key)
    return statement


@cache
def _insert_once(kind: type[Base], dialect: str) -> Executable:
    table = table_of(kind)
    made = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    statement: Executable = made.on_conflict_do_nothing().returning(*table.primary_key)
    return statement


_Shape = tuple[tuple[type[Base], int, tuple[str, ...]], ...]


@cache
def _together(shape: _Shape, then: Update | Delete) -> Executable:
    return then.add_cte(*(_part(number, *one) for number, one in enumerate(shape)))


def _part(number: int, kind: type[Base], count: int, given: tuple[str, ...]) -> CTE:
    table = table_of(kind)
    columns = [*given, *_left_out(kind, given)]
    rows = [
        select(*(bindparam(f"new_{number}_{place}_{name}", type_=table.c[name].type) for name in columns))
        for place in range(count)
    ]
    source = rows[0] if count == 1 else union_all(*rows)
    return insert(table).from_select(columns, source, include_defaults=False).cte(f"new_{number}")


@cache
def _left_out(kind: type[Base], given: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns with a default of ours that a row was not given, each with what makes it."""
    others = (one for one in table_of(kind).columns if one.name not in given and one.default is not None)
    return {one.name: one.default for one in others}


def _defaults(shape: _Shape) -> dict[str, Any]:
    return {
        f"new_{number}_{place}_{name}": default.arg(None) if default.is_callable else default.arg
        for number, (kind, count, given) in enumerate(shape)
        for name, default in _left_out(kind, given).items()
        for place in range(count)
    }
