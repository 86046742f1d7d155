"""`docctl disposal`: due records through the steps of a list, by four people (R-6, R-7)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from docctl.cli import names
from docctl.cli.answers import Answer
from docctl.cli.command import Noun, option
from docctl.cli.desk import Desk
from docctl.cli.disposal_reads import add_reads, page_of, signed_content, told
from docctl.cli.kinds import DAY
from docctl.cli.retention import due_on

if TYPE_CHECKING:
    from docctl.queries.disposal import DisposalPage

disposal = Noun("disposal")
add_reads(disposal)


@disposal.command("propose", permission="disposal.propose", changes=True)
@click.argument("numbers", nargs=-1)
@option("--title", required=True)
@option("--due", is_flag=True)
def propose(desk: Desk, numbers: tuple[str, ...], title: str, due: bool) -> Answer:
    """Propose due records for destruction; with `--due` all that the person sees (R-6)."""
    from docctl.services.disposal.propose import ProposeDisposal, propose_disposal

    if bool(numbers) == due:
        raise click.UsageError(desk.words.t("cli.numbers_or_due"))
    with desk.read() as session:
        if due:
            ids = [one.record_id for one in due_on(desk, session, None).rows if not one.is_held]
        else:
            ids = [one.item_id for one in names.items(desk, session, numbers, "record")]
    cmd = ProposeDisposal(title, tuple(ids))
    return told(desk, "proposed", propose_disposal(cmd, by=desk.caller(), house=desk.house))


@disposal.command("check", permission="disposal.check", signs=True, changes=True)
@click.argument("number")
@option("--opinion", type=click.Choice(["agree", "object"]), required=True)
@option("--comment", default="")
@option("--unit", default="")
def check(desk: Desk, number: str, opinion: str, comment: str, unit: str) -> Answer:
    """Sign a function's opinion on the list (R-6)."""
    from docctl.queries.by_name import unit_named
    from docctl.services.disposal.decide import CheckDisposal, check_disposal

    found = page_of(desk, number)
    with desk.read() as session:
        unit_id = unit_named(session, unit).id if unit else desk.actor.unit_id
    assert unit_id is not None
    by = desk.signer(_what(desk, "check", found))
    cmd = CheckDisposal(found.list_id, unit_id, opinion, comment, desk.signed(signed_content(found)))
    return told(desk, "checked", check_disposal(cmd, by=by, house=desk.house))


@disposal.command("approve", permission="disposal.approve", signs=True, changes=True)
@click.argument("number")
def approve(desk: Desk, number: str) -> Answer:
    """Sign the leader's approval of exactly this list (R-6)."""
    from docctl.services.disposal.decide import ApproveDisposal, approve_disposal

    found = page_of(desk, number)
    by = desk.signer(_what(desk, "approve_disposal", found))
    cmd = ApproveDisposal(found.list_id, found.row_version, desk.signed(signed_content(found)))
    return told(desk, "list_approved", approve_disposal(cmd, by=by, house=desk.house))


@disposal.command("execute", permission="disposal.execute", signs=True, changes=True)
@click.argument("number")
def execute(desk: Desk, number: str) -> Answer:
    """Order the destruction; nothing is destroyed before the witness has signed (R-6)."""
    from docctl.services.disposal.execute import execute_disposal

    return _part(desk, number, "execute", "ordered", execute_disposal)


@disposal.command("witness", permission="disposal.witness", signs=True, changes=True)
@click.argument("number")
def witness(desk: Desk, number: str) -> Answer:
    """Witness the destruction; with this signature it begins (R-6, R-7)."""
    from docctl.services.disposal.execute import witness_disposal

    return _part(desk, number, "witness", "witnessed", witness_disposal)


@disposal.command("take-out", permission="disposal.take_out", changes=True)
@click.argument("number")
@click.argument("record_number", metavar="RECORD")
@option("--reason", required=True)
@option("--keep-until", "prolonged_until", type=DAY, default=None)
def take_out(
    desk: Desk, number: str, record_number: str, reason: str, prolonged_until: date | None
) -> Answer:
    """Take a record off a list, or with `--keep-until` keep it longer (R-6)."""
    from docctl.services.disposal.decide import TakeOut
    from docctl.services.disposal.decide import take_out as take_out_of_list

    found = page_of(desk, number)
    with desk.read() as session:
        item = names.item(desk, session, record_number, "record")
    cmd = TakeOut(found.list_id, item.item_id, reason, prolonged_until)
    return told(desk, "taken_out", take_out_of_list(cmd, by=desk.caller(), house=desk.house))


@disposal.command("reject", permission="disposal.reject", changes=True)
@click.argument("number")
@option("--reason", required=True)
def reject(desk: Desk, number: str, reason: str) -> Answer:
    """Refuse or withdraw a list; its records go back into keeping (R-6)."""
    from docctl.services.disposal.decide import RejectDisposal, reject_disposal

    found = page_of(desk, number)
    cmd = RejectDisposal(found.list_id, found.row_version, reason)
    return told(desk, "rejected", reject_disposal(cmd, by=desk.caller(), house=desk.house))


@disposal.command("resume", permission="disposal.resume", changes=True)
@click.argument("number")
def resume(desk: Desk, number: str) -> Answer:
    """Go on with a list after what stopped it was mended (R-7)."""
    from docctl.services.disposal.execute import ResumeDisposal, resume_disposal

    found = page_of(desk, number)
    cmd = ResumeDisposal(found.list_id, found.row_version)
    return told(desk, "list_resumed", resume_disposal(cmd, by=desk.caller(), house=desk.house))


def _part(desk: Desk, number: str, meaning: str, done: str, use_case: Any) -> Answer:
    from docctl.services.disposal.execute import ExecuteDisposal

    found = page_of(desk, number)
    by = desk.signer(_what(desk, meaning, found))
    cmd = ExecuteDisposal(found.list_id, found.row_version, desk.signed(signed_content(found)))
    return told(desk, done, use_case(cmd, by=by, house=desk.house))


def _what(desk: Desk, meaning: str, found: DisposalPage) -> str:
    return desk.words.t(
        "cli.signing",
        meaning=desk.words.t(f"meanings.{meaning}"),
        what=f"{found.number} {found.title}",
        sha256=signed_content(found),
    )
