"""Retention classes change by revisions of a controlled setting, each from its instant on (R-1, R-3)"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from docctl.domain.class_content import Use
from docctl.migrations.begin import begin_kind
from docctl.models.base import Instant

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_classes = sa.table(
    "retention_class",
    sa.column("code", sa.String()),
    sa.column("revision", sa.Integer()),
    sa.column("name", sa.String()),
    sa.column("basis", sa.String()),
    sa.column("is_catch_all", sa.Boolean()),
    sa.column("ordinal", sa.Integer()),
    sa.column("data", sa.JSON()),
)


def upgrade() -> None:
    op.add_column(
        "retention_class", sa.Column("is_closed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("retention_class", sa.Column("schedule", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("retention_class", sa.Column("effective_from", Instant(), nullable=True))
    op.add_column("retention_class", sa.Column("withdrawn_at", Instant(), nullable=True))
    begin_kind(op.get_bind(), "classes", _content(op.get_bind()))


def _content(connection: sa.Connection) -> dict[str, Any]:
    """Return the classes as the rows say them, each in its newest revision: that is what is in force."""
    newest: dict[str, sa.RowMapping] = {}
    for row in connection.execute(sa.select(_classes).order_by(_classes.c.revision)).mappings():
        newest[row["code"]] = row
    return {
        "classes": [
            {
                "code": one["code"],
                "name": one["name"],
                "basis": one["basis"],
                "use": (Use.CATCH_ALL if one["is_catch_all"] else Use.OPEN).value,
                **one["data"],
            }
            for one in sorted(newest.values(), key=lambda one: (one["ordinal"], one["code"]))
        ]
    }
