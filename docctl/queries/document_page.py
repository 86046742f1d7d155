"""The page of a document with one of its revisions, as far as the person may see it (V-2, V-4, X-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain.form_definition import NOTHING as NO_FIELDS
from docctl.domain.form_definition import Definition
from docctl.domain.lifecycle import UNDER_WAY, Computed, RevisionStatus, in_force
from docctl.domain.permissions import Actor, allows
from docctl.domain.verdicts import NotFound
from docctl.models.content import FileRole
from docctl.models.documents import Revision
from docctl.queries.annex_forms import InAnnex, NamedBy, forms_in_annexes, named_by
from docctl.queries.citations import Cited, CitedBy, cited, cited_by
from docctl.queries.copy_steps import CopyLine, copies_of
from docctl.queries.document_actions import Offered, offers
from docctl.queries.document_opened import Headed, drafting_unit, opened_at
from docctl.queries.document_relations import Relations, relations
from docctl.queries.document_situation import situation_of
from docctl.queries.document_standing import standing_in
from docctl.queries.draft_checks import NONE, DraftChecks, draft_checks
from docctl.queries.external_signatures import ExternalLine, external_signatures
from docctl.queries.form_definitions import definition_at
from docctl.queries.late_steps import LateLine, late_steps
from docctl.queries.number_following import NumberComing, number_coming
from docctl.queries.open_steps import OpenStep, open_steps
from docctl.queries.other_names import OtherName, other_names
from docctl.queries.outlines import Outline, outline_shown
from docctl.queries.paper import Paper, paper_of
from docctl.queries.request_page import refused_without
from docctl.queries.returns import ReturnLine, returns_of
from docctl.queries.revision_files import FileLine, files_of, with_html
from docctl.queries.revision_views import (
    RevisionLine,
    RevisionView,
    SignatureLine,
    behalf_in,
    line_of,
    names_of,
    signatures_of,
    signatures_shown,
    view_of,
)
from docctl.queries.scopes import scope_names
from docctl.queries.standing_in import Standing, standings
from docctl.queries.step_rows import signed_in_round


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """All that the page of a document shows; times in the company's zone."""

    document_id: UUID
    parent_id: UUID | None
    number: str
    company: str
    is_demo: bool
    type_code: str
    type_name: str
    type_name_en: str
    is_form: bool
    unit_id: UUID
    unit_name: str
    drafting_unit: str
    #: Of one from outside: who issued it, and its number there (D-9).
    outside: tuple[str, str] | None
    is_insider: bool
    revision: RevisionView
    revisions: tuple[RevisionLine, ...]
    signatures: tuple[SignatureLine, ...]
    #: Those open now, one's own first: several where a route has steps side by side (A-1).
    steps: tuple[OpenStep, ...]
    #: All that the person may take; the source is not among them for others than those who may have it.
    files: tuple[FileLine, ...]
    relations: Relations
    actions: tuple[Offered, ...]
    #: Of a revision from before docctl: always marked so (V-6).
    paper: Paper | None
    #: What the revision shown cites, and who cites the document (D-6).
    cites: tuple[Cited, ...]
    cited_by: tuple[CitedBy, ...]
    #: The clauses of its text, and what is missing or stands twice among their numbers (I-9).
    outline: Outline
    #: What its number becomes when the revision shown is issued, where it follows (N-7).
    number_coming: NumberComing | None = None
    #: What is to be mended or answered in its text before it is issued, and the answers (D-12).
    checks: DraftChecks = NONE
    may_answer: bool = False
    #: What else it is called, and whether the person may change that (N-9).
    other_names: tuple[OtherName, ...] = ()
    #: To which units and posts the revision shown applies; none: everywhere (D-8).
    scope: tuple[str, ...] = ()
    may_name: bool = False
    #: What the revision shown asks of records, where it is one of a form (F-2).
    asks: Definition = NO_FIELDS
    #: The file that is read on the page: the main one, or the annex that was chosen.
    shown: FileLine | None = None
    #: The forms in its annexes; of a form the revisions in whose annexes it stands (N-12).
    annex_forms: tuple[InAnnex, ...] = ()
    in_annex_of: tuple[NamedBy, ...] = ()
    #: Of people without an account, vouched for from inside (A-5).
    external: tuple[ExternalLine, ...] = ()
    #: How it came back, the last time first; whether the person may tick what is done (A-9).
    returns: tuple[ReturnLine, ...] = ()
    may_mend: bool = False
    #: Whom its route tells; of others than insiders themselves alone (A-10).
    copies: tuple[CopyLine, ...] = ()
    #: Steps that were closed after their time, for insiders (A-13).
    late: tuple[LateLine, ...] = ()

    @property
    def late_since(self) -> datetime | None:
        """When the step was due that the person would close now, where its time is over (A-13)."""
        first = self.steps[0] if self.steps else None
        closes = first is not None and (first.is_mine or self.behalf is not None)
        return first.due_at if first is not None and closes and first.is_overdue else None

    @property
    def to_know(self) -> tuple[CopyLine, ...]:
        """What the person is asked to know and has not said that they do."""
        return tuple(one for one in self.copies if one.is_mine and one.is_open)

    @property
    def main(self) -> FileLine | None:
        """The file that its document is."""
        return next((one for one in self.files if one.role == FileRole.MAIN), None)

    @property
    def annexes(self) -> tuple[FileLine, ...]:
        """The annexes in their order (V-13)."""
        return tuple(one for one in self.files if one.role == FileRole.ANNEX)

    @property
    def source(self) -> FileLine | None:
        """The file that the main one was made from, where the person may have it."""
        return next((one for one in self.files if one.role == FileRole.SOURCE), None)

    @property
    def in_force(self) -> RevisionLine | None:
        """The revision in force, suspended, expired or not, where there is one."""
        states = {Computed.IN_FORCE.value, Computed.SUSPENDED.value, Computed.EXPIRED.value}
        return next((one for one in self.revisions if one.state in states), None)

    @property
    def under_way(self) -> RevisionLine | None:
        """The revision under way, or issued and waiting for its day, where there is one."""
        states = {one.value for one in UNDER_WAY} | {Computed.WAITING.value}
        return next((one for one in self.revisions if one.state in states), None)

    @property
    def behalf(self) -> Standing | None:
        """For whom the person may sign the first open step, where it is not their own (A-8)."""
        first = self.steps[0] if self.steps else None
        if first is None or first.is_mine or first.stands_in is None or not first.stands_in.verdict:
            return None
        return first.stands_in

    def action(self, name: str) -> Offered | None:
        """Return an action that the page offers."""
        return next((one for one in self.actions if one.name == name), None)


def document_page(
    session: Session,
    actor: Actor,
    *,
    at: datetime,
    zone: tzinfo,
    document_id: UUID | None = None,
    revision_id: UUID | None = None,
    file_id: UUID | None = None,
) -> DocumentPage:
    """Return the page of a document, or of one revision of it, with its main file or another one opened.

    Without a revision: what is in force, for insiders else what is under way, else the last one. Raises
    NotFound for what the person may not see (X-3).
    """
    head, revisions, shown = opened_at(session, actor, document_id, revision_id, at=at)
    files = files_of(session, shown.id)
    signatures = signatures_of(session, shown.id)
    today = at.astimezone(zone).date()
    standing = standings(session, head.document, shown, actor.person_id, at=at, today=today)
    steps = open_steps(session, shown, actor, at, zone, standing)
    signed = signed_in_round(session, shown.id, shown.round) if steps else ()
    hashes = [one.sha256 for one in files] if shown.status in UNDER_WAY else []
    beside = relations(session, actor, head.document, hashes, is_form=head.kind.is_form, at=at)
    people = names_of(
        session,
        (
            shown.created_by,
            shown.prepared_by,
            shown.reviewed_by,
            shown.approved_by,
            shown.issued_by,
            shown.withdrawn_by,
            shown.imported_by,
            *(one.suspended_by for one in shown.suspensions),
        ),
    )
    coming = None
    if head.insider and shown.status in UNDER_WAY:
        coming = number_coming(session, head.document, shown.issue_label, at=at, today=today)
    cites = cited(session, actor, shown.id, at=at)
    checks = NONE
    if head.insider and shown.status in UNDER_WAY:
        checks = draft_checks(session, actor, head.document, shown, at=at, zone=zone, cites=cites)
    situation = situation_of(head, shown, revisions, steps, signed, beside, files, at)
    situation = standing_in(session, situation, head, shown, steps, actor, at=at, today=today)
    without = None
    if allows(actor, "document.revise", situation.facts):
        without = refused_without(session, head.document.id, head.kind.code, at=at)
    situation = replace(
        situation,
        number_refused=coming.refused if coming else None,
        checks_refused=checks.refused,
        request_refused=without,
    )
    if not allows(actor, "revision.source", situation.facts):
        files = tuple(one for one in files if one.role != FileRole.SOURCE)
    return DocumentPage(
        document_id=head.document.id,
        parent_id=head.document.parent_id,
        number=head.document.number,
        company=head.entity.name,
        is_demo=head.entity.is_demo,
        type_code=head.kind.code,
        type_name=head.kind.name,
        type_name_en=head.kind.name_en or head.kind.name,
        is_form=head.kind.is_form,
        unit_id=head.unit.id,
        unit_name=head.unit.name,
        drafting_unit=drafting_unit(session, head, shown),
        outside=(head.document.issuer, head.document.issuer_number) if head.document.is_external else None,
        is_insider=head.insider,
        revision=view_of(shown, people, at, zone, behalf_in(signatures, shown.round)),
        revisions=tuple(
            line_of(one, at, zone, can_open=_can_open(head, one, at)) for one in reversed(revisions)
        ),
        signatures=signatures_shown(signatures, shown, zone),
        steps=steps,
        files=files,
        relations=beside,
        actions=offers(actor, situation, at=at, zone=zone),
        paper=paper_of(shown, people, zone),
        cites=cites,
        cited_by=cited_by(session, actor, head.document, at=at),
        outline=outline_shown(session, shown.id),
        number_coming=coming,
        checks=checks,
        may_answer=allows(actor, "revision.answer", situation.facts),
        other_names=other_names(session, head.document),
        scope=() if actor.is_outside else scope_names(session, shown.id),
        may_name=allows(actor, "document.name", situation.facts),
        asks=definition_at(session, shown.id) if head.kind.is_form else NO_FIELDS,
        shown=_opened(session, files, file_id),
        annex_forms=() if head.kind.is_form else forms_in_annexes(session, actor, shown.id, at=at),
        in_annex_of=named_by(session, actor, head.document.id, at=at) if head.kind.is_form else (),
        external=external_signatures(session, actor, shown, situation.facts, zone),
        copies=copies_of(session, shown, actor, zone, all_of_them=head.insider),
        late=late_steps(session, shown.id, zone) if head.insider else (),
        returns=returns_of(session, shown.id, zone) if situation.facts.insider else (),
        may_mend=shown.status is RevisionStatus.DRAFT and allows(actor, "revision.edit", situation.facts),
    )


def _can_open(head: Headed, one: Revision, at: datetime) -> bool:
    return head.insider or one.id in head.told or in_force(one.dates(), at)


def _opened(session: Session, files: Sequence[FileLine], file_id: UUID | None) -> FileLine | None:
    """Return the file to be read on the page; raise NotFound for one that is not there or is the source."""
    read = [one for one in files if one.role != FileRole.SOURCE]
    if file_id is None:
        found = next((one for one in read if one.role == FileRole.MAIN), None)
    elif (found := next((one for one in read if one.id == file_id), None)) is None:
        raise NotFound("file")
    return with_html(session, found) if found else None
