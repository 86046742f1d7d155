"""Files taken in, what texts cite, revisions from before docctl (I-1, D-6, V-6)"""

import sqlalchemy as sa
from alembic import op

from docctl.models.base import Instant
from docctl.models.names import name_key

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "folder",
                "archive",
                "upload",
                "watched",
                name="runsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "receiving",
                "reading",
                "checking",
                "importing",
                "done",
                "cancelled",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("type_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("committed_by", sa.Uuid(), nullable=True),
        sa.Column("committed_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["retention_class.id"], name=op.f("fk_import_run_class_id")),
        sa.ForeignKeyConstraint(["committed_by"], ["person.id"], name=op.f("fk_import_run_committed_by")),
        sa.ForeignKeyConstraint(["started_by"], ["person.id"], name=op.f("fk_import_run_started_by")),
        sa.ForeignKeyConstraint(["type_id"], ["document_type.id"], name=op.f("fk_import_run_type_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_run_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_state", "import_run", ["state", "host"], unique=False)
    op.create_table(
        "citation",
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("normal", sa.String(length=500), nullable=False),
        sa.Column("normal_name", sa.String(length=500), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("chapter", sa.String(length=20), nullable=False),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_citation_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citation")),
    )
    op.create_index("ix_citation_name", "citation", ["normal_name"], unique=False)
    op.create_index("ix_citation_normal", "citation", ["normal"], unique=False)
    op.create_index("ix_citation_revision", "citation", ["revision_id"], unique=False)
    op.create_table(
        "import_change",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_import_change_by")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_change_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
    )
    op.create_index("ix_import_change_run", "import_change", ["run_id", "at"], unique=False)
    op.create_table(
        "import_file",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=1000), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "read",
                "unreadable",
                "done",
                name="filestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "choice",
            sa.Enum(
                "import",
                "draft",
                "leave_out",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("series", sa.String(length=600), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("sketch", sa.JSON(), nullable=False),
        sa.Column("piece_of", sa.Uuid(), nullable=True),
        sa.Column("piece_start", sa.Integer(), nullable=True),
        sa.Column("piece_end", sa.Integer(), nullable=True),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["checked_by"], ["person.id"], name=op.f("fk_import_file_checked_by")),
        sa.ForeignKeyConstraint(["piece_of"], ["import_file.id"], name=op.f("fk_import_file_piece_of")),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name=op.f("fk_import_file_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("run_id", "ordinal", name=op.f("uq_import_file_run_id_ordinal")),
    )
    op.create_index("ix_import_file_sha256", "import_file", ["sha256"], unique=False)
    op.create_index("ix_import_file_state", "import_file", ["run_id", "state"], unique=False)
    op.add_column(
        "document", sa.Column("title_key", sa.String(length=500), server_default="", nullable=False)
    )
    op.create_index("ix_document_title_key", "document", ["title_key"], unique=False)
    op.add_column("revision", sa.Column("imported_at", Instant(), nullable=True))
    op.add_column("revision", sa.Column("imported_by", sa.Uuid(), nullable=True))
    op.add_column("revision", sa.Column("paper", sa.JSON(), nullable=True))
    documents = sa.table("document", sa.column("id", sa.Uuid()), sa.column("title"), sa.column("title_key"))
    connection = op.get_bind()
    known = connection.execute(sa.select(documents.c.id, documents.c.title)).all()
    for document_id, title in known:
        connection.execute(
            documents.update().where(documents.c.id == document_id).values(title_key=name_key(title))
        )
    op.add_column("file_reading", sa.Column("cited_at", Instant(), nullable=True))
    op.execute(
        "UPDATE file_reading SET cited_at = read_at WHERE file_id NOT IN "
        "(SELECT id FROM item_file WHERE owner_kind = 'revision' AND role = 'main')"
    )
    op.create_index(
        "ix_file_reading_uncited",
        "file_reading",
        ["file_id"],
        sqlite_where=sa.text("cited_at IS NULL"),
        postgresql_where=sa.text("cited_at IS NULL"),
    )
