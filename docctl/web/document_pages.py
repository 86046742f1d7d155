"""How the page of a document is put together: the read is in the trail before the content shows (X-2)."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Response, make_response, request

from docctl.queries.blank_print_page import blanks_of_form
from docctl.queries.changes import changes_beside
from docctl.queries.distribution import asked_to_read
from docctl.queries.document_page import DocumentPage, document_page
from docctl.queries.history import History, revision_history
from docctl.queries.requests import open_requests, requests_answered
from docctl.queries.review_pages import reviews_beside
from docctl.queries.timeline import Timeline, timeline
from docctl.services.content.open import open_content
from docctl.web.context import actor, caller, house, lang, render, words
from docctl.web.registers import chosen, number
from docctl.web.timelines import told

#: What those outside may know of a revision's life: that it came, was signed, and went (X-3).
_KNOWN_OUTSIDE: Final = frozenset(
    {
        "revision.submitted",
        "revision.form_checked",
        "revision.reviewed",
        "revision.approved",
        "revision.issued",
        "revision.took_effect",
        "revision.suspended",
        "revision.resumed",
        "revision.withdrawn",
        "document.renumbered",
        "change.approved",
        "change.revoked",
    }
)


def page_of(*, document_id: UUID | None = None, revision_id: UUID | None = None) -> Response:
    """Answer with the page of a document, on one of its revisions."""
    page, events, history = load_page(document_id=document_id, revision_id=revision_id)
    if page.shown is not None:
        open_content(page.revision.id, by=caller(), house=house(), file_id=page.shown.id)
    with house().uow.read() as session:
        to_read = asked_to_read(session, actor(), page.revision.id)
        reviews = reviews_beside(session, actor(), page.document_id, at=house().clock())
        changes = changes_beside(session, page.revision.id, at=house().clock(), zone=house().zone)
        requests = open_requests(session, actor(), page.document_id, at=house().clock(), zone=house().zone)
        answered = requests_answered(session, actor(), page.revision.id, at=house().clock())
        blanks = (
            blanks_of_form(session, actor(), page.document_id, page.revision.id, at=house().clock())
            if page.is_form and page.is_insider
            else None
        )
        in_force = page.in_force
        carried = (
            changes_beside(session, in_force.id, at=house().clock(), zone=house().zone)
            if in_force and in_force.id != page.revision.id and in_force.can_open
            else ()
        )
    return make_response(
        render(
            "documents/page.html",
            page=page,
            history=history,
            reviews=reviews,
            changes=changes,
            carried=carried,
            requests=requests,
            answered=answered,
            blanks=blanks,
            to_read=to_read and page.revision.state in {"in_force", "suspended"},
            # Somebody from outside reads the document, not who did what with it (O-7, X-3).
            events=[] if actor().is_outside else told(events, words()),
            older=None if actor().is_outside else events.older,
            reads=_wants_reads(page),
            today=house().today(),
            english=lang() == "en",
            at_page=number(request.args.get("page")),
        )
    )


def load_page(
    *, document_id: UUID | None = None, revision_id: UUID | None = None
) -> tuple[DocumentPage, Timeline, History]:
    """Return the page with its timeline and its revision history, as far as the person may see them (X-3)."""
    now = house().clock()
    with house().uow.read() as session:
        page = document_page(
            session,
            actor(),
            at=now,
            zone=house().zone,
            document_id=document_id,
            revision_id=revision_id,
            file_id=chosen(request.args.get("file")) if revision_id else None,
        )
        history = revision_history(session, actor(), page.document_id, at=now, zone=house().zone)
        before = request.args.get("before", "")
        events = timeline(
            session,
            page.document_id,
            zone=house().zone,
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
            reads=_wants_reads(page),
            versions=None if page.is_insider else [str(one.id) for one in page.revisions],
            actions=None if page.is_insider else _KNOWN_OUTSIDE,
            with_detail=page.is_insider,
        )
    return page, events, history


def _wants_reads(page: DocumentPage) -> bool:
    return page.is_insider and request.args.get("reads") == "1"
