"""How a database gets its present shape, and whether it has it: Alembic, forward only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

import docctl.migrations
from docctl.domain.events import GENESIS
from docctl.models.guards import GUARDS, live
from docctl.models.retention import HoldRegister
from docctl.models.seals import AuditWatch
from docctl.models.trail import AuditHead


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Where a database stands; `missing_guards` are triggers that it lacks or that say something else."""

    current: str | None
    newest: str | None
    missing_guards: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Say whether the program may use the database."""
        return self.current == self.newest and not self.missing_guards


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(docctl.migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def schema_state(engine: Engine) -> SchemaState:
    """Compare the database with the program."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        there = live(connection)
    missing = tuple(sorted(guard.name for guard in GUARDS if there.get(guard.name) != guard.sqlite()))
    return SchemaState(current, newest, missing)


def migrate(engine: Engine) -> SchemaState:
    """Bring the database to the newest shape and install all guards."""
    writer = engine.execution_options(docctl_mode="write")
    with writer.connect() as connection, connection.begin():
        command.upgrade(_config(connection), "head")
    with Session(writer) as session:
        if session.scalar(select(AuditHead.id)) is None:
            start = datetime(2000, 1, 1, tzinfo=UTC)
            session.add(AuditHead(id=1, seq=0, recorded_at=start, hash=GENESIS))
        if session.scalar(select(HoldRegister.id)) is None:
            session.add(HoldRegister(id=1))
        if session.scalar(select(AuditWatch.id)) is None:
            session.add(AuditWatch(id=1))
        session.commit()
    return schema_state(engine)
