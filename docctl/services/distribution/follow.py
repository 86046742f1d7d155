"""A draft that was begun before the list of the revision in force changed follows the change (D-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.distribution import MOST_ENTRIES, ListEntry
from docctl.domain.lifecycle import RevisionStatus
from docctl.models.distribution import DistributionEntry
from docctl.models.documents import Revision
from docctl.queries.holder_names import holder_name, names_of_holders
from docctl.services.caller import Caller
from docctl.services.distribution.draft import put_on_lists
from docctl.services.distribution.load import lists_of
from docctl.services.documents.load import Loaded
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to the list of an issued revision: an entry was put on, or taken off."""

    loaded: Loaded
    revision: Revision
    entry: ListEntry
    is_added: bool


def follow(session: Session, by: Caller, changes: Sequence[Change]) -> None:
    """Do to the drafts after revisions what was done to those ones' lists, with an event each (D-8).

    What was submitted is signed and stays: its page shows how its list differs. Who changes the list of an
    issued revision decides on that one, and becomes no author of the draft. However many changes are made
    takes as many questions as one.
    """
    wanted = [(one, draft) for one in changes if (draft := _draft_after(one)) is not None]
    if not wanted:
        return
    lists = lists_of(session, {draft.id for _, draft in wanted})
    there: dict[UUID, dict[Any, DistributionEntry | None]] = {
        key: {one.entry().key: one for one in rows} for key, rows in lists.items()
    }
    new: list[tuple[Change, Revision]] = []
    full: list[tuple[Change, Revision]] = []
    for change, draft in wanted:
        listed, key = there[draft.id], change.entry.key
        if not change.is_added:
            if (row := listed.pop(key, None)) is not None:
                session.delete(row)
                _note(session, by, change, draft, "removed", row.holder)
        elif key not in listed and len(listed) >= MOST_ENTRIES:
            full.append((change, draft))
        elif key not in listed:
            listed[key] = None
            new.append((change, draft))
    session.flush()  # the guard asks for the draft state before anything else changes
    rows = put_on_lists(session, by, [(draft, change.entry) for change, draft in new])
    for (change, draft), row in zip(new, rows, strict=True):
        _note(session, by, change, draft, "added", row.holder)
    names = names_of_holders(session, [change.entry for change, _ in full])
    for change, draft in full:  # whom the draft has no room for is named all the same
        holder = holder_name(change.entry, names[change.entry.holder_id])
        _note(session, by, change, draft, "left_out", holder)


def _note(session: Session, by: Caller, change: Change, draft: Revision, what: str, holder: str) -> None:
    if what != "left_out":
        flag_modified(draft, "editors")  # what others have on their pages is old now
    number = change.loaded.document.number
    record(
        session,
        by,
        "distribution.followed",
        Subject("document", change.loaded.document.id, str(draft.id)),
        facts={"number": number, "label": draft.label, "of": change.revision.label, "change": what},
        detail={"holder": holder},
    )


def _draft_after(change: Change) -> Revision | None:
    """Return the draft whose list came from a revision: the next one that was not discarded."""
    loaded, changed = change.loaded, change.revision
    later = [
        one
        for one in loaded.in_order()
        if one.ordinal > changed.ordinal and one.status is not RevisionStatus.DISCARDED
    ]
    return later[0] if later and later[0].status is RevisionStatus.DRAFT else None
