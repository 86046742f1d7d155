"""How a guard is declared and said to SQLite and to PostgreSQL; `guards` says which there are.

One condition serves both databases, in SQL that both understand: `IS DISTINCT FROM` (SQLite from 3.39),
`CAST(x AS TEXT)` where a column may be JSON, `TRUE`, `FALSE`, `CASE`, `coalesce`, `EXISTS`; not `IS NOT`, nor
`max` of two values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: What a guard of PostgreSQL looks into, whatever the caller's own search path or temporary tables.
SEARCH_PATH = "search_path={schema}, pg_temp"


@dataclass(frozen=True, slots=True)
class Guard:
    """A trigger before a change of rows of `table`, that refuses where `when` holds.

    `of` names the columns of an UPDATE; `rule` is what the refusal cites.
    """

    name: str
    rule: str
    table: str
    event: str
    when: str
    of: tuple[str, ...] = ()

    @property
    def event_of(self) -> str:
        """The event, with the columns it is about."""
        return f"{self.event} OF {', '.join(self.of)}" if self.of else self.event

    @property
    def refusal(self) -> str:
        """What the database says where it refuses; `services.faults` reads rule and name out of it."""
        return f"guard {self.rule} {self.name}"

    def sqlite(self) -> str:
        """Return the statement that creates the trigger on SQLite."""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event_of} ON {self.table} "
            f"FOR EACH ROW WHEN {self.when} "
            f"BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
        )

    def trigger(self) -> str:
        """Return the statement that creates the trigger on PostgreSQL, as the server says it back."""
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event_of} ON {self.table} "
            f"FOR EACH {each} EXECUTE FUNCTION guard_{self.name}()"
        )

    def body(self) -> str:
        """Return what the trigger's function does on PostgreSQL."""
        answer = "OLD" if self.event in {"DELETE", "TRUNCATE"} else "NEW"
        return (
            f"BEGIN IF {self.when} THEN RAISE EXCEPTION '{self.refusal}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {answer}; END"
        )

    def function(self, schema: str) -> str:
        """Return the statement that creates the trigger's function on PostgreSQL."""
        path = SEARCH_PATH.format(schema=schema).replace("=", " = ")
        return (
            f"CREATE OR REPLACE FUNCTION guard_{self.name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET {path} AS $guard${self.body()}$guard$"
        )


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A constraint of PostgreSQL that makes true between transactions what a trigger sees only in one."""

    name: str
    rule: str
    table: str
    #: As the server says it back.
    definition: str


def changed(column: str) -> str:
    """Return the condition that an UPDATE changes a column, of whatever type, also from or to nothing."""
    return f"CAST(OLD.{column} AS TEXT) IS DISTINCT FROM CAST(NEW.{column} AS TEXT)"


def frozen(name: str, rule: str, table: str, columns: Sequence[str], unless: str = "FALSE") -> Guard:
    """Return a guard that refuses any change of these columns, but for where `unless` holds."""
    any_changed = " OR ".join(changed(column) for column in columns)
    return Guard(name, rule, table, "UPDATE", f"({any_changed}) AND NOT ({unless})", tuple(columns))


def moves(name: str, rule: str, table: str, moves: Mapping[tuple[Any, Any], StrEnum]) -> Guard:
    """Return a guard that lets a state change only by a move of the table."""
    known = sorted({(old.value, new.value) for (old, _), new in moves.items()})
    pairs = " OR ".join(f"(OLD.status = '{old}' AND NEW.status = '{new}')" for old, new in known)
    return Guard(name, rule, table, "UPDATE", f"OLD.status <> NEW.status AND NOT ({pairs})", ("status",))


def final(name: str, rule: str, table: str, moves: Mapping[tuple[Any, Any], StrEnum]) -> Guard:
    """Return a guard that lets no row leave a state from which the table knows no move."""
    ends = sorted({new.value for new in moves.values()} - {old.value for old, _ in moves})
    listed = ", ".join(f"'{end}'" for end in ends)
    when = f"OLD.status IN ({listed}) AND NEW.status <> OLD.status"
    return Guard(name, rule, table, "UPDATE", when, ("status",))
