"""People keep views of registers as they keep searches (D-7)"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("saved_search") as table:
        table.add_column(sa.Column("page", sa.String(length=100), server_default="", nullable=False))
        table.drop_constraint("uq_saved_search_person_id_name", type_="unique")
        table.create_unique_constraint(
            op.f("uq_saved_search_person_id_page_name"), ["person_id", "page", "name"]
        )
