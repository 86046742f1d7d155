"""How the guards get into a database, and which of them it has: triggers, functions, constraints, grants."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

from docctl.models.base import Base
from docctl.models.guard_kinds import SEARCH_PATH, Guard
from docctl.models.guards import EXCLUSIONS, GUARDS, truncations

#: The trigger as the server says it, what its function does, under which search path, and whether it fires.
_TRIGGERS = """
    SELECT t.tgname, pg_get_triggerdef(t.oid, true), f.prosrc, array_to_string(f.proconfig, ' '),
        t.tgenabled, c.relname
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"""
_EXCLUSIONS = """
    SELECT n.conname, pg_get_constraintdef(n.oid) FROM pg_constraint n
    WHERE n.contype = 'x' AND n.connamespace = current_schema()::regnamespace"""


def install(connection: Connection) -> None:
    """Put all guards into the database, in place of those of the same name (idempotent)."""
    if connection.dialect.name == "sqlite":
        for name in live(connection):
            connection.execute(text(f"DROP TRIGGER {name}"))
        for guard in GUARDS:
            connection.execute(text(guard.sqlite()))
    else:
        _install_on_server(connection)


def _install_on_server(connection: Connection) -> None:
    """Replace what differs and nothing else: a table is locked only where something is wrong with it."""
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS btree_gist"))
    there, wanted = live(connection), declared(connection)
    tables = {row[0]: row[5] for row in connection.execute(text(_TRIGGERS))}
    for name, table in tables.items():
        if there[name] != wanted.get(name):
            connection.execute(text(f"DROP TRIGGER {name} ON {table}"))
    schema = _schema(connection)
    for guard in (*GUARDS, *truncations()):
        if there.get(guard.name) != wanted[guard.name]:
            connection.exec_driver_sql(guard.function(schema))
            connection.exec_driver_sql(guard.trigger())
    for one in EXCLUSIONS:
        if there.get(one.name) != one.definition:
            connection.execute(text(f"ALTER TABLE {one.table} DROP CONSTRAINT IF EXISTS {one.name}"))
            connection.execute(text(f"ALTER TABLE {one.table} ADD CONSTRAINT {one.name} {one.definition}"))


def declared(connection: Connection) -> Mapping[str, str]:
    """Return what the database must have: name and statement, in the words of its dialect."""
    if connection.dialect.name == "sqlite":
        return {guard.name: guard.sqlite() for guard in GUARDS}
    path = SEARCH_PATH.format(schema=_schema(connection))
    triggers = {
        guard.name: _said(guard.trigger(), guard.body(), path, "O") for guard in (*GUARDS, *truncations())
    }
    return triggers | {one.name: one.definition for one in EXCLUSIONS}


def live(connection: Connection) -> Mapping[str, str]:
    """Return the triggers and exclusions that the database has now: name and statement."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        return {row[0]: row[1] for row in rows}
    triggers = {row[0]: _said(*row[1:5]) for row in connection.execute(text(_TRIGGERS))}
    return triggers | {row[0]: row[1] for row in connection.execute(text(_EXCLUSIONS))}


def _said(trigger: str, body: str, path: str, fires: str) -> str:
    return "\n".join((trigger, body, path or "", fires))


def _schema(connection: Connection) -> str:
    return str(connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one())


def grant(connection: Connection, role: str) -> None:
    """Give the application's role what it needs and no more; it owns no table (style 9).

    What a guard refuses always, it may not even try. It never truncates, and never switches a trigger off.
    """
    quote = connection.dialect.identifier_preparer.quote
    schema, who = _schema(connection), quote(role)
    connection.execute(text(f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {who}"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {who}"))
    connection.execute(text(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, {who}"))
    connection.execute(text(f"GRANT SELECT ON alembic_version TO {who}"))
    # For a backup, which writes down where the counters of the tables stand; nobody takes from them.
    connection.execute(text(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {who}"))
    for table in Base.metadata.sorted_tables:
        rights = ", ".join(("SELECT", "INSERT", *_changes(table.name)))
        connection.execute(text(f"GRANT {rights} ON {quote(table.name)} TO {who}"))


def _changes(table: str) -> list[str]:
    return [event for event in ("UPDATE", "DELETE") if not any(_never(one, table, event) for one in GUARDS)]


def _never(guard: Guard, table: str, event: str) -> bool:
    return (guard.table, guard.event, guard.when, guard.of) == (table, event, "TRUE", ())
