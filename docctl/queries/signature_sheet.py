"""Who signed an approved revision and how it came to be, as printed behind its copies (A-3, A-5, V-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from sqlalchemy.orm import Session

from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import Actor, Facts
from docctl.models.content import FileRole
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import LegalEntity
from docctl.queries.copy_steps import CopyLine, copies_of
from docctl.queries.document_opened import headed, revisions_seen
from docctl.queries.external_signatures import ExternalLine, external_signatures
from docctl.queries.history import HistoryLine, history_lines
from docctl.queries.paper import Paper, paper_of
from docctl.queries.revision_files import FileLine, files_of
from docctl.queries.revision_views import SignatureLine, signatures_of, signatures_shown
from docctl.services.access import sees

_UNSIGNED = frozenset({RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW, RevisionStatus.DISCARDED})


class GoesTo(StrEnum):
    """Who gets the copy: the person who takes it, another holder of ours, or one outside (D-1, O-7)."""

    ONESELF = "oneself"
    HOLDER = "holder"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class SignatureSheet:
    """What counts of a revision's signatures, and the lines of its history up to it, oldest first."""

    company: str
    signatures: tuple[SignatureLine, ...]
    external: tuple[ExternalLine, ...]
    #: What an imported revision was signed with, on paper.
    paper: Paper | None
    history: tuple[HistoryLine, ...]
    #: What was signed: the main file and the annexes.
    files: tuple[FileLine, ...]
    #: Whom the route told, for who knows the document from inside: no signatures (A-10).
    copies: tuple[CopyLine, ...] = ()

    def facts(self) -> list[str]:
        """Return what makes one sheet another: a copy made before does not answer for it."""
        told = [f"{one.id} {one.acknowledged_at}" for one in self.copies]
        return [str(one.id) for one in self.external] + [one.state for one in self.history] + told


def signature_sheet(
    session: Session,
    actor: Actor,
    document: Document,
    revision: Revision,
    *,
    at: datetime,
    zone: tzinfo,
    goes_to: GoesTo = GoesTo.ONESELF,
) -> SignatureSheet | None:
    """Return the sheet of a revision, None for one that is not approved; void signatures stay out (A-9).

    A form has none: its copies are filled in, and a page of signatures would go with each of them.
    Somebody from outside is told the signatures of the revision they may have, not who else signed from
    outside, nor what came before it (O-7, X-3). A controlled copy says no more than its holder may know.
    """
    if revision.status in _UNSIGNED or session.get_one(DocumentType, document.type_id).is_form:
        return None
    facts = Facts(unit_id=document.unit_id, insider=sees(session, actor, document.insider_set_id))
    external: tuple[ExternalLine, ...] = ()
    lines: tuple[HistoryLine, ...] = ()
    if not actor.is_outside and goes_to is not GoesTo.OUTSIDE:
        external = external_signatures(session, actor, revision, facts, zone)
        # What the page of its history tells them: who was told of one revision knows no other.
        head = headed(session, actor, document.id, at=at)
        known = [
            one
            for one in revisions_seen(session, head, at)
            if one.ordinal <= revision.ordinal and one.status not in _UNSIGNED
        ]
        lines = history_lines(session, known, at, zone)
    told = (
        copies_of(session, revision, actor, zone, all_of_them=True)
        if facts.insider and goes_to is GoesTo.ONESELF
        else ()
    )
    return SignatureSheet(
        company=session.get_one(LegalEntity, document.entity_id).name,
        signatures=tuple(
            one
            for one in signatures_shown(signatures_of(session, revision.id), revision, zone)
            if not one.is_void
        ),
        external=tuple(one for one in external if not one.is_void),
        paper=paper_of(revision, {}, zone),
        history=lines,
        files=tuple(one for one in files_of(session, revision.id) if one.role != FileRole.SOURCE),
        copies=tuple(one for one in told if one.opened_at is not None),
    )
