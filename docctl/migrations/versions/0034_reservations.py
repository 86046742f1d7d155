"""Numbers are reserved several at once, for a unit or person, until a day (N-3)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "number_reservation",
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=200), nullable=False),
        sa.Column("last", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reserved_at", Instant(), nullable=False),
        sa.Column("reserved_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_number_reservation_reason_given")),
        sa.CheckConstraint("count > 0", name=op.f("ck_number_reservation_some")),
        sa.ForeignKeyConstraint(
            ["type_id"], ["document_type.id"], name=op.f("fk_number_reservation_type_id_document_type")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_number_reservation_unit_id_unit")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_number_reservation_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_reservation")),
    )
    op.create_index("ix_number_reservation_at", "number_reservation", ["reserved_at"])
    op.add_column("number_entry", sa.Column("reservation_id", sa.Uuid(), nullable=True))
    op.create_index("ix_number_entry_reservation", "number_entry", ["reservation_id", "state"])
