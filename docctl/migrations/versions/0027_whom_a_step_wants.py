"""Steps keep whom their route wanted; readings end for who leaves (A-8, A-16, D-4)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("step", sa.Column("who", sa.String(10), nullable=False, server_default=""))
    op.add_column("step", sa.Column("who_of", sa.String(200), nullable=False, server_default=""))
    with op.batch_alter_table("read_task") as table:
        table.add_column(sa.Column("ended_at", Instant(), nullable=True))
        table.add_column(sa.Column("ended_by", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("ended_reason", sa.String(500), nullable=False, server_default=""))
        table.create_check_constraint(
            op.f("ck_read_task_ended_whole"),
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason = '')",
        )
        table.create_check_constraint(
            op.f("ck_read_task_ended_unread"), "ended_at IS NULL OR acknowledged_at IS NULL"
        )
