"""Steps and approvals of settings run by the working calendar; open ones keep the day they had (A-4, W-2)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("step", sa.Column("due_at", Instant(), nullable=True))
    op.add_column("step", sa.Column("limit_amount", sa.Integer(), nullable=True))
    op.add_column("step", sa.Column("limit_unit", sa.String(length=40), nullable=True))
    op.add_column("step", sa.Column("reminded_at", Instant(), nullable=True))
    op.add_column(
        "step", sa.Column("is_provisional", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "ix_step_running",
        "step",
        ["id"],
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    # An open step was counted in natural days; its end is the instant at which it was to escalate.
    op.execute(
        "UPDATE step SET due_at = (SELECT due_at FROM due_job WHERE kind = 'step.escalate' "
        "AND subject_id = step.id) WHERE status = 'open'"
    )
    for column in (
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("calendar", sa.String(length=40), nullable=False, server_default="natural"),
        sa.Column("is_provisional", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("setting_revision", column)
