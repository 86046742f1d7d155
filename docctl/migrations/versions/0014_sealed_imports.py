"""What was read for an import is encrypted with its run's key and goes at its end; runs are given up (R-7, I-1)"""

import json
import zlib

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SEALED = ("facts", "chosen", "notes", "sketch", "text")
#: What lies in a house without key store begins so; the worker seals it (docctl.services.imports.contents).
_PLAIN = b"\x00"
_ENDED = ("done", "cancelled")
_MANY = 200

_run = sa.table(
    "import_run", sa.column("id", sa.Uuid()), sa.column("state"), sa.column("is_plain", sa.Boolean())
)
_file = sa.table(
    "import_file",
    sa.column("id", sa.Uuid()),
    sa.column("run_id", sa.Uuid()),
    sa.column("ordinal", sa.Integer()),
    sa.column("state"),
    sa.column("outcome"),
    sa.column("rule"),
    sa.column("code"),
    sa.column("params", sa.JSON()),
    sa.column("series"),
    sa.column("number"),
    sa.column("document_id", sa.Uuid()),
    sa.column("done_at", Instant()),
    *(sa.column(name, sa.Text() if name == "text" else sa.JSON()) for name in _SEALED),
    *(sa.column(f"sealed_{name}", sa.LargeBinary()) for name in _SEALED),
)
_change = sa.table(
    "import_change",
    sa.column("id", sa.Uuid()),
    sa.column("run_id", sa.Uuid()),
    sa.column("changes", sa.JSON()),
    sa.column("sealed_changes", sa.LargeBinary()),
)
_document = sa.table("document", sa.column("id", sa.Uuid()), sa.column("number"))


def upgrade() -> None:
    for name in _SEALED:
        op.add_column("import_file", sa.Column(f"sealed_{name}", sa.LargeBinary(), nullable=True))
    op.add_column(
        "import_file", sa.Column("number", sa.String(length=100), server_default="", nullable=False)
    )
    op.add_column("import_change", sa.Column("sealed_changes", sa.LargeBinary(), nullable=True))
    op.add_column(
        "import_run", sa.Column("given_up_because", sa.String(length=500), server_default="", nullable=False)
    )
    op.add_column(
        "import_run", sa.Column("is_plain", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("import_run", sa.Column("key_destroyed_at", Instant(), nullable=True))
    connection = op.get_bind()
    _lines_that_stay(connection)
    opened = connection.execute(sa.select(_run.c.id).where(_run.c.state.not_in(_ENDED))).scalars().all()
    for run_id in opened:
        _pack(connection, run_id)
        connection.execute(_run.update().where(_run.c.id == run_id).values(is_plain=True))
    for name in (*_SEALED, "parts", "pages"):
        op.drop_column("import_file", name)
    op.drop_column("import_change", "changes")


def _lines_that_stay(connection: sa.Connection) -> None:
    """Let every file of a run that has ended have its line, with the number of what it became."""
    ended = sa.select(_run.c.id).where(_run.c.state.in_(_ENDED))
    number = sa.select(_document.c.number).where(_document.c.id == _file.c.document_id).scalar_subquery()
    connection.execute(
        _file.update().where(_file.c.document_id.is_not(None)).values(number=sa.func.coalesce(number, ""))
    )
    unreadable = _file.c.run_id.in_(ended) & (_file.c.state == "unreadable")
    connection.execute(_file.update().where(unreadable).values(state="done", outcome="failed"))
    without = _file.c.run_id.in_(ended) & (_file.c.state != "done")
    line = {"state": "done", "outcome": "skipped", "rule": "I-1", "code": "run_cancelled", "params": {}}
    connection.execute(_file.update().where(without).values(line))
    connection.execute(_file.update().where(_file.c.run_id.in_(ended)).values(series=""))


def _pack(connection: sa.Connection, run_id: object) -> None:
    """Put what was read into the new columns; a file that has its line needs nothing any more."""
    first: dict[str, str] = {}
    last = 0
    while True:
        rows = (
            connection.execute(
                sa.select(_file)
                .where(_file.c.run_id == run_id, _file.c.ordinal > last)
                .order_by(_file.c.ordinal)
                .limit(_MANY)
            )
            .mappings()
            .all()
        )
        if not rows:
            break
        for row in rows:
            values = {f"sealed_{name}": _packed(row[name]) for name in _SEALED if row["state"] != "done"}
            series = first.setdefault(row["series"], str(row["id"])) if row["series"] else ""
            connection.execute(_file.update().where(_file.c.id == row["id"]).values(series=series, **values))
        last = rows[-1]["ordinal"]
    for change in connection.execute(sa.select(_change).where(_change.c.run_id == run_id)).all():
        packed = _packed(change.changes)
        connection.execute(_change.update().where(_change.c.id == change.id).values(sealed_changes=packed))


def _packed(value: object) -> bytes | None:
    if not value:
        return None
    return _PLAIN + zlib.compress(json.dumps(value, ensure_ascii=False).encode())
