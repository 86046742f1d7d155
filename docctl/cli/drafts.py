"""`docctl documents revise|edit|discard`: a draft begun, changed, given up before it is submitted (V-2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY, FILE_IN
from docctl.cli.other_files import Beside, with_files
from docctl.cli.particulars import Said, with_particulars
from docctl.cli.revisions_told import told
from docctl.domain.validity import ENDLESS, Validity


def add_drafts(noun: Noun) -> None:
    """Add the commands of drafts to the noun."""
    for command in (revise, edit, discard):
        noun.add_command(command)


_drafts = Noun("documents")


@_drafts.command("revise", permission="document.revise", changes=True)
@click.argument("number")
@click.argument("file", type=FILE_IN)
@option("--what", default="")
@option("--reason", default="")
@option("--basis", default="")
@option("--valid-until", type=DAY, default=None)
@option("--trial", is_flag=True)
@option("--title", default="")
@option("--reissue", is_flag=True)
@option("--answers", multiple=True)
@option("--without-annexes", is_flag=True)
@with_particulars
@with_files
def revise(
    desk: Desk,
    number: str,
    file: Path,
    what: str,
    reason: str,
    basis: str,
    valid_until: date | None,
    trial: bool,
    title: str,
    reissue: bool,
    said: Said,
    answers: tuple[str, ...],
    without_annexes: bool,
    beside: Beside,
) -> Answer:
    """Start the next revision as a draft; say where a reissue is suggested (V-1, V-2).

    What, why and on what basis are those of the requests that it answers, where nothing else is said.
    """
    from docctl.models.documents import Revision
    from docctl.queries.next_label import next_label
    from docctl.queries.request_page import answers_for
    from docctl.services.revisions.revise import ReviseDocument, revise_document

    with desk.read() as session:
        document_id = names.item(desk, session, number, "document").item_id
        choice = next_label(session, document_id, desk.house.clock(), desk.house.today())
        before = session.get_one(Revision, names.revision(desk, session, number).revision_id)
        request_ids = names.requests(desk, session, answers)
        start = answers_for(session, desk.actor, document_id, at=desk.house.clock()).words(request_ids)
    cmd = ReviseDocument(
        document_id=document_id,
        change_what=what or start.what,
        change_reason=reason or start.reason,
        change_basis=basis or start.basis,
        request_ids=request_ids,
        validity=Validity(valid_until, trial),
        particulars=said.read(desk, before) if said else None,
        title=title,
        reissue=reissue,
        annexes=() if without_annexes else None,
        uploads=(desk.stage(file, for_document=True), *beside.staged(desk)),
    )
    answer = told(desk, "revised", revise_document(cmd, by=desk.caller(), house=desk.house))
    suggested = choice.reissued if choice.is_reissue_suggested else None
    data = {**answer.data, "reissue_suggested": suggested}
    if suggested is None or reissue:
        return Answer(data, answer.lines)
    suggestion = desk.words.t("cli.reissue_suggested", count=choice.amendments, label=suggested)
    return Answer(data, [*answer.lines, suggestion])


@_drafts.command("edit", permission="revision.edit", changes=True)
@click.argument("number")
@click.argument("file", type=FILE_IN, required=False)
@option("--title", default=None)
@option("--what", default=None)
@option("--reason", default=None)
@option("--basis", default=None)
@option("--valid-until", type=DAY, default=None)
@option("--trial", is_flag=True)
@option("--no-end", is_flag=True)
@option("--answers", multiple=True)
@with_particulars
def edit(
    desk: Desk,
    number: str,
    file: Path | None,
    title: str | None,
    what: str | None,
    reason: str | None,
    basis: str | None,
    valid_until: date | None,
    trial: bool,
    no_end: bool,
    said: Said,
    answers: tuple[str, ...],
) -> Answer:
    """Change a draft; a file replaces its main one, and what is not named stays (V-2)."""
    from docctl.models.documents import Revision
    from docctl.services.revisions.revise import EditRevision, edit_revision

    validity = ENDLESS if no_end else Validity(valid_until, trial) if valid_until or trial else None
    nothing = (None, None, None, None, None, ())
    if file is None and not said and (title, what, reason, basis, validity, answers) == nothing:
        raise click.UsageError(desk.words.t("cli.nothing_to_change"))
    with desk.read() as session:
        found = names.revision(desk, session, number)
        request_ids = names.requests(desk, session, answers) if answers else None
        present = session.get_one(Revision, found.revision_id)
    cmd = EditRevision(
        revision_id=found.revision_id,
        row_version=found.row_version,
        title=present.title if title is None else title,
        change_what=present.change_what if what is None else what,
        change_reason=present.change_reason if reason is None else reason,
        change_basis=present.change_basis if basis is None else basis,
        validity=validity,
        particulars=said.read(desk, present) if said else None,
        request_ids=request_ids,
        uploads=() if file is None else (desk.stage(file, for_document=True),),
    )
    return told(desk, "edited", edit_revision(cmd, by=desk.caller(), house=desk.house))


@_drafts.command("discard", permission="revision.discard", changes=True)
@click.argument("number")
@option("--reason", required=True)
def discard(desk: Desk, number: str, reason: str) -> Answer:
    """Discard a draft; the number of a document that never was anything else is voided (V-6, N-1)."""
    from docctl.services.revisions.revise import DiscardRevision, discard_revision

    with desk.read() as session:
        found = names.revision(desk, session, number)
    cmd = DiscardRevision(found.revision_id, found.row_version, reason)
    discard_revision(cmd, by=desk.caller(), house=desk.house)
    return told(desk, "discarded", found.revision_id)
