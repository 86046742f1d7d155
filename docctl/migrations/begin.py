"""How a company from before gets the first revision of a further kind of controlled settings (V-2)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from docctl.domain.controlled import content_of
from docctl.models.base import Instant, new_id

_SETTING = sa.table(
    "controlled_setting",
    sa.column("id", sa.Uuid()),
    sa.column("entity_id", sa.Uuid()),
    sa.column("kind", sa.String()),
)
_REVISION = sa.table(
    "setting_revision",
    sa.column("id", sa.Uuid()),
    sa.column("setting_id", sa.Uuid()),
    sa.column("ordinal", sa.Integer()),
    sa.column("status", sa.String()),
    sa.column("content", sa.Text()),
    sa.column("content_sha256", sa.String()),
    sa.column("reason", sa.Text()),
    sa.column("created_at", Instant()),
    sa.column("editors", sa.JSON()),
    sa.column("returned_reason", sa.Text()),
    sa.column("effective_from", Instant()),
    sa.column("end_reason", sa.Text()),
    sa.column("calendar", sa.String()),
    sa.column("is_provisional", sa.Boolean()),
    sa.column("row_version", sa.Integer()),
)


def begin_kind(connection: sa.Connection, kind: str, shipped: Mapping[str, Any]) -> None:
    """Add the shipped content for each company that has settings, in force since its first event."""
    events = sa.table("event", sa.column("recorded_at", Instant()))
    now = connection.execute(sa.select(sa.func.min(events.c.recorded_at))).scalar() or datetime.now(UTC)
    content, digest = content_of(shipped)
    companies = sa.select(_SETTING.c.entity_id).where(_SETTING.c.kind == "calendar")
    for entity_id in connection.execute(companies).scalars().all():
        setting_id = new_id()
        connection.execute(_SETTING.insert().values(id=setting_id, entity_id=entity_id, kind=kind))
        connection.execute(
            _REVISION.insert().values(
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
                effective_from=now,
                end_reason="",
                calendar="natural",
                is_provisional=False,
                row_version=1,
            )
        )
