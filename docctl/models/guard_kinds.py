"""How a guard is declared and written as a trigger; `guards` says which there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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

    def sqlite(self) -> str:
        """Return the statement that creates the trigger on SQLite."""
        columns = f" OF {', '.join(self.of)}" if self.of else ""
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event}{columns} ON {self.table} "
            f"FOR EACH ROW WHEN {self.when} "
            f"BEGIN SELECT RAISE(ABORT, 'guard {self.rule} {self.name}'); END"
        )


def frozen(name: str, rule: str, table: str, columns: Sequence[str], unless: str = "FALSE") -> Guard:
    """Return a guard that refuses any change of these columns, but for where `unless` holds."""
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    return Guard(name, rule, table, "UPDATE", f"({changed}) AND NOT ({unless})", tuple(columns))


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
