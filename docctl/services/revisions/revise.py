"""Starting a new revision of a document, changing a draft, discarding it (V-2, V-6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain import labels
from docctl.domain.lifecycle import (
    REVISION_MOVES,
    UNDER_WAY,
    RevisionAction,
    RevisionStatus,
    may_move_revision,
)
from docctl.domain.particulars import Particulars
from docctl.domain.permissions import authorise
from docctl.domain.validity import ENDLESS, Validity
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.content import FileRole, OwnerKind
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.numbers import NumberState
from docctl.queries.rules_in_force import label_rules_at
from docctl.services.caller import Caller
from docctl.services.distribution.draft import carry_over
from docctl.services.distribution.scope import carry_scope
from docctl.services.documents.create import amendment_text, stored_label
from docctl.services.documents.facts import clean_title
from docctl.services.documents.load import facts_of, lock_document, lock_revision, unchanged
from docctl.services.files import Attached, StoredFile, add_files, files_of, storing
from docctl.services.forms.define import carry_fields
from docctl.services.numbers.take import entry_of
from docctl.services.registry import use_case
from docctl.services.requests.answer import (
    lock_requests,
    reopen,
    require_answering,
    take_up,
    take_up_instead,
)
from docctl.services.revisions.annex_forms import carry_annex_forms
from docctl.services.revisions.annexes import annexes_before, carrying, taken_over
from docctl.services.revisions.files import drop_files, in_order, require_files
from docctl.services.revisions.insiders import let_in
from docctl.services.revisions.particulars import carry_particulars, set_particulars
from docctl.services.revisions.validity import set_validity
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class ReviseDocument:
    """A new revision; `reissue` steps the issue (换版), else the amendment (修订)."""

    document_id: UUID
    change_what: str
    change_reason: str
    uploads: tuple[Attached, ...]
    change_basis: str = ""
    title: str = ""
    reissue: bool = False
    validity: Validity = ENDLESS
    #: None leaves what the revision before says.
    particulars: Particulars | None = None
    #: The accepted change requests that it answers.
    request_ids: tuple[UUID, ...] = ()
    #: The annexes of the revision before with which it begins; None: all of them.
    annexes: tuple[UUID, ...] | None = None
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


@use_case("document.revise", before=carrying)
def revise_document(session: Session, cmd: ReviseDocument, by: Caller) -> UUID:
    """Start the next revision as a draft; return its id (V-1, V-2)."""
    loaded = lock_document(session, cmd.document_id)
    document, revisions = loaded.document, loaded.in_order()
    authorise(by.actor, "document.revise", facts_of(session, document, revisions[-1], by))
    if any(one.status in UNDER_WAY for one in revisions):
        raise RuleRefused(Refused("V-2", "revision_under_way"))
    kind = session.get_one(DocumentType, document.type_id)
    requests = lock_requests(session, cmd.request_ids)
    require_answering(session, by, kind.code, len(requests))
    if all(one.status is RevisionStatus.DISCARDED for one in revisions):
        raise RuleRefused(Refused("N-1", "number_voided", {"number": document.number}))
    if not cmd.change_reason.strip() or not cmd.change_what.strip():
        raise RuleRefused(Refused("V-2", "change_reason_needed"))
    if not any(one.role is FileRole.MAIN for one in cmd.files):
        raise RuleRefused(Refused("upload", "needed"))
    taken_over(cmd.files, annexes_before(session, revisions), cmd.annexes)
    require_files(cmd.files)
    kept = [one for one in revisions if one.status is not RevisionStatus.DISCARDED]
    found = label_rules_at(session, by.at)
    scheme = found.rules.of(kind.code).scheme
    if kept:
        before = stored_label(kept[-1].issue_label, kept[-1].amendment_label)
        step = labels.next_issue if cmd.reissue else labels.next_amendment
        label = step(before, scheme)
    else:
        label = labels.first(scheme)
    revision = Revision(
        id=cmd.item_id,
        document_id=document.id,
        ordinal=revisions[-1].ordinal + 1,
        issue_label=label.issue,
        amendment_label=amendment_text(label),
        label=labels.show(label, scheme),
        title=clean_title(cmd.title or document.title),
        change_what=cmd.change_what.strip(),
        change_reason=cmd.change_reason.strip(),
        change_basis=cmd.change_basis.strip(),
        created_by=by.person_id,
        created_at=by.at,
    )
    set_validity(revision, cmd.validity, by)
    if kept:
        carry_particulars(kept[-1], revision)
    if cmd.particulars is not None:
        set_particulars(session, revision, cmd.particulars)
    session.add(revision)
    let_in(session, document)
    files = in_order(cmd.files)
    add_files(session, by, owner=OwnerKind.REVISION, owner_id=revision.id, files=files)
    if kept:
        carry_over(session, by, document, kept[-1], revision)
        carry_scope(session, by, kept[-1], revision)
        carry_fields(session, kept[-1], revision)
        carry_annex_forms(session, kept[-1], revision)
    record(
        session,
        by,
        "revision.started",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "label": revision.label,
            "title": revision.title,
            "labels": found.name,
        },
        detail={"what": revision.change_what, "reason": revision.change_reason},
    )
    take_up(session, by, document, revision, requests)
    return revision.id


@dataclass(frozen=True, slots=True)
class EditRevision:
    """Change a draft's registration data; a new upload replaces its main file."""

    revision_id: UUID
    row_version: int
    title: str
    change_what: str = ""
    change_reason: str = ""
    change_basis: str = ""
    uploads: tuple[Attached, ...] = ()
    #: None leaves it as it is, and which change requests it answers.
    validity: Validity | None = None
    particulars: Particulars | None = None
    request_ids: tuple[UUID, ...] | None = None
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


@use_case("revision.edit", before=storing(OwnerKind.REVISION, for_document=True))
def edit_revision(session: Session, cmd: EditRevision, by: Caller) -> UUID:
    """Change a draft; what has been submitted no longer changes (V-2)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    authorise(by.actor, "revision.edit", facts_of(session, loaded.document, revision, by))
    unchanged(revision, cmd.row_version)
    if revision.status is not RevisionStatus.DRAFT:
        raise RuleRefused(Refused("V-2", "not_a_draft", {"state": revision.status.value}))
    before = {"title": revision.title, "what": revision.change_what}
    revision.title = clean_title(cmd.title)
    revision.change_what = cmd.change_what.strip()
    revision.change_reason = cmd.change_reason.strip()
    revision.change_basis = cmd.change_basis.strip()
    if cmd.validity is not None:
        set_validity(revision, cmd.validity, by)
    if cmd.particulars is not None:
        set_particulars(session, revision, cmd.particulars)
    revision.worked_on(by.person_id)
    flag_modified(revision, "editors")  # new files alone also make what others have on their pages old
    let_in(session, loaded.document)
    if revision.ordinal == 1:
        loaded.document.title = revision.title
    if cmd.request_ids is not None:
        _answer_instead(session, by, loaded.document, revision, cmd.request_ids)
    if cmd.files:
        there = files_of(session, revision.id)
        require_files([*cmd.files, *(one for one in there if one.role is not FileRole.MAIN)])
        drop_files(session, by, [one for one in there if one.role is FileRole.MAIN])
        add_files(session, by, owner=OwnerKind.REVISION, owner_id=revision.id, files=cmd.files)
    record(
        session,
        by,
        "revision.edited",
        Subject("document", loaded.document.id, str(revision.id)),
        facts={"number": loaded.document.number, "label": revision.label},
        detail={"before": before, "after": {"title": revision.title, "what": revision.change_what}},
    )
    return revision.id


def _answer_instead(
    session: Session, by: Caller, document: Document, revision: Revision, ids: tuple[UUID, ...]
) -> None:
    if revision.ordinal > 1:
        kind = session.get_one(DocumentType, document.type_id)
        require_answering(session, by, kind.code, len(ids))
    take_up_instead(session, by, document, revision, ids)


@dataclass(frozen=True, slots=True)
class DiscardRevision:
    """Discard a draft with a reason."""

    revision_id: UUID
    row_version: int
    reason: str


@use_case("revision.discard")
def discard_revision(session: Session, cmd: DiscardRevision, by: Caller) -> UUID:
    """Discard a draft; the number of a document that never was anything else is voided (V-6, N-1)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.discard", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    require(may_move_revision(revision.status, RevisionAction.DISCARD))
    if not cmd.reason.strip():
        raise RuleRefused(Refused("V-6", "reason_needed"))
    revision.status = REVISION_MOVES[revision.status, RevisionAction.DISCARD]
    reopen(session, by, document, revision)
    others = session.scalar(
        select(func.count())
        .select_from(Revision)
        .where(
            Revision.document_id == document.id,
            Revision.id != revision.id,
            Revision.status != RevisionStatus.DISCARDED,
        )
    )
    entry = entry_of(session, document.id)
    if not others and entry is not None:
        entry.state, entry.reason = NumberState.VOIDED, cmd.reason.strip()[:500]
    record(
        session,
        by,
        "revision.discarded",
        Subject("document", document.id, str(revision.id)),
        facts={"number": document.number, "label": revision.label, "number_voided": not others},
        detail={"reason": cmd.reason.strip()},
    )
    return document.id
