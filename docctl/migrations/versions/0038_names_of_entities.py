"""What legal entities were called, until which day (O-2, O-4)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_entity_name",
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["legal_entity.id"], name=op.f("fk_legal_entity_name_entity_id_legal_entity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_entity_name")),
    )
    op.create_index("ix_legal_entity_name_entity", "legal_entity_name", ["entity_id", "until_on"])
