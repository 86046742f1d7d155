"""Saying what a form asks of its records, while its revision is a draft (F-2, V-2, V-13)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from docctl.domain.form_definition import NOTHING, Definition, may_define, shown
from docctl.domain.form_keys import WantedField, keyed
from docctl.domain.lifecycle import RevisionStatus
from docctl.domain.permissions import authorise
from docctl.domain.verdicts import Refused, RuleRefused, require
from docctl.models.documents import DocumentType, Revision
from docctl.models.forms import FormDefinition
from docctl.models.names import name_key
from docctl.queries.form_definitions import definition_at, definitions_of
from docctl.services.caller import Caller
from docctl.services.documents.load import facts_of, lock_revision, unchanged
from docctl.services.registry import use_case
from docctl.services.revisions.insiders import let_in
from docctl.services.trail import Subject, record


@dataclass(frozen=True, slots=True)
class DefineForm:
    """All fields that a draft of a form shall have, in their order; none takes them away."""

    revision_id: UUID
    row_version: int | None
    fields: tuple[WantedField, ...]


@use_case("revision.edit")
def define_form(session: Session, cmd: DefineForm, by: Caller) -> UUID:
    """Give a draft of a form its fields, each with its key for ever; return the revision's id (F-2)."""
    loaded, revision = lock_revision(session, cmd.revision_id)
    document = loaded.document
    authorise(by.actor, "revision.edit", facts_of(session, document, revision, by))
    unchanged(revision, cmd.row_version)
    if not session.get_one(DocumentType, document.type_id).is_form:
        raise RuleRefused(Refused("F-2", "not_a_form", {"number": document.number}))
    if revision.status is not RevisionStatus.DRAFT:
        raise RuleRefused(Refused("V-2", "not_a_draft", {"state": revision.status.value}))
    known = definitions_of(session, document.id)
    before = next((one for key, one in known if key == revision.id), NOTHING)
    definition = keyed(cmd.fields, [before, *(one for key, one in known if key != revision.id)])
    require(may_define(definition))
    if definition == before:
        return revision.id
    put_definition(session, revision, definition)
    revision.worked_on(by.person_id)
    flag_modified(revision, "editors")  # what others have on their pages is old now
    let_in(session, document)
    record(
        session,
        by,
        "revision.defined",
        Subject("document", document.id, str(revision.id)),
        facts={"number": document.number, "label": revision.label, "count": len(definition.fields)},
        detail={"before": {"form_fields": shown(before)}, "after": {"form_fields": shown(definition)}},
    )
    return revision.id


def put_definition(session: Session, revision: Revision, definition: Definition) -> None:
    """Write down what a draft asks; nothing where it asks nothing (F-2)."""
    row = session.get(FormDefinition, revision.id)
    if not definition.fields:
        if row is not None:
            session.delete(row)
        session.flush()  # the guard asks for the draft state before anything else changes
        return
    if row is None:
        row = FormDefinition(revision_id=revision.id, document_id=revision.document_id)
        session.add(row)
    row.content = definition.text()
    row.names = "".join(f"\n{name_key(one.name)}\n" for one in definition.fields)
    session.flush()


def carry_fields(session: Session, before: Revision, draft: Revision) -> None:
    """Let a new draft begin with the fields of the revision before (F-2)."""
    if (definition := definition_at(session, before.id)).fields:
        put_definition(session, draft, definition)
