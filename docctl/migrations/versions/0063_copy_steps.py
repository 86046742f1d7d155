"""Routes tell people of a revision, who say that they know (A-10)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0063"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copy_step",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("who", sa.String(length=10), nullable=False),
        sa.Column("who_of", sa.String(length=200), nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "acknowledged_at IS NULL OR opened_at <= acknowledged_at", name=op.f("ck_copy_step_interval")
        ),
        sa.CheckConstraint(
            "acknowledged_at IS NOT NULL OR remark = ''", name=op.f("ck_copy_step_remark_with_answer")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_copy_step_person_id_person")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revision.id"], name=op.f("fk_copy_step_revision_id_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_step")),
        sa.UniqueConstraint(
            "revision_id",
            "round",
            "position",
            "person_id",
            name=op.f("uq_copy_step_revision_id_round_position_person_id"),
        ),
    )
    op.create_index("ix_copy_step_person", "copy_step", ["person_id", "acknowledged_at"])
