"""Changing the list of an issued revision: each step with its reason, in the trail (D-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain.copy_states import OPEN
from docctl.domain.distribution import ListEntry, may_change_list
from docctl.domain.permissions import authorise
from docctl.domain.reasons import reason_given
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.distribution import ControlledCopy, DistributionEntry
from docctl.models.documents import Revision
from docctl.services.caller import Caller
from docctl.services.distribution.draft import put_on_lists
from docctl.services.distribution.follow import Change, follow
from docctl.services.distribution.issue import distribute
from docctl.services.documents.load import Loaded, facts_of, lock_revision
from docctl.services.locks import Rank, lock
from docctl.services.registry import use_case
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class AddRecipient:
    """Put an entry on the list of an issued revision, with the reason."""

    revision_id: UUID
    entry: ListEntry
    reason: str


@use_case("distribution.change")
def add_recipient(session: Session, cmd: AddRecipient, by: Caller) -> UUID:
    """Distribute an issued revision further: copies are issued and readers asked at once (D-8).

    A draft of the next revision gets the entry too.
    """
    loaded, revision = _issued(session, cmd.revision_id, cmd.reason, by)
    (row,) = put_on(session, by, [(loaded, revision, cmd.entry)], cmd.reason)
    distribute(session, by, [(loaded.document, revision, [row])])
    return row.id


@dataclass(frozen=True, slots=True)
class RemoveRecipient:
    """Take an entry off the list of an issued revision, with the reason."""

    revision_id: UUID
    entry_id: UUID
    reason: str


@use_case("distribution.change")
def remove_recipient(session: Session, cmd: RemoveRecipient, by: Caller) -> UUID:
    """Take somebody off the list: their open copies are recalled, who was asked to read stays asked (D-8).

    A draft of the next revision loses the entry too.
    """
    loaded, revision = _issued(session, cmd.revision_id, cmd.reason, by)
    row = session.get(DistributionEntry, cmd.entry_id)
    if row is None or row.revision_id != revision.id:
        raise NotFound("entry")
    if row.removed_at is not None:
        raise RuleRefused(Refused("D-8", "removed_already"))
    copies = lock(
        session,
        Rank.ITEMS,
        select(ControlledCopy)
        .where(ControlledCopy.entry_id == row.id, ControlledCopy.status.in_(sorted(OPEN)))
        .order_by(ControlledCopy.id),
    )
    take_off(session, by, [(loaded, revision, row, copies)], cmd.reason)
    return revision.id


def put_on(
    session: Session, by: Caller, added: Sequence[tuple[Loaded, Revision, ListEntry]], reason: str
) -> list[DistributionEntry]:
    """Add entries to lists of issued revisions and to the drafts after them; issue nothing yet (D-8)."""
    wanted = [(revision, entry) for _, revision, entry in added]
    rows = put_on_lists(session, by, wanted, reason=reason.strip())
    for (loaded, revision, _), row in zip(added, rows, strict=True):
        _tell(session, by, loaded, revision, "distribution.added", row, reason)
    follow(session, by, [Change(*one, is_added=True) for one in added])
    return rows


def take_off(
    session: Session,
    by: Caller,
    taken: Sequence[tuple[Loaded, Revision, DistributionEntry, Sequence[ControlledCopy]]],
    reason: str,
) -> None:
    """Take entries off lists of issued revisions and the drafts after them; recall their copies (D-8)."""
    for loaded, revision, row, copies in taken:
        row.removed_at, row.removed_by, row.removed_reason = by.at, by.person_id, reason.strip()
        called = [one for one in copies if one.recalled_at is None]
        for one in called:
            one.recalled_at, one.recalled_by, one.recall_reason = by.at, by.person_id, reason.strip()
        numbers = sorted(one.number for one in called)
        _tell(session, by, loaded, revision, "distribution.removed", row, reason, recalls=numbers)
    follow(session, by, [Change(one[0], one[1], one[2].entry(), is_added=False) for one in taken])


def _issued(session: Session, revision_id: UUID, reason: str, by: Caller) -> tuple[Loaded, Revision]:
    loaded, revision = lock_revision(session, revision_id)
    authorise(by.actor, "distribution.change", facts_of(session, loaded.document, revision, by))
    over_since = revision.over_since(loaded.document)
    require(may_change_list(revision.status, over_since=over_since, at=by.at))
    require(reason_given(reason, rule="D-2"))
    return loaded, revision


def _tell(
    session: Session,
    by: Caller,
    loaded: Loaded,
    revision: Revision,
    action: str,
    row: DistributionEntry,
    reason: str,
    **facts: object,
) -> None:
    record(
        session,
        by,
        action,
        Subject("document", loaded.document.id, str(revision.id)),
        facts={"number": loaded.document.number, "label": revision.label, **facts},
        detail={"holder": row.holder, "reason": reason.strip()},
    )
