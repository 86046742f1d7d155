"""Letting a PostgreSQL server forget what was deleted: old rows in its files, old changes in its log (R-7).

SQLite needs none of it: it overwrites what it deletes, and its log is cut with each disposal. On a server the
owner of the tables writes them anew; its log only loses its old segments where the server is set up so.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Final

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import Conflict, Refused, RuleRefused
from docctl.models.base import Base
from docctl.services.caller import Caller
from docctl.services.faults import is_transient, last_refusal, refusal_of, sqlstate
from docctl.services.house import House
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record

_DENIED: Final = "42501"
#: Whether a segment of the log is removed once it is not needed: not used again, kept or archived.
_NOTHING_KEEPS: Final = """
SELECT current_setting('wal_recycle') = 'off' AND current_setting('archive_mode') = 'off'
    AND current_setting('wal_keep_size') = '0' AND NOT EXISTS (SELECT FROM pg_replication_slots)
"""
#: The number that the details of a table begin with, in any language.
_COUNT: Final = re.compile(r"[0-9]+")
#: How long it waits, in seconds, for transactions that still see what was deleted.
_PAUSES: Final = (0.2, 1.0, 5.0, 20.0)


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many tables were written anew, and whether the segments of the log were removed as well."""

    tables: int
    log: bool


def clear_server(*, by: Caller, house: House) -> Cleared:
    """Write all tables anew without what was deleted, and cut the server's log; record it (R-7).

    Each table is locked while it is written; people wait that long. Raise RuleRefused on SQLite and without
    the owner's address, Conflict where somebody keeps a table locked or an older transaction sees what was
    deleted.
    """
    authorise(by.actor, "system.operate", Facts())
    engine = house.uow.owner
    if engine.dialect.name == "sqlite":
        raise RuleRefused(Refused("R-7", "nothing_to_clear"))
    if engine is house.uow.engine:
        raise RuleRefused(Refused("R-7", "owner_needed_to_clear"))
    # The statistics hold values of columns; they are the server's own, and the tables' new ones come first.
    names = [*(one.name for one in Base.metadata.sorted_tables), "pg_statistic"]
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in names:
                _write_anew(connection, name)
            log = _cut_log(connection)
    except DBAPIError as error:
        if (refused := refusal_of(error) or (last_refusal(error) if is_transient(error) else None)) is None:
            raise
        raise refused from error
    cleared = Cleared(len(names), log)
    note_cleared(cleared, by=by, house=house)
    return cleared


def _write_anew(connection: Connection, name: str) -> None:
    """Write a table anew without what was deleted.

    Raise Conflict while somebody still sees it, and RuleRefused where the role may not.
    """
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    kept: list[int] = []
    skipped: list[str] = []

    def told(notice: psycopg.errors.Diagnostic) -> None:
        # "3 dead row versions cannot be removed yet": an older transaction, in whichever database, sees them.
        if found := _COUNT.match(notice.message_detail or ""):
            kept.append(int(found[0]))
        if notice.severity_nonlocalized == "WARNING":  # a table that the role may not write is only skipped
            skipped.append(name)

    raw.add_notice_handler(told)
    try:
        for pause in (*_PAUSES, None):
            kept.clear()
            connection.exec_driver_sql(f'VACUUM (FULL, ANALYZE, VERBOSE) "{name}"')
            if skipped:
                raise RuleRefused(Refused("R-7", "table_not_owned", {"name": name}))
            if not any(kept):
                return
            if pause is not None:
                time.sleep(pause)
    finally:
        raw.remove_notice_handler(told)
    raise Conflict(Refused("request", "busy"))


def _cut_log(connection: Connection) -> bool:
    """Let the log begin anew; say whether its old segments are gone, not only waiting to be used again."""
    is_removed = bool(connection.execute(text(_NOTHING_KEEPS)).scalar_one())
    try:
        connection.execute(text("SELECT pg_switch_wal()"))
        connection.execute(text("CHECKPOINT"))
    except DBAPIError as error:
        if sqlstate(error) != _DENIED:
            raise
        return False
    return is_removed


@use_case("system.operate")
def note_cleared(session: Session, cmd: Cleared, by: Caller) -> None:
    """Record that the server's files no longer hold what was deleted before (T-1)."""
    authorise(by.actor, "system.operate", Facts())
    record(
        session,
        by,
        "database.cleared",
        Subject("database", None),
        facts={"tables": cmd.tables, "log": cmd.log},
    )
