"""One file becomes a revision: in force as its paper says, or a draft to be finished (I-1, N-6, V-3, V-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from docctl.domain import labels
from docctl.domain.canonical import plain
from docctl.domain.import_joining import Joins
from docctl.domain.imports import (
    FileState,
    Outcome,
    RunState,
    Wanted,
    may_stand_in_force,
)
from docctl.domain.lifecycle import UNDER_WAY
from docctl.domain.outside import Outside
from docctl.domain.permissions import Facts, authorise
from docctl.domain.verdicts import NotFound, Refused, RuleRefused
from docctl.models.base import new_id
from docctl.models.content import FileRole, OwnerKind
from docctl.models.documents import Document, DocumentType, Revision
from docctl.models.imports import ImportFile, ImportRun
from docctl.models.organisation import Unit
from docctl.queries.rules_in_force import label_rules_at
from docctl.reading.names import clean_name
from docctl.services.caller import Caller
from docctl.services.citations import write_citations
from docctl.services.documents.create import amendment_text, stored_label
from docctl.services.documents.facts import clean_title
from docctl.services.documents.load import Loaded, facts_of, lock_document
from docctl.services.documents.make import new_document, number_document, set_outside
from docctl.services.files import StoredFile, add_files, store_bytes, take_back
from docctl.services.house import House
from docctl.services.imports.begin import put_before, put_in_force
from docctl.services.imports.contents import Content, Contents, let_go
from docctl.services.imports.copies import Copies
from docctl.services.imports.joining import AsChosen, placed
from docctl.services.imports.propose import wanted
from docctl.services.imports.provisional import provisional_number
from docctl.services.numbers.take import For
from docctl.services.registry import Prepared, use_case
from docctl.services.trail import Subject, record
from storage.api import Area, Damaged, Key, KeyDestroyed


@dataclass(frozen=True, slots=True)
class BringIn:
    """A file of a run that is being imported."""

    file_id: UUID
    item_id: UUID = field(default_factory=new_id)
    files: tuple[StoredFile, ...] = ()


def _storing(cmd: BringIn, _by: Caller, house: House) -> Prepared[BringIn]:
    """Store the bytes before the transaction, as for any revision."""
    with house.uow.read() as session:
        row = session.get(ImportFile, cmd.file_id)
    if row is None:
        raise NotFound("file")
    holder = row.piece_of or row.id
    name = clean_name(row.name)
    copies = Copies.of(house, row.run_id)
    try:
        stored = store_bytes(
            house,
            copies.folder.file(holder),
            Key.new(Area.RECORDS, OwnerKind.REVISION.value, cmd.item_id, 1),
            role=FileRole.MAIN,
            ordinal=1,
            name=name,
            media_type=row.media_type,
            sha256=row.sha256,
            opened=copies.opened,
        )
    except (OSError, Damaged) as error:  # a copy that is not what was encrypted is none
        if not isinstance(error, Damaged) and copies.is_readable(copies.folder.file(holder)):
            raise
        raise RuleRefused(Refused("upload", "copy_gone", {"name": name})) from error
    except KeyDestroyed as error:
        raise RuleRefused(Refused("I-1", "reading_gone")) from error
    return Prepared(replace(cmd, files=(stored,)), lambda: take_back(house, stored), lambda: None)


@use_case("document.import", before=_storing)
def bring_in(session: Session, cmd: BringIn, by: Caller) -> str:
    """Import one file; return its outcome. A clash, or a history that does not hold, raises RuleRefused."""
    row = session.get(ImportFile, cmd.file_id)
    run = session.get(ImportRun, row.run_id) if row is not None else None
    if row is None or run is None:
        raise NotFound("file")
    if run.state is not RunState.IMPORTING or row.state is not FileState.READ:
        raise RuleRefused(Refused("I-1", "no_such_step", {"state": row.state.value, "action": "import"}))
    read = Contents(session, run.id).read(row, "chosen", "facts")
    own_unit = read.chosen.get("unit_id")
    unit = session.get_one(Unit, UUID(own_unit) if own_unit else run.unit_id)
    authorise(by.actor, "document.import", Facts(unit_id=unit.id))
    facts = wanted(read.chosen, read.facts, row.choice)
    verdict = may_stand_in_force(facts, today=by.today)
    in_force = bool(verdict)
    loaded = _document_of(session, row, read.chosen)
    if loaded is not None:  # which may be another unit's, or not for this person to see
        newest = loaded.in_order()[-1]
        authorise(by.actor, "document.import", facts_of(session, loaded.document, newest, by))
    document = loaded.document if loaded else _new_document(session, by, row, run, unit, facts, read.chosen)
    add_files(session, by, owner=OwnerKind.REVISION, owner_id=cmd.item_id, files=cmd.files)
    goes = _goes(by, AsChosen.of(row, read), loaded)
    revision = _revision(session, by, cmd, row, document, facts, loaded, read)
    if goes is Joins.EARLIER:
        put_before(session, by, loaded, document, revision, facts)
    elif in_force:
        put_in_force(session, by, loaded, document, revision, facts)
    elif loaded and any(one.status in UNDER_WAY for one in loaded.revisions.values()):
        raise RuleRefused(Refused("V-2", "revision_under_way"))
    session.add(revision)
    session.flush()  # citations refer to it
    write_citations(session, revision.id, read.facts.get("citations", ()))
    outcome = Outcome.IN_FORCE if in_force else Outcome.NEW
    if goes is Joins.EARLIER:
        outcome = Outcome.SUPERSEDED
    if isinstance(verdict, Refused):  # the report says what keeps it a draft
        row.rule, row.code, row.params = verdict.rule, verdict.code, plain(verdict.params)
    row.state, row.outcome, row.done_at = FileState.DONE, outcome.value, by.at
    row.document_id, row.revision_id, row.number = document.id, revision.id, document.number
    let_go(row)
    _record(session, by, row, document, revision, unit, outcome)
    return outcome.value


def _document_of(session: Session, row: ImportFile, chosen: Mapping[str, Any]) -> Loaded | None:
    """Return the document that the file is a revision of: chosen, or made by this run (I-1, I-4)."""
    document_id = UUID(chosen["document_id"]) if chosen.get("document_id") else None
    if document_id is None and row.series:
        document_id = session.scalar(
            select(ImportFile.document_id)
            .where(
                ImportFile.run_id == row.run_id,
                ImportFile.series == row.series,
                ImportFile.document_id.is_not(None),
            )
            .order_by(ImportFile.place)
            .limit(1)
        )
    return lock_document(session, document_id) if document_id else None


def _goes(by: Caller, file: AsChosen, loaded: Loaded | None) -> Joins:
    """Return where a file goes; raise RuleRefused where the document chosen for it cannot take it (I-4)."""
    if loaded is None or file.document_id is None:
        return Joins.NEXT
    found = placed(file, list(loaded.revisions.values()), today=by.today, zone=by.zone)
    if isinstance(found, Refused):
        raise RuleRefused(found)
    return found


def _new_document(
    session: Session,
    by: Caller,
    row: ImportFile,
    run: ImportRun,
    unit: Unit,
    facts: Wanted,
    chosen: Mapping[str, Any],
) -> Document:
    kind = session.get_one(DocumentType, UUID(chosen.get("type_id") or str(run.type_id)))
    kept = chosen.get("class_id")
    title = clean_title(facts.title or row.name.rsplit(".", 1)[0])
    document = new_document(
        session, by, kind=kind, unit=unit, title=title, class_id=UUID(kept) if kept else run.class_id
    )
    if facts.number:
        document.number = number_document(session, by, document, facts.number, kind=kind, unit=unit).shown
    else:
        document.number = provisional_number(session, by, For(document.entity_id, "document", document.id))
    told = (str(chosen.get(name, "")) for name in ("issuer", "issuer_number"))
    set_outside(session, document, Outside(facts.is_external, *told))
    session.add(document)
    session.flush()  # revisions and files refer to it
    return document


def _revision(
    session: Session,
    by: Caller,
    cmd: BringIn,
    row: ImportFile,
    document: Document,
    facts: Wanted,
    loaded: Loaded | None,
    read: Content,
) -> Revision:
    kind = session.get_one(DocumentType, document.type_id)
    scheme = label_rules_at(session, by.at).rules.of(kind.code).scheme
    given = labels.read(facts.label, scheme) if facts.label else None
    there = loaded.in_order() if loaded else []
    newest = stored_label(there[-1].issue_label, there[-1].amendment_label) if there else None
    label = given or (labels.next_amendment(newest, scheme) if newest else labels.first(scheme))
    return Revision(
        id=cmd.item_id,
        document_id=document.id,
        ordinal=there[-1].ordinal + 1 if there else 1,
        issue_label=label.issue,
        amendment_label=amendment_text(label),
        label=facts.label.strip()[:40] if given else labels.show(label, scheme),
        title=clean_title(facts.title or document.title),
        change_what="",
        change_reason="",
        change_basis="",
        editors=[],
        systems="",  # what the manifest tells is asked before the row is stored (D-14)
        amount="",
        created_by=by.person_id,
        created_at=by.at,
        imported_at=by.at,
        imported_by=by.person_id,
        paper=_paper(row, read),
    )


def _paper(row: ImportFile, read: Content) -> dict[str, Any]:
    """Return what the paper says and where it came from; its signers stay text (I-3, I-10)."""
    chosen = read.chosen
    return {
        "path": row.path,
        "piece": [row.piece_start, row.piece_end] if row.piece_of else None,
        "signers": chosen.get("signers", []),
        "issued": chosen.get("issued", ""),
        "effective": chosen.get("effective", ""),
        "controlled": chosen.get("controlled", ""),
        "distribution": chosen.get("distribution", ""),
        "history": read.facts.get("history", []),
        "copy_ban": bool(read.facts.get("copy_ban")),
    }


def _record(
    session: Session,
    by: Caller,
    row: ImportFile,
    document: Document,
    revision: Revision,
    unit: Unit,
    outcome: Outcome,
) -> None:
    record(
        session,
        by,
        "document.imported",
        Subject("document", document.id, str(revision.id)),
        facts={
            "number": document.number,
            "title": revision.title,
            "label": revision.label,
            "unit": unit.code,
            "external": document.is_external,
            "outcome": outcome.value,
            "manifest": revision.manifest_sha256,
            "effective_from": revision.effective_from,
            "file": row.sha256,
        },
        detail={"run": str(row.run_id), "path": row.path, "paper": revision.paper},
    )
