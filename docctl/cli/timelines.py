"""What a person at the terminal may know of what happened to an item (T-1, X-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from docctl.cli.desk import Desk
    from docctl.queries.number_found import Candidate
    from docctl.queries.timeline import Entry

#: More than an item ever has; a terminal scrolls.
_ALL: Final = 100_000

#: What staff may know of the way of a revision that is in force.
_KNOWN_OUTSIDE: Final = frozenset(
    {
        "revision.submitted",
        "revision.reviewed",
        "revision.approved",
        "revision.issued",
        "revision.took_effect",
        "revision.validity_nears",
        "revision.suspended",
        "revision.resumed",
        "revision.withdrawn",
    }
)


def timeline_of(desk: Desk, session: Session, item: Candidate, *, reads: bool = False) -> tuple[Entry, ...]:
    """Return an item's events, newest first; of a document only what concerns the reader (X-3)."""
    from docctl.queries.document_page import document_page
    from docctl.queries.hold_names import names_holds
    from docctl.queries.timeline import timeline

    zone = desk.house.zone
    if item.item_kind == "record":
        named = names_holds(desk.actor)
        return timeline(session, item.item_id, zone=zone, names_holds=named, reads=reads, limit=_ALL).entries
    page = document_page(session, desk.actor, at=desk.house.clock(), zone=zone, document_id=item.item_id)
    if page.is_insider:
        return timeline(session, item.item_id, zone=zone, reads=reads, limit=_ALL).entries
    return timeline(
        session,
        item.item_id,
        zone=zone,
        versions=[str(one.id) for one in page.revisions],
        actions=_KNOWN_OUTSIDE,
        with_detail=False,
        limit=_ALL,
    ).entries
