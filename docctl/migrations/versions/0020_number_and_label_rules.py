"""Schemes of numbers and labels are controlled settings; types of documents name theirs there (N-2, V-1)"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from docctl.domain.controlled import content_of
from docctl.domain.label_content import check_labels, scheme_data
from docctl.domain.labels import LABEL_SCHEMES
from docctl.domain.number_content import check_numbers
from docctl.models.base import Instant, new_id

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID, _TEXT = sa.Uuid(), sa.String()
_schemes = sa.table(
    "number_scheme", sa.column("id", _ID), sa.column("code", _TEXT), sa.column("parts", sa.JSON())
)
_types = sa.table(
    "document_type",
    sa.column("id", _ID),
    sa.column("code", _TEXT),
    sa.column("name", _TEXT),
    sa.column("name_en", _TEXT),
    sa.column("is_form", sa.Boolean()),
    sa.column("scheme_id", _ID),
    sa.column("record_scheme_id", _ID),
    sa.column("label_scheme", _TEXT),
    sa.column("reissue_after", sa.Integer()),
    sa.column("route", sa.JSON()),
    sa.column("ordinal", sa.Integer()),
)
_GONE = ("scheme_id", "record_scheme_id", "label_scheme", "reissue_after")
_events = sa.table("event", sa.column("recorded_at", Instant()))
_entities = sa.table("legal_entity", sa.column("id", _ID))
_settings = sa.table(
    "controlled_setting", sa.column("id", _ID), sa.column("entity_id", _ID), sa.column("kind")
)
_revisions = sa.table(
    "setting_revision",
    sa.column("id", _ID),
    sa.column("setting_id", _ID),
    *(sa.column(name) for name in ("ordinal", "status", "content", "content_sha256", "reason")),
    sa.column("created_at", Instant()),
    sa.column("editors", sa.JSON()),
    sa.column("returned_reason"),
    sa.column("effective_from", Instant()),
    sa.column("end_reason"),
    sa.column("row_version"),
)


def upgrade() -> None:
    connection = op.get_bind()
    schemes = {one.id: (one.code, one.parts) for one in connection.execute(sa.select(_schemes))}
    types = connection.execute(sa.select(_types).order_by(_types.c.ordinal)).mappings().all()
    _bring_over(connection, schemes, types)
    if connection.dialect.name == "sqlite":
        _make_anew(connection, types)
    else:
        for name in _GONE:
            op.drop_column("document_type", name)
    op.drop_table("number_scheme")


def _bring_over(
    connection: sa.Connection, schemes: dict[Any, tuple[str, Any]], types: Sequence[sa.RowMapping]
) -> None:
    """Make what stood in tables the first revision in force: since there are events it was never another."""
    codes = {scheme_id: code for scheme_id, (code, _) in schemes.items()}
    numbers = check_numbers(
        {
            "schemes": [parts for _, parts in schemes.values()],
            "types": {
                one["code"]: {
                    "documents": codes[one["scheme_id"]],
                    "records": codes.get(one["record_scheme_id"], ""),
                    "values": {},
                }
                for one in types
            },
        }
    )
    labels = check_labels(
        {
            "schemes": [scheme_data(one) for one in LABEL_SCHEMES.values()],
            "types": {
                one["code"]: {"scheme": one["label_scheme"], "reissue_after": one["reissue_after"]}
                for one in types
            },
        }
    )
    now = datetime.now(UTC)
    since = connection.execute(sa.select(sa.func.min(_events.c.recorded_at))).scalar() or now
    there = {(one.entity_id, one.kind) for one in connection.execute(sa.select(_settings))}
    for entity_id in connection.execute(sa.select(_entities.c.id)).scalars().all():
        for kind, said in (("numbers", numbers), ("labels", labels)):
            if (entity_id, kind) in there:
                continue
            content, digest = content_of(said)
            setting_id = new_id()
            connection.execute(_settings.insert().values(id=setting_id, entity_id=entity_id, kind=kind))
            connection.execute(
                _revisions.insert().values(
                    id=new_id(),
                    setting_id=setting_id,
                    ordinal=1,
                    status="approved",
                    content=content,
                    content_sha256=digest,
                    reason="",
                    created_at=now,
                    editors=[],
                    returned_reason="",
                    effective_from=since,
                    end_reason="",
                    row_version=1,
                )
            )


def _make_anew(connection: sa.Connection, types: Sequence[sa.RowMapping]) -> None:
    """Make the table again without the columns: SQLite drops none that refers to another table.

    Documents refer to it; the reference holds again as soon as the rows are back under the same name.
    """
    connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
    op.drop_table("document_type")
    op.create_table(
        "document_type",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("is_form", sa.Boolean(), nullable=False),
        sa.Column("route", sa.JSON(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_type")),
        sa.UniqueConstraint("code", name=op.f("uq_document_type_code")),
    )
    for one in types:
        kept = {name: value for name, value in one.items() if name not in _GONE}
        connection.execute(_types.insert().values(**kept))
