"""Who watches the open steps of which documents, and numbered reminders of those that are late (A-13)"""

import sqlalchemy as sa
from alembic import op

from docctl.domain.watch_content import shipped_watchers
from docctl.migrations.begin import begin_kind
from docctl.models.base import Instant

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_reminder_ordinal")),
        sa.ForeignKeyConstraint(["issued_by"], ["person.id"], name=op.f("fk_reminder_issued_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_reminder_step_id_step")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reminder_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("number", name=op.f("uq_reminder_number")),
        sa.UniqueConstraint("step_id", "ordinal", name=op.f("uq_reminder_step_id_ordinal")),
    )
    op.create_index("ix_reminder_issued", "reminder", ["issued_at"])
    begin_kind(op.get_bind(), "watchers", shipped_watchers())
