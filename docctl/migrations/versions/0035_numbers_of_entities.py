"""A number is one item's in its legal entity; another entity may have the same (N-6, N-10, O-4)"""

import sqlalchemy as sa
from alembic import op

from docctl.migrations.rebuild import remade

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    for table in ("document", "record"):
        before, after = f"uq_{table}_number", f"uq_{table}_entity_id_number"
        there = {one["name"] for one in sa.inspect(connection).get_unique_constraints(table)}
        if before not in there:
            continue
        if connection.dialect.name == "sqlite":
            unique = "CONSTRAINT {} UNIQUE ({})"
            remade(
                connection, table, unique.format(before, "number"), unique.format(after, "entity_id, number")
            )
        else:
            op.create_unique_constraint(after, table, ["entity_id", "number"])
            op.drop_constraint(before, table, type_="unique")
