"""Who is the leader in charge of which unit, by date (O-3)"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_leader",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_leader_unit_id_unit")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unit_leader_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_leader")),
    )
    op.create_index("ix_unit_leader_unit", "unit_leader", ["unit_id", "from_on"])
    op.create_index("ix_unit_leader_person", "unit_leader", ["person_id"])
