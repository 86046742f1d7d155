"""`docctl documents`: created, revised and signed, issued, withdrawn, read and taken as a stamped copy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.citations import add_citations
from docctl.cli.clocks import add_clocks
from docctl.cli.command import Noun, option
from docctl.cli.compare import add_compare
from docctl.cli.copy_steps import add_copy_steps
from docctl.cli.desk import Desk
from docctl.cli.document_files import add_files
from docctl.cli.document_reads import add_reads
from docctl.cli.drafts import add_drafts
from docctl.cli.external_signatures import add_external
from docctl.cli.history import add_history
from docctl.cli.kinds import DAY, FILE_IN
from docctl.cli.other_files import Beside, with_files
from docctl.cli.other_names import add_names
from docctl.cli.particulars import Said, with_particulars
from docctl.cli.returns import add_returns
from docctl.cli.revisions_told import told, what_is_signed
from docctl.cli.signing import add_signing
from docctl.domain.validity import Validity

documents = Noun("documents")
add_reads(documents)
add_compare(documents)
add_citations(documents)
add_history(documents)
add_drafts(documents)
add_files(documents)
add_names(documents)
add_signing(documents)
add_external(documents)
add_copy_steps(documents)
add_clocks(documents)
add_returns(documents)


@documents.command("new", permission="document.create", changes=True)
@click.argument("file", type=FILE_IN)
@option("--type", "type_code", required=True)
@option("--title", required=True)
@option("--unit", default="")
@option("--number", default="")
@option("--values", "number_values", default="")
@option("--revision", "label", default="")
@option("--parent", default="")
@option("--annex-of", default="")
@option("--class", "class_code", default="")
@option("--reason", default="")
@option("--basis", default="")
@option("--valid-until", type=DAY, default=None)
@option("--trial", is_flag=True)
@option("--external", is_flag=True)
@option("--issuer", default="")
@option("--issuer-number", default="")
@option("--answers", multiple=True)
@with_particulars
@with_files
def new(
    desk: Desk,
    file: Path,
    type_code: str,
    title: str,
    unit: str,
    number: str,
    number_values: str,
    label: str,
    parent: str,
    annex_of: str,
    class_code: str,
    reason: str,
    basis: str,
    valid_until: date | None,
    trial: bool,
    external: bool,
    issuer: str,
    issuer_number: str,
    said: Said,
    answers: tuple[str, ...],
    beside: Beside,
) -> Answer:
    """Create a document with its first draft, our own or an external one (D-9, N-1, V-2)."""
    from docctl.domain.outside import Outside
    from docctl.queries.by_name import class_named, type_named, unit_named
    from docctl.services.documents.create import CreateDocument, create_document

    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else desk.actor.unit_id
        assert unit_id is not None
        kept = class_named(session, class_code, at=desk.house.clock()).id if class_code else None
        above = names.item(desk, session, parent, "document").item_id if parent else None
        draft = names.revision(desk, session, annex_of).revision_id if annex_of else None
        type_id = type_named(session, type_code).id
        request_ids = names.requests(desk, session, answers)
    cmd = CreateDocument(
        type_id=type_id,
        title=title,
        unit_id=unit_id,
        uploads=(desk.stage(file, for_document=True), *beside.staged(desk)),
        number=number,
        number_values=number_values,
        label=label,
        parent_id=above,
        annex_of=draft,
        class_id=kept,
        change_reason=reason,
        change_basis=basis,
        validity=Validity(valid_until, trial),
        particulars=said.read(desk),
        outside=Outside(external, issuer, issuer_number),
        request_ids=request_ids,
    )
    return told(desk, "created", create_document(cmd, by=desk.caller(), house=desk.house))


@documents.command("submit", permission="revision.submit", signs=True, changes=True)
@click.argument("number")
@option("--reviewer", multiple=True, metavar="USER")
@option("--approver", default=None, metavar="USER")
def submit(desk: Desk, number: str, reviewer: tuple[str, ...], approver: str | None) -> Answer:
    """Sign a draft as prepared and hand it to those who sign it by its route (A-1, A-3).

    People are named where the route leaves a choice: reviewers in the order of its steps, and the approver.
    """
    from docctl.queries.by_name import person_named
    from docctl.services.content.seen import content_seen
    from docctl.services.revisions.submit import SubmitRevision, submit_revision

    with desk.read() as session:
        found = names.revision(desk, session, number)
        people = [person_named(session, name).id for name in reviewer]
        approving = person_named(session, approver).id if approver else None
    seen = content_seen(found.revision_id, by=desk.caller(), house=desk.house, permission="revision.submit")
    content = seen.manifest_sha256
    by = desk.signer(what_is_signed(desk, "prepare", found, content))
    cmd = SubmitRevision(
        revision_id=found.revision_id,
        row_version=seen.row_version,
        reviewer_id=people[0] if people else None,
        more_reviewers=tuple(people[1:]),
        approver_id=approving,
        seen_sha256=desk.signed(content),
    )
    return told(desk, "submitted", submit_revision(cmd, by=by, house=desk.house))


@documents.command("issue", permission="revision.issue", changes=True)
@click.argument("number")
@option("--on", "on", type=DAY, default=None)
def issue(desk: Desk, number: str, on: date | None) -> Answer:
    """Issue the approved revision, for today or a later day (V-3, V-7)."""
    from docctl.services.revisions.issue import IssueRevision, issue_revision

    with desk.read() as session:
        found = names.revision(desk, session, number)
    cmd = IssueRevision(found.revision_id, found.row_version, on or desk.house.today())
    return told(desk, "issued", issue_revision(cmd, by=desk.caller(), house=desk.house))


@documents.command("withdraw", permission="revision.withdraw", changes=True)
@click.argument("number")
@option("--reason", required=True)
@option("--revision", "label", default="")
def withdraw(desk: Desk, number: str, reason: str, label: str) -> Answer:
    """Withdraw the issued revision, or before its day the one that waits (V-6)."""
    from docctl.services.revisions.withdraw import WithdrawRevision, withdraw_revision

    with desk.read() as session:
        found = names.revision(desk, session, number, label, wanted="in_force")
    cmd = WithdrawRevision(found.revision_id, found.row_version, reason)
    withdraw_revision(cmd, by=desk.caller(), house=desk.house)
    return told(desk, "withdrawn", found.revision_id)


@documents.command("suspend", permission="revision.suspend", changes=True)
@click.argument("number")
@option("--reason", required=True)
def suspend(desk: Desk, number: str, reason: str) -> Answer:
    """Suspend the revision in force: it may be read and not used (V-6)."""
    from docctl.services.revisions.suspend import SuspendRevision, suspend_revision

    with desk.read() as session:
        found = names.revision(desk, session, number, wanted="in_force")
    cmd = SuspendRevision(found.revision_id, found.row_version, reason)
    suspend_revision(cmd, by=desk.caller(), house=desk.house)
    return told(desk, "suspended", found.revision_id)


@documents.command("resume", permission="revision.resume", changes=True)
@click.argument("number")
@option("--reason", required=True)
def resume(desk: Desk, number: str, reason: str) -> Answer:
    """Let the suspended revision be used again (V-6)."""
    from docctl.services.revisions.suspend import ResumeRevision, resume_revision

    with desk.read() as session:
        found = names.revision(desk, session, number, wanted="in_force")
    cmd = ResumeRevision(found.revision_id, found.row_version, reason)
    resume_revision(cmd, by=desk.caller(), house=desk.house)
    return told(desk, "resumed", found.revision_id)
