"""Imports that are read and wait to be checked by document control (I-1)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from docctl.domain.imports import RunState
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.imports import ImportRun
from docctl.queries.inbox_row import work


def import_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return the runs to be checked, by verb, of the units that the person controls."""
    scopes = {scope for role, scope in actor.roles if role is Role.DOCUMENT_CONTROLLER}
    if not scopes:
        return {}
    query = work("import", ImportRun.id, title=ImportRun.name, since=ImportRun.started_at)
    query = query.where(ImportRun.state == RunState.CHECKING)
    if None not in scopes:
        query = query.where(ImportRun.unit_id.in_(scopes))
    return {"check_import": query}
