"""What units were called and where they stood, until which day; their other names (O-2)"""

import json
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant
from docctl.models.names import name_key

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_name",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("normal", sa.String(length=500), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id_unit")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_name_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
    )
    op.create_index("ix_unit_name_unit", "unit_name", ["unit_id", "until_on"])
    op.create_index("ix_unit_name_normal", "unit_name", ["normal"])
    _names()
    op.drop_column("unit", "aliases")


def _names() -> None:
    """Take over the other names that stood with the unit, as of the day the company was founded."""
    connection = op.get_bind()
    units = sa.table("unit", sa.column("id", sa.Uuid()), sa.column("aliases"))
    made = sa.table(
        "unit_name",
        sa.column("id", sa.Uuid()),
        sa.column("unit_id", sa.Uuid()),
        sa.column("added_at", Instant()),
        *map(sa.column, ("name", "normal", "reason")),
    )
    since = connection.execute(
        sa.select(sa.func.min(sa.table("person", sa.column("created_at", Instant())).c.created_at))
    )
    founded = since.scalar()
    for one in connection.execute(sa.select(units)).all():
        known = json.loads(one.aliases) if isinstance(one.aliases, str) else one.aliases
        rows = [
            {
                "id": uuid4(),
                "unit_id": one.id,
                "name": name,
                "normal": name_key(name),
                "reason": "",
                "added_at": founded,
            }
            for name in (known or ())
        ]
        if rows:
            connection.execute(made.insert(), rows)
