"""What a fault of the database means: try again, a rule, a full disk, no database at all (style 10, 16)."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.orm.exc import StaleDataError

from docctl.domain.verdicts import Conflict, Refused, RuleRefused
from docctl.models.guards import EXCLUSIONS

_GUARD: Final = re.compile(r"guard (\S+) (\w+)")

#: PostgreSQL: serialisation, deadlock, a lock that did not come; a key or an interval that somebody else
#: took at the same moment: the next try sees their row, and the rule answers with its sentence.
_AGAIN: Final = frozenset({"40001", "40P01", "55P03", "23505", "23P01"})
#: Too slow, or idle for too long inside a transaction.
_SLOW: Final = frozenset({"57014", "25P03"})
#: The server stops, starts, has no connection left, or only reads.
_GONE: Final = frozenset({"57P01", "57P02", "57P03", "53300", "25006"})
_FULL: Final = frozenset({"53100"})
_BROKEN: Final = frozenset({"58030", "XX001", "XX002"})


def sqlstate(error: Exception) -> str | None:
    """Return PostgreSQL's code for the fault; None on SQLite, and where no server answered."""
    found = getattr(getattr(error, "orig", None), "sqlstate", None)
    return found if isinstance(found, str) else None


def is_transient(error: Exception) -> bool:
    """Say whether the same work may succeed when it is done once more."""
    if isinstance(error, StaleDataError):
        return True
    if (state := sqlstate(error)) is not None:
        return state in _AGAIN
    said = str(error).lower()
    return isinstance(error, OperationalError) and ("locked" in said or "busy" in said)


def refusal_of(error: Exception) -> RuleRefused | None:
    """Return what to answer for a guard, a disk or a database that fails; None for anything else."""
    if isinstance(error, NoFreeConnection):
        return Conflict(Refused("request", "busy"))
    if not isinstance(error, DBAPIError):
        return None
    state, said = sqlstate(error), str(error.orig)
    if is_gone(error):
        return RuleRefused(Refused("database", "unavailable"))
    if state in _SLOW:
        return Conflict(Refused("request", "busy"))
    if state in _FULL or "disk is full" in said:
        return RuleRefused(Refused("request", "disk_full"))
    if state in _BROKEN or "disk I/O error" in said:
        return RuleRefused(Refused("request", "disk_failed"))
    if isinstance(error, IntegrityError) and (found := _GUARD.search(said)):
        return _guard(found[1], found[2])
    return None


def last_refusal(error: Exception) -> RuleRefused | None:
    """Return what to answer when trying again has not helped; None for what is a fault of ours."""
    if isinstance(error, StaleDataError):
        return Conflict(Refused("request", "changed_meanwhile"))
    state = sqlstate(error)
    if state == "23P01":
        name = getattr(getattr(error.orig, "diag", None), "constraint_name", "")  # type: ignore[attr-defined]
        return next((_guard(one.rule, one.name) for one in EXCLUSIONS if one.name == name), None)
    return None if state == "23505" else Conflict(Refused("request", "busy"))


def is_gone(error: DBAPIError) -> bool:
    """Say whether there is no database to work with: never reached, stopped, or lost on the way."""
    state = sqlstate(error)
    if state is not None:
        return state in _GONE or state.startswith("08")
    lost = isinstance(error, OperationalError) and type(error.orig).__module__.startswith("psycopg")
    return error.connection_invalidated or lost


def _guard(rule: str, name: str) -> RuleRefused:
    return RuleRefused(Refused("guard", "refused", {"rule": rule, "guard": name}))
