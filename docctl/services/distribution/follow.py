"""A draft that was begun before the list of the revision in force changed follows the change (D-8)."""

from __future__ import annotations

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.distribution import MOST_ENTRIES, ListEntry
from docctl.domain.lifecycle import RevisionStatus
from docctl.models.documents import Document, Revision
from docctl.queries.holder_names import holder_name, names_of_holders
from docctl.services.caller import Caller
from docctl.services.distribution.draft import new_entries
from docctl.services.distribution.load import entries_of
from docctl.services.documents.load import Loaded
from docctl.services.trail import Subject, record


def follow(
    session: Session,
    by: Caller,
    loaded: Loaded,
    changed: Revision,
    *,
    add: ListEntry | None = None,
    remove: ListEntry | None = None,
) -> None:
    """Do to the draft after a revision what was done to that one's list, with an event (D-8).

    What was submitted is signed and stays: its page shows how its list differs. Who changes the list of an
    issued revision decides on that one, and becomes no author of the draft.
    """
    draft = _draft_after(loaded, changed)
    if draft is None:
        return
    there = {one.entry().key: one for one in entries_of(session, draft.id)}
    if add is not None and add.key not in there:
        if len(there) >= MOST_ENTRIES:  # whom the draft has no room for is named all the same
            name = holder_name(add, names_of_holders(session, [add])[add.holder_id])
            _note(session, by, loaded.document, draft, changed, "left_out", name)
            return
        (row,) = new_entries(session, by, draft, [add])
    elif remove is not None and remove.key in there:
        row = there[remove.key]
        session.delete(row)
        session.flush()  # the guard asks for the draft state before anything else changes
    else:
        return
    flag_modified(draft, "editors")  # what others have on their pages is old now
    change = "added" if add is not None else "removed"
    _note(session, by, loaded.document, draft, changed, change, row.holder)


def _note(
    session: Session,
    by: Caller,
    document: Document,
    draft: Revision,
    changed: Revision,
    change: str,
    holder: str,
) -> None:
    record(
        session,
        by,
        "distribution.followed",
        Subject("document", document.id, str(draft.id)),
        facts={"number": document.number, "label": draft.label, "of": changed.label, "change": change},
        detail={"holder": holder},
    )


def _draft_after(loaded: Loaded, changed: Revision) -> Revision | None:
    """Return the draft whose list came from a revision: the next one that was not discarded."""
    later = [
        one
        for one in loaded.in_order()
        if one.ordinal > changed.ordinal and one.status is not RevisionStatus.DISCARDED
    ]
    return later[0] if later and later[0].status is RevisionStatus.DRAFT else None
