"""Duty rosters of posts (O-3)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "post_duty",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("weekdays", sa.String(length=7), nullable=False),
        sa.Column("starts", sa.String(length=5), nullable=False),
        sa.Column("ends", sa.String(length=5), nullable=False),
        sa.Column("shift", sa.String(length=40), nullable=False),
        sa.Column("together", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("weekdays <> ''", name=op.f("ck_post_duty_some_days")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_post_duty_post_id_post")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_post_duty_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_duty")),
    )
    op.create_index("ix_post_duty_post", "post_duty", ["post_id", "from_on"])
    op.create_index("ix_post_duty_person", "post_duty", ["person_id"])
