"""Saying where a revision applies: of a draft freely, of an issued revision with the reason (D-8, V-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import authorise
from docctl.domain.reasons import reason_given
from docctl.domain.scope import Place, ScopeKind, carried, may_change_scope, may_scope
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.documents import Document, Revision
from docctl.models.scopes import RevisionScope
from docctl.queries.scopes import places_there, scope_rows
from docctl.queries.unit_names import goings
from docctl.services.caller import Caller
from docctl.services.documents.load import Loaded, facts_of, lock_revision, unchanged
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ScopeDraft:
    """To which units and posts a draft applies; none: everywhere."""

    revision_id: UUID
    row_version: int | None
    places: tuple[Place, ...]


@use_case("distribution.draft")
def scope_draft(session: Session, cmd: ScopeDraft, by: Caller) -> UUID:
    """Say where a draft applies; who does has worked on what is signed (A-2, D-8)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    authorise(by.actor, "distribution.draft", facts_of(session, loaded.document, revision, by))
    unchanged(revision, cmd.row_version)
    if revision.status is not RevisionStatus.DRAFT:
        raise RuleRefused(Refused("D-8", "not_a_draft", {"state": revision.status.value}))
    _set_scope(session, by, loaded.document, revision, cmd.places)
    revision.worked_on(by.person_id)
    flag_modified(revision, "editors")
    return revision.id


@dataclass(frozen=True, slots=True)
class ScopeIssued:
    """To which units and posts an issued revision applies from now on, and why."""

    revision_id: UUID
    row_version: int | None
    places: tuple[Place, ...]
    reason: str


@use_case("distribution.change")
def scope_issued(session: Session, cmd: ScopeIssued, by: Caller) -> UUID:
    """Change where an issued revision applies; a draft after it that had the same follows (D-8)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    authorise(by.actor, "distribution.change", facts_of(session, loaded.document, revision, by))
    unchanged(revision, cmd.row_version)
    over_since = revision.over_since(loaded.document)
    if revision.status is RevisionStatus.DRAFT:
        raise RuleRefused(Refused("D-8", "not_issued", {"state": revision.status.value}))
    require(may_change_scope(revision.status, over_since=over_since, at=by.at))
    require(reason_given(cmd.reason, rule="D-2"))
    before = {one.place(): one.name for one in scope_rows(session, revision.id)}
    _set_scope(session, by, loaded.document, revision, cmd.places, reason=cmd.reason.strip())
    flag_modified(revision, "status")  # what others have on their pages is old now
    draft = _draft_after(loaded, revision)
    if draft is not None:
        _let_follow(session, by, loaded.document, revision, draft, before)
    return revision.id


def _let_follow(
    session: Session,
    by: Caller,
    document: Document,
    issued: Revision,
    draft: Revision,
    before: dict[Place, str],
) -> None:
    """Give a draft the issued scope where it had the one before, also as it was carried to it."""
    there, gone = places_there(session), goings(session, by.today)
    held = {one.place() for one in scope_rows(session, draft.id)}
    after = {one.place(): one.name for one in scope_rows(session, issued.id)}
    if held == set(before):
        wanted = set(after)
    elif held == set(carried(before, there, gone)):
        wanted = set(carried(after, there, gone))
    else:
        return
    if wanted != held:
        _set_scope(session, by, document, draft, tuple(wanted))
        flag_modified(draft, "editors")  # what others have on their pages is old now


def carry_scope(session: Session, by: Caller, before: Revision, draft: Revision) -> None:
    """Give a new draft the scope of the revision before; units that are gone give way to those after them.

    What has none after it stays, so that no scope becomes everywhere unseen (D-8, O-2).
    """
    places = {one.place(): one.name for one in scope_rows(session, before.id)}
    found = carried(places, places_there(session), goings(session, by.today))
    session.add_all(_row(by, draft, place, name, "") for place, name in found.items())


def _set_scope(
    session: Session,
    by: Caller,
    document: Document,
    revision: Revision,
    places: Sequence[Place],
    *,
    reason: str = "",
) -> None:
    rows = {one.place(): one for one in scope_rows(session, revision.id)}
    there = places_there(session)
    require(may_scope(places, {*there, *rows}, rows))
    was = [one.name for one in rows.values()]
    for place, row in rows.items():
        if place in places:
            continue
        if reason:
            row.removed_at, row.removed_by, row.removed_reason = by.at, by.person_id, reason
        else:
            session.delete(row)
    session.flush()  # the guards ask for the state before anything else changes
    session.add_all(_row(by, revision, one, there[one], reason) for one in places if one not in rows)
    session.flush()
    now = [one.name for one in scope_rows(session, revision.id)]
    record(
        session,
        by,
        "distribution.scoped",
        Subject("document", document.id, str(revision.id)),
        facts={"number": revision.number_of(document), "label": revision.label, "places": len(now)},
        detail={"before": {"scope": was}, "after": {"scope": now}, **({"reason": reason} if reason else {})},
    )


def _row(by: Caller, revision: Revision, place: Place, name: str, reason: str) -> RevisionScope:
    return RevisionScope(
        id=new_id(),
        revision_id=revision.id,
        kind=place.kind,
        unit_id=place.holder_id if place.kind is ScopeKind.UNIT else None,
        post_id=place.holder_id if place.kind is ScopeKind.POST else None,
        name=name,
        added_at=by.at,
        added_by=by.person_id,
        reason=reason,
    )


def _draft_after(loaded: Loaded, changed: Revision) -> Revision | None:
    later = [
        one
        for one in loaded.in_order()
        if one.ordinal > changed.ordinal and one.status is not RevisionStatus.DISCARDED
    ]
    return later[0] if later and later[0].status is RevisionStatus.DRAFT else None
