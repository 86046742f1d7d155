"""The list of a draft: entries put on and taken off freely until it is submitted (D-8, V-13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.distribution import ListEntry, may_list
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.distribution import DistributionEntry
from docctl.models.documents import Document, Revision
from docctl.queries.holder_names import holder_name, names_of_holders
from docctl.services.caller import Caller
from docctl.services.distribution.holders import columns_of
from docctl.services.distribution.load import entries_of, lists_of
from docctl.services.documents.load import Loaded, facts_of, lock_revision, unchanged
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ListRecipient:
    """Put an entry on the list of a draft."""

    revision_id: UUID
    row_version: int | None
    entry: ListEntry


@use_case("distribution.draft")
def list_recipient(session: Session, cmd: ListRecipient, by: Caller) -> UUID:
    """Put an entry on a draft's list; return its id (D-8)."""
    loaded, revision = _draft(session, cmd.revision_id, cmd.row_version, by)
    (row,) = new_entries(session, by, revision, [cmd.entry])
    _changed(session, by, loaded, revision, "distribution.listed", row)
    return row.id


@dataclass(frozen=True, slots=True)
class UnlistRecipient:
    """Take an entry off the list of a draft."""

    revision_id: UUID
    row_version: int | None
    entry_id: UUID


@use_case("distribution.draft")
def unlist_recipient(session: Session, cmd: UnlistRecipient, by: Caller) -> UUID:
    """Take an entry off a draft's list; return the revision's id (D-8)."""
    loaded, revision = _draft(session, cmd.revision_id, cmd.row_version, by)
    row = session.get(DistributionEntry, cmd.entry_id)
    if row is None or row.revision_id != revision.id:
        raise NotFound("entry")
    session.delete(row)
    session.flush()  # the guard asks for the draft state before anything else changes
    _changed(session, by, loaded, revision, "distribution.unlisted", row)
    return revision.id


def new_entries(
    session: Session, by: Caller, revision: Revision, wanted: Sequence[ListEntry], *, reason: str = ""
) -> list[DistributionEntry]:
    """Add entries to a revision's list, however many at once; raise as `put_on_lists` does (D-8)."""
    return put_on_lists(session, by, [(revision, one) for one in wanted], reason=reason)


def put_on_lists(
    session: Session, by: Caller, wanted: Sequence[tuple[Revision, ListEntry]], *, reason: str = ""
) -> list[DistributionEntry]:
    """Add entries to the lists of revisions, in order: as many questions for many as for one.

    Raises RuleRefused for one that may not stand there (D-8), NotFound for a holder that is not there.
    """
    if not wanted:
        return []
    lists = lists_of(session, {revision.id for revision, _ in wanted})
    newest = {key: max((one.ordinal for one in rows), default=0) for key, rows in lists.items()}
    there = {key: [one.entry() for one in rows if one.removed_at is None] for key, rows in lists.items()}
    names = names_of_holders(session, [entry for _, entry in wanted])
    new = []
    for revision, entry in wanted:
        require(may_list(entry, there[revision.id]))
        if entry.holder_id not in names:
            raise NotFound("holder")
        there[revision.id].append(entry)
        newest[revision.id] += 1
        new.append(
            DistributionEntry(
                id=new_id(),
                revision_id=revision.id,
                ordinal=newest[revision.id],
                kind=entry.kind,
                place=entry.place,
                medium=entry.medium,
                copies=entry.copies,
                reads=entry.reads,
                holder=holder_name(entry, names[entry.holder_id]),
                added_at=by.at,
                added_by=by.person_id,
                reason=reason,
                **columns_of(entry),
            )
        )
    session.add_all(new)
    session.flush()  # copies refer to them
    return new


def carry_over(session: Session, by: Caller, document: Document, before: Revision, draft: Revision) -> None:
    """Give a new draft the list of the revision before; holders that are gone are named in an event (D-8)."""
    session.flush()  # the entries refer to the draft
    old = entries_of(session, before.id)
    there = names_of_holders(session, [one.entry() for one in old])
    new_entries(session, by, draft, [one.entry() for one in old if one.holder_id in there])
    if gone := [one.holder for one in old if one.holder_id not in there]:
        record(
            session,
            by,
            "distribution.left_out",
            Subject("document", document.id, str(draft.id)),
            facts={"number": document.number, "label": draft.label, "count": len(gone)},
            detail={"holders": gone},
        )


def _draft(
    session: Session, revision_id: UUID, row_version: int | None, by: Caller
) -> tuple[Loaded, Revision]:
    loaded, revision = lock_revision(session, revision_id)
    authorise(by.actor, "distribution.draft", facts_of(session, loaded.document, revision, by))
    unchanged(revision, row_version)
    if revision.status is not RevisionStatus.DRAFT:
        raise RuleRefused(Refused("D-8", "not_a_draft", {"state": revision.status.value}))
    return loaded, revision


def _changed(
    session: Session,
    by: Caller,
    loaded: Loaded,
    revision: Revision,
    action: str,
    row: DistributionEntry,
) -> None:
    # Who listed somebody has worked on what is signed (A-2); and others' pages are old now.
    revision.worked_on(by.person_id)
    flag_modified(revision, "editors")
    record(
        session,
        by,
        action,
        Subject("document", loaded.document.id, str(revision.id)),
        facts={"number": loaded.document.number, "label": revision.label},
        detail={"holder": row.holder, "copies": row.copies},
    )
