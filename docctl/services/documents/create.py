"""Creating a document or record form with its first revision as a draft (D-9, N-1, N-6, V-2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from docctl.domain import labels
from docctl.domain.outside import OWN, Outside, may_be_registered
from docctl.domain.particulars import NOTHING_SAID, Particulars
from docctl.domain.permissions import Facts, authorise
from docctl.domain.validity import ENDLESS, Validity
from docctl.domain.verdicts import NotFound, Refused, RuleRefused, require
from docctl.models.base import new_id
from docctl.models.content import FileRole, OwnerKind
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.organisation import Unit
from docctl.queries.rules_in_force import label_rules_at
from docctl.services.caller import Caller
from docctl.services.documents.facts import clean_title
from docctl.services.documents.make import new_document, number_document, require_owner, set_outside
from docctl.services.files import Attached, StoredFile, add_files, storing
from docctl.services.records.classes import require_choosable
from docctl.services.registry import use_case
from docctl.services.requests.answer import lock_requests, take_up
from docctl.services.revisions.annex_forms import lock_above, put_in_annex
from docctl.services.revisions.files import in_order, require_files
from docctl.services.revisions.particulars import set_particulars
from docctl.services.revisions.validity import set_validity
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class CreateDocument:
    """A new document; `number` empty takes the next one of the type's scheme.

    `label` is where the first revision starts, for documents from before docctl (default: first). `outside`
    says of an external document who issued it and the number it has there, beside ours (D-9), `number_values`
    what the number scheme asks for and nothing else gives, as `clause=4.2.4` (N-2).
    """

    type_id: UUID
    title: str
    unit_id: UUID
    uploads: tuple[Attached, ...]
    number: str = ""
    label: str = ""
    parent_id: UUID | None = None
    class_id: UUID | None = None
    change_reason: str = ""
    change_basis: str = ""
    outside: Outside = OWN
    number_values: str = ""
    #: The draft in whose annex it stands, a form numbered under the document of that one (N-12).
    annex_of: UUID | None = None
    #: The accepted requests for a new document that it answers.
    request_ids: tuple[UUID, ...] = ()
    validity: Validity = ENDLESS
    particulars: Particulars = NOTHING_SAID
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


@use_case("document.create", before=storing(OwnerKind.REVISION, for_document=True))
def create_document(session: Session, cmd: CreateDocument, by: Caller) -> UUID:
    """Create a document with its first draft; return the revision's id (D-9, N-1, V-2)."""
    authorise(by.actor, "document.create", Facts(unit_id=cmd.unit_id))
    title = clean_title(cmd.title)
    outside = cmd.outside.tidy()
    require(may_be_registered(outside))
    if not any(one.role is FileRole.MAIN for one in cmd.files):
        raise RuleRefused(Refused("upload", "needed"))
    require_files(cmd.files)
    kind, unit = session.get(DocumentType, cmd.type_id), session.get(Unit, cmd.unit_id)
    if kind is None or unit is None:
        raise NotFound("type or unit")
    if unit.valid_until is not None:
        raise RuleRefused(Refused("O-1", "unit_closed", {"until": unit.valid_until}))
    require_owner(unit)
    above = lock_above(session, cmd.annex_of, by, entity_id=unit.entity_id) if cmd.annex_of else None
    requests = lock_requests(session, cmd.request_ids)
    parent = session.get(Document, cmd.parent_id) if cmd.parent_id else None
    parent = above.document if above else parent
    require_choosable(session, cmd.class_id, by.at)
    label, shown = _first_label(session, kind, cmd.label, by)
    document = new_document(
        session,
        by,
        kind=kind,
        unit=unit,
        title=title,
        class_id=cmd.class_id,
        drafting_unit_id=by.actor.unit_id,
        parent=parent,
    )
    numbered = number_document(
        session,
        by,
        document,
        cmd.number,
        kind=kind,
        unit=unit,
        parent=parent,
        edition=label.issue,
        typed=cmd.number_values,
        annex_of=above.kind.code if above else "",
    )
    document.number = numbered.shown
    set_outside(session, document, outside)
    session.add(document)
    session.flush()  # the revision refers to it
    revision = Revision(
        id=cmd.item_id,
        document_id=document.id,
        ordinal=1,
        issue_label=label.issue,
        amendment_label=amendment_text(label),
        label=shown,
        title=title,
        change_reason=cmd.change_reason.strip(),
        change_basis=cmd.change_basis.strip(),
        created_by=by.person_id,
        created_at=by.at,
    )
    set_validity(revision, cmd.validity, by)
    set_particulars(session, revision, cmd.particulars)
    session.add(revision)
    files = in_order(cmd.files)
    add_files(session, by, owner=OwnerKind.REVISION, owner_id=revision.id, files=files)
    record(
        session,
        by,
        "document.created",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "title": title,
            "type": kind.code,
            "unit": unit.code,
            "label": revision.label,
            "external": outside.is_external,
            "numbering": numbered.rules,
            **({"annex_of": above.document.number} if above else {}),
        },
        detail={
            "files": [one.name for one in cmd.files],
            **({"issuer": outside.issuer, "issuer_number": outside.number} if outside.is_external else {}),
        },
    )
    if above is not None:
        put_in_annex(session, by, above, document, kind)
    take_up(session, by, document, revision, requests)
    return revision.id


def amendment_text(label: labels.Label) -> str:
    """Return the amendment part as stored, empty where the scheme has none (V-1)."""
    return "" if label.amendment is None else str(label.amendment)


def stored_label(issue: str, amendment: str) -> labels.Label:
    """Return the label of the two stored parts (V-1)."""
    return labels.Label(issue, int(amendment) if amendment else None)


def _first_label(session: Session, kind: DocumentType, wanted: str, by: Caller) -> tuple[labels.Label, str]:
    """Return the label, and how it is shown by the rules in force (V-1)."""
    scheme = label_rules_at(session, by.at).rules.of(kind.code).scheme
    if not wanted.strip():
        return labels.first(scheme), labels.show(labels.first(scheme), scheme)
    label = labels.read(wanted.strip(), scheme)
    if label is None:
        raise RuleRefused(Refused("V-1", "label_unreadable", {"label": wanted.strip()[:40]}))
    return label, labels.show(label, scheme)
