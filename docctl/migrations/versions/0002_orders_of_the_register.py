"""One index for each order of the register of records, so that deep pages are not sorted."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_record_filed", table_name="record")
    op.create_index(
        "ix_record_by_filed",
        "record",
        [
            "filed_at",
            "id",
            "access_set_id",
            "status",
            "keep_until",
            "form_id",
            "unit_id",
            "class_id",
            "filed_by",
            "medium",
            "is_late",
            "occurred_at",
        ],
    )
    for name, column in (
        ("occurred", "occurred_at"),
        ("number", "number"),
        ("title", "title"),
        ("keep", "keep_until"),
    ):
        op.create_index(f"ix_record_by_{name}", "record", [column, "id", "access_set_id"])
