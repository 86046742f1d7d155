"""Terms of SQL that the two databases write differently: a column without index, a text in another."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean


class Unindexed(FunctionElement[Any]):
    """A column that must not choose the index: the register's own one holds it with all others.

    SQLite prefers a narrow index and then reads every wide row that it names.
    """

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed)
def _as_itself(element: Unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(Unindexed, "sqlite")
def _with_a_plus(element: Unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


class _Like(FunctionElement[bool]):
    """A pattern in a column, whatever the case of its letters."""

    inherit_cache = True
    type = Boolean()


@compiles(_Like)
def _like(element: _Like, compiler: SQLCompiler, **kw: Any) -> str:
    """SQLite's LIKE takes a for A by itself, of ASCII, as its lower() does: that would halve the speed."""
    column, pattern = (compiler.process(one, **kw) for one in element.clauses)
    return f"({column} LIKE {pattern} ESCAPE '/')"


@compiles(_Like, "postgresql")
def _ilike(element: _Like, compiler: SQLCompiler, **kw: Any) -> str:
    column, pattern = (compiler.process(one, **kw) for one in element.clauses)
    return f"({column} ILIKE {pattern} ESCAPE '/')"


def containing(column: Any, text: str) -> ColumnElement[bool]:
    """Say in SQL whether a text stands in a column, in capitals or not; no sign in it means another."""
    escaped = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return _Like(column, literal(f"%{escaped}%"))
