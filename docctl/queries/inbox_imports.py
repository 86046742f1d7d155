"""Imports that are read and wait to be checked by document control (I-1)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, true

from docctl.domain.imports import RunState
from docctl.domain.permissions import Actor
from docctl.domain.roles import Role
from docctl.models.imports import ImportNotice, ImportRun, RunSource
from docctl.models.record_imports import RecordImport
from docctl.queries.inbox_row import work


def import_work(actor: Actor) -> dict[str, Select[*tuple[Any, ...]]]:
    """Return what is to be done, by verb: runs to be checked of the units that the person controls, with the
    day on which they end if nobody works on them; own imports that end so and are no such runs, those of
    watched folders being everybody's who controls the unit; results of imports that are to be seen.
    """
    scopes = {scope for role, scope in actor.roles if role is Role.DOCUMENT_CONTROLLER}
    controlled = true() if None in scopes else ImportRun.unit_id.in_(scopes)
    to_check = (ImportRun.state == RunState.CHECKING) & controlled
    runs = work(
        "import", ImportRun.id, title=ImportRun.name, since=ImportRun.started_at, due_on=ImportRun.ends_on
    )
    tables = work(
        "record_import",
        RecordImport.id,
        title=RecordImport.name,
        since=RecordImport.started_at,
        due_on=RecordImport.ends_on,
    )
    is_own = or_(ImportRun.started_by == actor.person_id, ImportRun.committed_by == actor.person_id)
    if scopes:
        is_own |= (ImportRun.source == RunSource.WATCHED) & controlled
    own = runs.where(
        is_own,
        ImportRun.ends_on.is_not(None),
        ImportRun.ended_at.is_(None),
        ~to_check if scopes else true(),
    )
    own_tables = tables.where(
        RecordImport.started_by == actor.person_id,
        RecordImport.ends_on.is_not(None),
        RecordImport.ended_at.is_(None),
    )
    seen = work("import", ImportRun.id, title=ImportRun.name, since=ImportNotice.at).join(
        ImportNotice, ImportNotice.run_id == ImportRun.id
    )
    to_see = seen.where(ImportNotice.person_id == actor.person_id, ImportNotice.seen_at.is_(None))
    found = {
        "end_import": own,
        "end_record_import": own_tables,
        "see_failed_import": to_see.where(ImportNotice.has_failed.is_(True)),
        "see_import": to_see.where(ImportNotice.has_failed.is_(False)),
    }
    return {"check_import": runs.where(to_check), **found} if scopes else found
