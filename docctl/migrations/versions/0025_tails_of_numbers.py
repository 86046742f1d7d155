"""The ends of documents' numbers, looked up by themselves; names as written beside folded ones (N-10, D-6)"""

import sqlalchemy as sa
from alembic import op

from docctl.domain.normal_form import normal, tails

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

#: Rows written at a time.
AT_ONCE = 1_000


def upgrade() -> None:
    op.create_table(
        "number_tail",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("tail", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["number_entry.id"], name=op.f("fk_number_tail_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "tail", name=op.f("pk_number_tail")),
    )
    op.create_index("ix_number_tail_tail", "number_tail", ["tail"], unique=False)
    op.create_index("ix_number_entry_normal", "number_entry", ["normal"], unique=False)
    _tails()
    _names()


def _tails() -> None:
    entries = sa.table("number_entry", sa.column("id", sa.Uuid()), sa.column("normal"), sa.column("kind"))
    made = sa.table("number_tail", sa.column("entry_id", sa.Uuid()), sa.column("tail"))
    connection = op.get_bind()
    found = connection.execute(sa.select(entries.c.id, entries.c.normal).where(entries.c.kind == "document"))
    for part in found.partitions(AT_ONCE):
        rows = [{"entry_id": one.id, "tail": tail} for one in part for tail in set(tails(one.normal))]
        if rows:
            connection.execute(made.insert(), rows)


def _names() -> None:
    """Keep the name as it is written where folding its script changed it, as new citations do."""
    columns = ("name", "number", "normal", "normal_name")
    rows = sa.table("citation", sa.column("id", sa.Uuid()), *map(sa.column, columns))
    connection = op.get_bind()
    found = connection.execute(sa.select(rows.c.id, rows.c.name, rows.c.normal).where(rows.c.number == ""))
    changed = [
        {"row": one.id, "written": written}
        for part in found.partitions(AT_ONCE)
        for one in part
        if (written := normal(one.name)[:500]) != one.normal
    ]
    if changed:
        connection.execute(
            rows.update().where(rows.c.id == sa.bindparam("row")).values(normal_name=sa.bindparam("written")),
            changed,
        )
