"""Statements that are compiled once for all tests of a process.

Each test has an engine of its own, and SQLAlchemy keeps what it compiled by engine and dialect: a test would
compile the same hundred statements again. The engines of tests are alike, so here they share.
"""

from __future__ import annotations

import pytest
import sqlalchemy
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from docctl.services import database

#: More than the product has.
_SIZE = 10_000


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """Let all engines that are opened from now on share what was compiled."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
    options = {"compiled_cache": LRUCache(_SIZE)}

    def create_engine(*args: object, execution_options: dict[str, object] | None = None, **kwargs: object):
        return sqlalchemy.create_engine(
            *args, execution_options=options | (execution_options or {}), **kwargs
        )

    patch.setattr(database, "create_engine", create_engine)
