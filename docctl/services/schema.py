"""How a database gets its present shape, and whether it has it: Alembic, forward only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import docctl.migrations
from docctl.domain.events import GENESIS
from docctl.domain.verdicts import Refused, RuleRefused
from docctl.models.guarding import declared, grant, live
from docctl.models.retention import HoldRegister
from docctl.models.seals import AuditWatch
from docctl.models.trail import AuditHead
from docctl.services.database import APPLICATION_ROLE, writer
from docctl.services.faults import refusal_of

#: Of all programs that migrate one PostgreSQL database at once, one does: the number names that work.
_MIGRATING = 7_270_031_846

#: The first version that lets nobody but its owner make things beside the tables.
_OLDEST_SERVER = 150_000

#: Whether whoever asks could switch the guards off or mislead them: a superuser, of the role that owns a
#: table, or somebody who may make functions and operators beside the tables.
_OWNS = """SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
    OR has_schema_privilege(current_schema(), 'CREATE')
    OR EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace
        AND relkind = 'r' AND pg_has_role(relowner, 'MEMBER'))"""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a database stands; `missing_guards` are those that it lacks or that say something else.

    `owns_tables`: the application's role could switch the guards off, which it must not.
    """

    current: str | None
    newest: str | None
    missing_guards: tuple[str, ...]
    owns_tables: bool = False

    @property
    def is_ready(self) -> bool:
        """Say whether the program may use the database."""
        return self.current == self.newest and not self.missing_guards and not self.owns_tables


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(docctl.migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def schema_state(engine: Engine) -> SchemaState:
    """Compare the database with the program; raise RuleRefused where no database answers."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            there, wanted = live(connection), declared(connection)
            is_owner = APPLICATION_ROLE in engine.get_execution_options()
            owns = connection.dialect.name != "sqlite" and not is_owner and _owns_tables(connection)
    except DBAPIError as error:
        if (refused := refusal_of(error)) is None:
            raise
        raise refused from error
    missing = tuple(sorted(name for name in wanted if there.get(name) != wanted[name]))
    return SchemaState(current, newest, missing, owns)


def _owns_tables(connection: Connection) -> bool:
    return bool(connection.execute(text(_OWNS)).scalar_one())


def migrate(engine: Engine) -> SchemaState:
    """Bring the database to the newest shape, install all guards, give the application's role its rights.

    On PostgreSQL `engine` is the owner's. Raise RuleRefused where that cannot be, or no database answers.
    """
    try:
        return _migrate(engine)
    except DBAPIError as error:
        if (refused := refusal_of(error)) is None:
            raise
        raise refused from error


def _migrate(engine: Engine) -> SchemaState:
    on_server = engine.dialect.name != "sqlite"
    with writer(engine).connect() as connection, _unreferenced(connection), connection.begin():
        if on_server:
            _require_fitting(connection)
            connection.execute(text("SELECT pg_advisory_xact_lock(:work)"), {"work": _MIGRATING})
        command.upgrade(_config(connection), "head")
        if not on_server and (broken := connection.execute(text("PRAGMA foreign_key_check")).first()):
            raise RuntimeError(f"a migration leaves a row of {broken[0]} that refers to nothing")
        with Session(connection) as session:
            _first_rows(session)
        if on_server:
            grant(connection, str(engine.get_execution_options()[APPLICATION_ROLE]))
    return schema_state(engine)


@contextmanager
def _unreferenced(connection: Connection) -> Iterator[None]:
    """Let SQLite make tables anew that others refer to: what refers is looked at before the commit."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.cursor()  # within a transaction it would change nothing
    try:
        driver.execute("PRAGMA foreign_keys = OFF")
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")
        driver.close()


def _first_rows(session: Session) -> None:
    if session.scalar(select(AuditHead.id)) is None:
        start = datetime(2000, 1, 1, tzinfo=UTC)
        session.add(AuditHead(id=1, seq=0, recorded_at=start, hash=GENESIS))
    if session.scalar(select(HoldRegister.id)) is None:
        session.add(HoldRegister(id=1))
    if session.scalar(select(AuditWatch.id)) is None:
        session.add(AuditWatch(id=1))
    session.flush()  # the connection commits, with the tables


def _require_fitting(connection: Connection) -> None:
    """Refuse a server that is too old, and a database that sorts or compares text otherwise than SQLite."""
    if APPLICATION_ROLE not in connection.engine.get_execution_options():
        raise RuleRefused(Refused("database", "owner_needed"))
    version, encoding, collation, kind = connection.execute(
        text(
            "SELECT CAST(current_setting('server_version_num') AS integer), pg_encoding_to_char(encoding), "
            "datcollate, datctype FROM pg_database WHERE datname = current_database()"
        )
    ).one()
    if version < _OLDEST_SERVER:
        oldest, found = _OLDEST_SERVER // 10_000, version // 10_000
        raise RuleRefused(Refused("database", "too_old", {"oldest": oldest, "found": found}))
    if (encoding, collation, kind) != ("UTF8", "C", "C"):
        found = f"{encoding}, {collation}, {kind}"
        raise RuleRefused(Refused("database", "wrong_locale", {"found": found}))
