"""`docctl documents edit|discard`: a draft changed or given up, before it is submitted (V-2, V-6)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.kinds import DAY, FILE_IN
from docctl.cli.particulars import Said, with_particulars
from docctl.cli.revisions_told import told
from docctl.domain.validity import ENDLESS, Validity


def add_drafts(noun: Noun) -> None:
    """Add the commands that change drafts to the noun."""
    for command in (edit, discard):
        noun.add_command(command)


_drafts = Noun("documents")


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
    """Change a draft; a file replaces its files, and what is not named stays (V-2)."""
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
